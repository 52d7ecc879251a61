"""A network's layers with their counts, as a table."""

import pandas as pd
import streamlit as st

from cnnlib.arch.analysis import LayerSummary, analyze
from cnnlib.arch.spec import Spec
from cnnlib.ui.page import plain_text

ROLES = {
    "C": "C · convolution",
    "B": "B · batch normalisation",
    "A": "A · activation",
    "P": "P · pooling",
    "D": "D · dropout",
}
ROLE_HELP = "The five steps of a feature extractor are CBAPD; flatten and dense layers classify"
BRIEF = ("layer", "output", "parameters")
MACS_HELP = "Multiply-adds for one image; convolution and dense layers only"
FIELD_HELP = "How many pixels of the image one output cell sees"


def network_table(spec: Spec, *, brief: bool = False) -> None:
    """Layers, output shapes, parameters, MACs and receptive fields; no Keras needed.

    Args:
        brief: only layers, shapes and parameters, where there is little room.
    """
    summary = analyze(spec)
    trainable = f"{summary.trainable_params:,} of them trainable"
    st.markdown(
        f"**{plain_text(spec.title)}**: {summary.params:,} parameters ({trainable}), "
        f"{summary.macs:,} MACs an image."
    )
    st.dataframe(
        pd.DataFrame([_make_row(layer) for layer in summary.layers]),
        hide_index=True,
        column_order=BRIEF if brief else None,
        height="content",
        column_config={
            "step": st.column_config.TextColumn(help=ROLE_HELP),
            "parameters": st.column_config.NumberColumn(format="localized"),
            "MACs": st.column_config.NumberColumn(format="localized", help=MACS_HELP),
            "sees": st.column_config.TextColumn(help=FIELD_HELP),
        },
    )


def _make_row(layer: LayerSummary) -> dict[str, object]:
    return {
        "layer": layer.name,
        "step": ROLES.get(layer.role, layer.role),
        "output": " × ".join(str(size) for size in layer.output_shape),
        "parameters": layer.params,
        "MACs": layer.macs,
        "sees": "×".join(map(str, layer.receptive_field)) if layer.receptive_field else "all",
    }

"""A network's layers with their counts, as a table."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from cnnlib.arch.analysis import analyze
from cnnlib.arch.spec import Spec
from cnnlib.arch.tables import NUMBERS, Row, make_rows
from cnnlib.ui.page import plain_text

BRIEF = ("layer", "output", "parameters")
USUAL = ("layer", "step", "output", "parameters", "MACs", "sees")
HELP = {
    "step": "The five steps of a feature extractor are CBAPD; flatten and dense layers classify",
    "parameters": "All numbers that the layer keeps",
    "trainable": "Those of them that training changes",
    "MACs": "Multiply-adds for one image; convolution and dense layers only",
    "memory": "The layer's output for the whole batch, four bytes a number",
    "sees": "How many pixels of the image one output cell sees",
}


def network_table(spec: Spec, *, brief: bool = False) -> None:
    """Layers, output shapes, parameters, MACs and receptive fields; no Keras needed.

    Args:
        brief: only layers, shapes and parameters, where there is little room.
    """
    summary = analyze(spec)
    some = summary.trainable_params != summary.params
    trainable = f" ({summary.trainable_params:,} of them trainable)" if some else ""
    st.markdown(
        f"**{plain_text(spec.title)}**: {summary.params:,} parameters{trainable}, "
        f"{summary.macs:,} MACs an image."
    )
    draw_table(make_rows(spec), BRIEF if brief else USUAL)


def draw_table(
    rows: list[Row],
    columns: Sequence[str],
    *,
    key: str | None = None,
    on_select: Callable[[], None] | None = None,
    height: int | None = None,
) -> None:
    """The rows that `make_rows` gives; a click on a column's head sorts by it.

    Args:
        columns: which of them are shown.
        key: of the widget; `st.session_state[key].selection.rows` is the row that was picked.
        on_select: called when another row is picked; without it no row can be.
        height: in pixels; as high as its rows if None.
    """
    config: dict[str, Any] = {
        name: st.column_config.TextColumn(help=HELP.get(name)) for name in columns
    }
    for name in NUMBERS:
        format = "bytes" if name == "memory" else "localized"
        config[name] = st.column_config.NumberColumn(format=format, help=HELP[name])
    frame = pd.DataFrame(rows, columns=list(columns))
    for name in set(NUMBERS) & set(columns):
        frame[name] = frame[name].astype("Int64")  # whole also where some are unknown
    st.dataframe(
        frame,
        hide_index=True,
        height=height or "content",
        column_config=config,
        key=key,
        on_select=on_select or "ignore",
        selection_mode="single-row",
        placeholder="unknown",
    )

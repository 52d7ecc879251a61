"""The controls of the dropout page, and where dropout stands in the lab's networks."""

import pandas as pd
import streamlit as st

from cnnlib.arch import zoo
from cnnlib.arch.layers import Dropout
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import PREDICT, PREDICT_HELP
from cnnlib.ui.dropout import texts
from cnnlib.ui.dropout.settings import MOST_DRAWS, RATE_STEP
from cnnlib.ui.input_choice import choose_input


def choose_dropout(address: Address) -> None:
    """Draw the controls; what they set is in `address`."""
    with st.container(horizontal=True, border=True, vertical_alignment="bottom"):
        st.slider("Rate p", 0, 100, step=RATE_STEP, format="%d %%", key=address.key("rate"),
                  help=texts.RATE_HELP, width=260)  # fmt: skip
        st.segmented_control(
            "Phase", list(texts.PHASES), format_func=texts.PHASES.__getitem__, required=True,
            key=address.key("phase"), help=texts.PHASE_HELP,
        )  # fmt: skip
        st.button(texts.DRAW_AGAIN, icon=":material/casino:", key=address.key("draw_again"),
                  on_click=_draw_again, args=(address,),
                  disabled=address["phase"] == "inference")  # fmt: skip
        st.number_input(texts.DRAW, 0, MOST_DRAWS, key=address.key("draw"), width=130,
                        help=texts.DRAW_HELP)  # fmt: skip
        st.toggle(PREDICT, key=address.key("predict"), help=PREDICT_HELP)
    with st.container(horizontal=True, border=True):
        st.segmented_control(
            "What may fall", list(texts.SOURCES), format_func=texts.SOURCES.__getitem__,
            required=True, key=address.key("of"),
        )  # fmt: skip
        if address["of"] == "maps":
            choose_input(address)


def _draw_again(address: Address) -> None:
    address["draw"] = (address["draw"] + 1) % (MOST_DRAWS + 1)


def list_places() -> pd.DataFrame:
    """Every dropout layer of the notes' networks: after what it stands, and its rate."""
    rows = []
    for name in zoo.names("notes"):
        spec = zoo.get(name)
        for before, layer in zip(spec.layers, spec.layers[1:], strict=False):
            if isinstance(layer, Dropout):
                rows.append({"network": spec.title, "after": before.name, "rate": layer.rate})
    return pd.DataFrame(rows, columns=["network", "after", "rate"])

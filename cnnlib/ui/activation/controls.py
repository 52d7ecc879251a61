"""The controls of the activation page."""

import streamlit as st

from cnnlib.ops.activations import ACTIVATIONS
from cnnlib.ui.activation import texts
from cnnlib.ui.activation.settings import BIAS, NAMES, WEIGHT
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import PREDICT, PREDICT_HELP


def choose_function(address: Address) -> None:
    st.pills(
        "Activation", NAMES, format_func=lambda name: ACTIVATIONS[name].title, required=True,
        key=address.key("function"), label_visibility="collapsed", wrap=True,
    )  # fmt: skip


def choose_scale(address: Address) -> None:
    """The weight and the bias before the activation."""
    st.slider(texts.WEIGHT, *WEIGHT, step=0.1, key=address.key("weight"), width=260,
              help=texts.WEIGHT_HELP)  # fmt: skip
    st.slider(texts.BIAS, *BIAS, step=0.1, key=address.key("bias"), width=260)
    st.multiselect(
        texts.COMPARE, NAMES, format_func=lambda name: ACTIVATIONS[name].title,
        key=address.key("beside"), width=320,
    )  # fmt: skip
    st.toggle(PREDICT, key=address.key("predict"), help=PREDICT_HELP)

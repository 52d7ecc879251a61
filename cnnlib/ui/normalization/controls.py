"""The controls of the batch normalisation page."""

import streamlit as st

from cnnlib.data import available
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import PREDICT, PREDICT_HELP
from cnnlib.ui.datasets import open_dataset
from cnnlib.ui.edits import forget_edits
from cnnlib.ui.normalization import texts
from cnnlib.ui.normalization.settings import (
    CHANNELS,
    EPSILONS,
    IMAGES,
    MAX_BATCHES,
    MAX_IMAGES,
    MODES,
    MOMENTA,
    SCALE,
    SOURCES,
)


def choose_batch(address: Address) -> None:
    """Where the batch comes from, and how large it is."""
    st.segmented_control(
        "Feature maps", list(SOURCES), format_func=SOURCES.__getitem__, required=True,
        key=address.key("source"), on_change=forget_edits, args=(address,),
    )  # fmt: skip
    st.slider("Images in the batch", 1, MAX_IMAGES, key=address.key("images"),
              on_change=forget_edits, args=(address,), width=220)  # fmt: skip
    if address["source"] == IMAGES:
        last = len(open_dataset(available()[0].name).train) - 1
        address["first"] = min(address["first"], last)
        st.number_input("First image", 0, last, key=address.key("first"), width=140)
    st.segmented_control(
        "Mode", list(MODES), format_func=MODES.__getitem__, required=True,
        key=address.key("mode"), help=texts.MODE_HELP,
    )  # fmt: skip
    st.toggle(PREDICT, key=address.key("predict"), help=PREDICT_HELP)


def choose_weights(address: Address) -> None:
    """γ and β of each channel, ε, and the channel that is looked at below."""
    for channel in range(CHANNELS):
        for symbol, name in (("γ", "gamma"), ("β", "beta")):
            st.slider(f"{symbol}, channel {channel}", -SCALE, SCALE, step=0.1,
                      key=address.key(f"{name}_{channel}"), width=190)  # fmt: skip
    st.select_slider("ε", sorted(EPSILONS, key=float), key=address.key("epsilon"),
                     help=texts.EPSILON_HELP, width=190)  # fmt: skip
    st.segmented_control(
        "Channel to look at below", list(range(CHANNELS)), required=True,
        format_func=lambda channel: f"channel {channel}", key=address.key("channel"),
    )  # fmt: skip


def choose_batches(address: Address) -> None:
    """How many batches the layer has seen, and its momentum."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.button(
            texts.ONE_MORE, icon=":material/add:", key=address.key("more"),
            disabled=address["batches"] >= MAX_BATCHES, on_click=_add_batch, args=(address,),
        )  # fmt: skip
        st.slider("Batches seen", 0, MAX_BATCHES, key=address.key("batches"),
                  help=texts.BATCHES_HELP, width=300)  # fmt: skip
        st.segmented_control("Momentum", sorted(MOMENTA, key=float), required=True,
                             key=address.key("momentum"), help=texts.MOMENTUM_HELP)  # fmt: skip


def _add_batch(address: Address) -> None:
    address["batches"] = min(address["batches"] + 1, MAX_BATCHES)

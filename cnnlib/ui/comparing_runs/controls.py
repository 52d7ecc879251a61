"""How the curves of the chosen runs are drawn: the page's switches."""

import streamlit as st

from cnnlib.ui.address import Address
from cnnlib.ui.comparing_runs import texts
from cnnlib.ui.comparing_runs.chosen import SMOOTHINGS


def show_controls(address: Address) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", border=True):
        _switch(address, "show", texts.SHOW, texts.SHOW_CHOICES)
        _switch(address, "axis", texts.AXIS, texts.AXIS_CHOICES)
        st.selectbox(
            texts.SEEDS, list(texts.SEEDS_CHOICES), format_func=texts.SEEDS_CHOICES.__getitem__,
            key=address.key("seeds"), help=texts.SEEDS_HELP, width=280,
        )  # fmt: skip
        if address["show"] == "steps":
            if address["smooth"] not in SMOOTHINGS:
                address["smooth"] = min(SMOOTHINGS, key=lambda n: abs(n - address["smooth"]))
            st.select_slider(
                texts.SMOOTHING, SMOOTHINGS, key=address.key("smooth"),
                help=texts.SMOOTHING_HELP, width=220,
            )  # fmt: skip
        st.toggle(texts.LOG, key=address.key("log"))


def _switch(address: Address, name: str, label: str, choices: dict[str, str]) -> None:
    st.segmented_control(
        label, list(choices), format_func=choices.__getitem__, key=address.key(name), required=True
    )

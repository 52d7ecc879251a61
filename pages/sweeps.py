"""Sweeps: a group of runs that differ in a few settings, and what these did."""

import streamlit as st

from cnnlib.ui.navigation import SWEEPS, link_to
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.prose import show_text
from cnnlib.ui.sweeping import texts
from cnnlib.ui.sweeping.define import PARAMETER, sweep_form
from cnnlib.ui.sweeping.listing import show_list
from cnnlib.ui.sweeping.result import show_sweep


def go_to(sweep_id: str) -> None:
    st.query_params.from_dict({PARAMETER: sweep_id})
    st.rerun()


page_setup(SWEEPS.title, icon=SWEEPS.icon)
with friendly_errors():
    page_heading(SWEEPS.title, texts.LEAD)
    if sweep_id := st.query_params.get(PARAMETER):
        link_to(SWEEPS, texts.OTHER)
        show_sweep(sweep_id)
    else:
        with friendly_errors():
            if chosen := show_list():
                go_to(chosen)
        st.subheader(texts.NEW, anchor=False)
        if started := sweep_form():
            go_to(started.id)
        show_text("training/sweeps")

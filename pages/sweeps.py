"""Sweeps: a group of runs that differ in a few settings, and what these did."""

import streamlit as st

from cnnlib.ui.navigation import SWEEPS
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.prose import show_text
from cnnlib.ui.sweeping import texts
from cnnlib.ui.sweeping.define import sweep_form
from cnnlib.ui.sweeping.listing import show_list
from cnnlib.ui.sweeping.place import PARAMETER, PLACE
from cnnlib.ui.sweeping.result import show_sweep

page_setup(SWEEPS.title, icon=SWEEPS.icon)
with friendly_errors():
    page_heading(SWEEPS.title, texts.LEAD)
    PLACE.settle()
    if sweep_id := st.query_params.get(PARAMETER):
        if st.button(texts.OTHER, icon=SWEEPS.icon, type="tertiary"):
            PLACE.go_to()
        show_sweep(sweep_id)
    else:
        with friendly_errors():
            if chosen := show_list():
                PLACE.go_to(**{PARAMETER: chosen})
        st.subheader(texts.NEW, anchor=False)
        if started := sweep_form():
            PLACE.go_to(**{PARAMETER: started.id})
        show_text("training/sweeps")

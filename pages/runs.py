"""Every run of this lab: find, compare, tag, stop and delete them."""

import streamlit as st

from cnnlib.runs.store import open_store
from cnnlib.ui.navigation import RUNS, TRAIN, link_to
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.people import current_person
from cnnlib.ui.run_control.about import name_form
from cnnlib.ui.runs_table import texts
from cnnlib.ui.runs_table.filters import choose_filters, open_address
from cnnlib.ui.runs_table.table import list_runs, runs_table

page_setup(RUNS.title, icon=RUNS.icon)
with friendly_errors():
    page_heading("Runs", texts.LEAD)
    if not open_store().list_runs(limit=1):
        st.info(texts.NOTHING, icon=":material/info:")
        link_to(TRAIN, "Start a run")
    else:
        address = open_address()
        with st.container(
            horizontal=True, vertical_alignment="center", key="runs_filters", gap="small"
        ):
            choose_filters(address, list_runs(address))
            if current_person():
                with st.popover(texts.YOU, icon=":material/badge:"):
                    name_form("runs")
        runs_table(address)

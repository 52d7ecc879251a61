"""Runs side by side: their curves and settings, what they cost, who is best within a budget."""

import streamlit as st

from cnnlib.runs.store import open_store
from cnnlib.ui.address import Address
from cnnlib.ui.comparing_runs import texts
from cnnlib.ui.comparing_runs.chosen import (
    begin_with_newest,
    find_chosen,
    make_settings,
    tell_what_is_missing,
)
from cnnlib.ui.comparing_runs.controls import show_controls
from cnnlib.ui.comparing_runs.listing import MOST_LISTED, choose_runs, list_runs
from cnnlib.ui.comparing_runs.ranking import show_budgets, show_costs, warn_of_datasets
from cnnlib.ui.comparing_runs.taking import offer_files
from cnnlib.ui.comparing_runs.views import show_curves, show_legend
from cnnlib.ui.navigation import COMPARE_NETWORKS, COMPARE_RUNS, TRAIN, link_to
from cnnlib.ui.page import friendly_errors, page_heading, page_setup


def compare() -> None:
    address = Address("compare_runs", make_settings())
    runs = open_store().list_runs(limit=MOST_LISTED)
    if not runs:
        st.info(texts.NO_RUNS, icon=":material/info:")
        link_to(TRAIN, texts.START)
        return
    begin_with_newest(address, runs)
    chosen = find_chosen(address["runs"], address["seeds"])
    tell_what_is_missing(address, chosen)
    see = st.container()  # above the controls, and filled with what they say
    if chosen:
        show_controls(address)
        with see:
            show_curves(address, chosen)
        show_legend(address, chosen)
    else:
        st.info(texts.NOTHING_CHOSEN, icon=":material/check_box:")
    found = choose_runs(address, list_runs(runs))
    address.write()
    with friendly_errors():
        warn_of_datasets(found)
        show_costs(address, found, chosen)
    with friendly_errors():
        show_budgets(address, found)
    with friendly_errors():
        offer_files(chosen)
    link_to(COMPARE_NETWORKS, texts.NETWORKS_LINK)
    address.write()


page_setup(COMPARE_RUNS.title, icon=COMPARE_RUNS.icon)
with friendly_errors():
    page_heading(COMPARE_RUNS.title, texts.LEAD)
    compare()

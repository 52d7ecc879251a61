"""A network, layer by layer: its picture, its counts, and the reason for every number."""

import streamlit as st

from cnnlib.arch.analysis import Summary, analyze_until_error
from cnnlib.arch.spec import Spec
from cnnlib.ui.address import Address
from cnnlib.ui.architecture import texts
from cnnlib.ui.architecture.about import offer_ways_on, show_about, show_facts
from cnnlib.ui.architecture.code import show_code
from cnnlib.ui.architecture.questions import register_count
from cnnlib.ui.architecture.settings import open_address
from cnnlib.ui.architecture.training import show_training
from cnnlib.ui.architecture.views import (
    correct_layer,
    show_layer,
    show_picture,
    show_shares,
    show_table,
    show_totals,
)
from cnnlib.ui.keras_badge import keras_badge
from cnnlib.ui.navigation import ARCHITECTURES
from cnnlib.ui.network_choice import choose_network
from cnnlib.ui.page import friendly_errors, page_heading, page_setup, show_error


def show_network(address: Address, spec: Spec) -> None:
    summary, error = analyze_until_error(spec)
    correct_layer(address, summary)
    if error:
        show_error(f"{error} {texts.STOPS}")
    show_facts(spec)
    show_picture(address, spec, summary)
    if summary.layers:
        show_layer(address, spec, summary)
    show_totals(summary)
    if not error:
        keras_badge(register_count(spec, summary), key=address.key("equals_keras"))
        with friendly_errors():
            offer_ways_on(spec)
    if summary.layers:
        st.subheader(texts.TABLE, anchor=False)
        show_table(address, spec, summary)
    if not error:
        show_costs(address, spec, summary)


def show_costs(address: Address, spec: Spec, summary: Summary) -> None:
    st.subheader(texts.SHARES, anchor=False)
    show_shares(address, spec, summary)
    st.subheader(texts.TRAINING, anchor=False)
    show_training(address, spec, summary)


def show_source(address: Address, spec: Spec) -> None:
    if analyze_until_error(spec)[1] is None:
        st.subheader(texts.CODE, anchor=False)
        with friendly_errors():
            show_code(spec, key=address.key("code"))


page_setup(ARCHITECTURES.title, icon=ARCHITECTURES.icon)
with friendly_errors():
    page_heading(ARCHITECTURES.title, texts.LEAD)
    address = open_address()
    with friendly_errors():
        spec = choose_network(address)
        show_network(address, spec)
        show_about(spec)
        show_source(address, spec)
    address.write()

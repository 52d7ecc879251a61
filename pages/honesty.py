"""Data honesty: near-duplicates between and within the splits, and probably wrong labels."""

import streamlit as st

from cnnlib.ui.datasets import choose_dataset, offer_cifar10
from cnnlib.ui.honesty import texts
from cnnlib.ui.honesty.labels import show_labels
from cnnlib.ui.honesty.settings import PARTS, first_page, open_address
from cnnlib.ui.honesty.twins import show_twins
from cnnlib.ui.navigation import HONESTY
from cnnlib.ui.page import friendly_errors, page_heading, page_setup

page_setup(HONESTY.title, icon=HONESTY.icon)
with friendly_errors():
    page_heading(HONESTY.title, texts.LEAD)
    offer_cifar10(compact=True)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=300):
            dataset = choose_dataset()
        address = open_address(dataset)
        st.segmented_control(
            texts.PART,
            PARTS,
            format_func=texts.PARTS.__getitem__,
            required=True,
            key=address.key("part"),
            on_change=first_page,
            args=(address,),
        )
    with friendly_errors():
        if address["part"] == "twins":
            show_twins(address, dataset)
        else:
            show_labels(address, dataset)
    address.write()

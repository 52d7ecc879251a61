"""The whole data set at once: a map of its images, its classes on average, and its numbers."""

import streamlit as st

from cnnlib.data import Dataset
from cnnlib.ui.address import Address
from cnnlib.ui.datasets import choose_dataset, offer_cifar10
from cnnlib.ui.measuring import need_statistics
from cnnlib.ui.navigation import WHOLE_SET
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.prose import show_text
from cnnlib.ui.whole_set import texts
from cnnlib.ui.whole_set.map import show_map
from cnnlib.ui.whole_set.settings import SPLITS, forget_selection, open_address
from cnnlib.ui.whole_set.views import show_statistics


def choose_split(address: Address) -> None:
    st.segmented_control(
        texts.SPLIT,
        SPLITS,
        format_func=texts.SPLITS.__getitem__,
        required=True,
        key=address.key("split"),
        on_change=forget_selection,
        args=(address,),
    )


def show_all(address: Address, dataset: Dataset) -> None:
    st.subheader(texts.MAP, anchor=False)
    with friendly_errors():
        show_map(address, dataset)
    show_text("whole_set/map")
    statistics = need_statistics(dataset, key="whole_set")
    if statistics is not None:
        show_statistics(address, dataset, statistics)


page_setup(WHOLE_SET.title, icon=WHOLE_SET.icon)
with friendly_errors():
    page_heading(WHOLE_SET.title, texts.LEAD)
    offer_cifar10(compact=True)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=300):
            dataset = choose_dataset()
        address = open_address(dataset)
        choose_split(address)
    show_all(address, dataset)
    address.write()

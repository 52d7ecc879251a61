"""The part of the page about twins: the search, the pairs, and a run without them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib import settings
from cnnlib.data import Dataset, Progress
from cnnlib.data.duplicates import (
    TEST,
    TRAIN,
    Duplicates,
    export_csv,
    find_duplicates,
    read_duplicates,
)
from cnnlib.ui.address import Address
from cnnlib.ui.honesty import texts
from cnnlib.ui.honesty.evaluation import show_evaluation
from cnnlib.ui.honesty.pairs import make_pair_cards
from cnnlib.ui.honesty.settings import PLACES, first_page
from cnnlib.ui.honesty.tables import read_labels
from cnnlib.ui.jobs import Job, get_job, show_job, start_mine
from cnnlib.ui.page import ASSETS
from cnnlib.ui.pager import clamp_page, turn_pages
from cnnlib.ui.prose import show_text

PER_PAGE = 24
CIFAR10 = "cifar10"
_SIDES = {"between": (TRAIN, TEST), "train": (TRAIN, TRAIN), "test": (TEST, TEST)}


def show_twins(address: Address, dataset: Dataset) -> None:
    duplicates = read_duplicates(dataset)
    if duplicates is None:
        show_text("honesty/twins")
        _offer_search(dataset)
        return
    differ = _find_differing(dataset, duplicates)
    _show_facts(dataset, duplicates, differ)
    _show_pairs(address, dataset, duplicates, differ)
    show_text("honesty/twins")
    if dataset.name == CIFAR10:
        share = len(duplicates.test_images_with_twin_in_train()) / len(dataset.test)
        st.markdown(texts.PUBLISHED.format(share=share))
    st.subheader(texts.WITH_AND_WITHOUT, anchor=False)
    show_evaluation(address, dataset, duplicates)


def _offer_search(dataset: Dataset) -> None:
    job = get_job(
        f"duplicates {settings.datasets_dir()} {dataset.fingerprint}", texts.SEARCH_FAILED
    )
    asked = f"duplicates_asked_{dataset.fingerprint}"
    if job.state.status != "running":
        st.caption(texts.NO_SEARCH)
        st.button(
            texts.SEARCH,
            type="primary",
            icon=":material/search:",
            help=texts.SEARCH_HELP,
            on_click=_start,
            args=(job, dataset, asked),
        )
    show_job(job, key="duplicates", mine=st.session_state.get(asked))


def _start(job: Job, dataset: Dataset, asked: str) -> None:
    def work(progress: Progress) -> None:
        find_duplicates(dataset, progress)

    start_mine(job, work, asked)


def _find_differing(dataset: Dataset, found: Duplicates) -> NDArray[np.bool_]:
    """Which pairs have two labels, (P,)."""
    first = read_labels(dataset, found.split_a, found.index_a)
    second = read_labels(dataset, found.split_b, found.index_b)
    return np.asarray(first != second)


def _show_facts(dataset: Dataset, found: Duplicates, differ: NDArray[np.bool_]) -> None:
    twins = len(found.test_images_with_twin_in_train())
    with st.container(horizontal=True, gap="large"):
        share = f"{twins:,} of {len(dataset.test):,} ({twins / len(dataset.test):.2%})"
        st.metric(texts.TEST_TWINS, share, width="content")
        st.metric(texts.PAIRS, f"{len(found):,}", width="content")
        st.metric(texts.DIFFERENT, f"{int(differ.sum()):,}", width="content")
    if not found.complete:
        st.caption(texts.SAMPLED.format(compared=found.compared))


def _show_pairs(
    address: Address, dataset: Dataset, found: Duplicates, differ: NDArray[np.bool_]
) -> None:
    masks = {
        place: (found.split_a == sides[0]) & (found.split_b == sides[1])
        for place, sides in _SIDES.items()
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            texts.PLACE,
            PLACES,
            format_func=lambda place: f"{texts.PLACES[place]} ({int(masks[place].sum()):,})",
            required=True,
            key=address.key("place"),
            on_change=first_page,
            args=(address,),
        )
        st.toggle(texts.DIFFER, key=address.key("differ"), on_change=first_page, args=(address,))
    keep = masks[address["place"]]
    chosen = np.flatnonzero(keep & differ if address["differ"] else keep)
    if not len(chosen):
        st.info(texts.NO_PAIRS, icon=":material/check:")
    else:
        pages = -(-len(chosen) // PER_PAGE)
        start = (clamp_page(address, pages) - 1) * PER_PAGE
        st.caption(texts.SHOWN.format(count=len(chosen)))
        st.html(ASSETS / "honesty.css")
        with st.container(key="pairs"):
            st.html(make_pair_cards(dataset, found, chosen[start : start + PER_PAGE]))
        turn_pages(address, pages)
    if len(found):
        st.download_button(
            texts.PAIRS_CSV,
            lambda: export_csv(found, dataset),
            f"{dataset.name}-twins.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )

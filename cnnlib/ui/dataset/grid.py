"""The grid of thumbnails with what belongs to it: its pages, its size, and the collection."""

from functools import partial

import streamlit as st

from cnnlib.data import Dataset
from cnnlib.ui.address import Address
from cnnlib.ui.dataset import texts
from cnnlib.ui.dataset.collection import show_collection
from cnnlib.ui.dataset.settings import SIZE, forget_image, start_over
from cnnlib.ui.dataset.view import View
from cnnlib.ui.thumbnails import MAX_COLLECTED, PAGE_SIZES, thumbnail_grid

DETAIL = "image_detail"  # the key of the detail's container; dataset.css places it


def show_grid(address: Address, dataset: Dataset, view: View) -> None:
    split = texts.SPLITS[view.name]
    if not len(view.found):
        st.info(texts.EMPTY.format(split=split))
        st.button(texts.SHOW_ALL, on_click=_show_all, args=(address,))
        return
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        text = texts.COUNT if len(view.found) == len(view.split) else texts.COUNT_OF
        counts = {"count": len(view.found), "all": len(view.split)}
        st.caption(
            text.format(**counts, split=split, page=view.page, pages=view.pages), width="content"
        )
        st.toggle(
            texts.COLLECT,
            key=address.key("collecting"),
            help=texts.COLLECT_HELP.format(most=MAX_COLLECTED),
        )
    _draw(address, dataset, view)
    show_collection(address, dataset, view)
    _turn_pages(address, view)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            texts.PER_PAGE,
            PAGE_SIZES,
            key=address.key("per_page"),
            width=130,
            on_change=_keep_in_sight,
            args=(address, view.index),
        )
        st.slider(texts.SIZE, *SIZE, step=4, key=address.key("size"), format="%d px", width=200)


def _keep_in_sight(address: Address, first: int | None) -> None:
    """The chosen image; while none is, the first of the page."""
    if address["index"] is None:
        address["index"] = first


def _draw(address: Address, dataset: Dataset, view: View) -> None:
    shown = view.shown
    thumbnail_grid(
        view.split.images[shown],
        indices=shown.tolist(),
        captions=[describe(dataset, view, index) for index in shown.tolist()],
        marked=_mark(address, view),
        selected=view.index,
        on_pick=partial(address.__setitem__, "index"),
        key="thumbnails",
        size=address["size"],
        label=texts.GRID.format(split=texts.SPLITS[view.name]),
        detail=DETAIL,
        collected=address["selection"],
        on_collect=lambda indices: address.__setitem__("selection", tuple(indices)),
        collecting=address["collecting"],
        follows=True,
    )


def _mark(address: Address, view: View) -> list[bool] | None:
    """What the model has wrong, where both stand side by side."""
    if view.predictions is None or address["verdict"] != "all":
        return None
    wrong: list[bool] = (~view.predictions.right[view.shown]).tolist()
    return wrong


def describe(dataset: Dataset, view: View, index: int) -> str:
    """One line of plain text: the class, the index, and what a model says."""
    names, said = dataset.class_names, view.predictions
    text = texts.CAPTION.format(name=names[view.split.labels[index]], index=index)
    if said is None:
        return text
    model = names[said.predicted[index]]
    return text + texts.SAYS.format(name=model, confidence=float(said.confidence[index]))


def _turn_pages(address: Address, view: View) -> None:
    """A pager at the view's page; a new one when the page was turned otherwise.

    Streamlit takes no page from the session's state without a warning, only a first one.
    """
    number = address.key("pager_number")
    key = f"{number}_{st.session_state.setdefault(number, 0)}"
    if st.session_state.get(key, view.page) != view.page:
        st.session_state[number] += 1
        key = f"{number}_{st.session_state[number]}"

    def turn() -> None:
        address["page"] = st.session_state[key]
        forget_image()

    st.pagination(view.pages, default=view.page, key=key, on_change=turn)


def _show_all(address: Address) -> None:
    address["classes"], address["verdict"] = [], "all"
    start_over()

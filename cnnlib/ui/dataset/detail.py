"""The chosen image: its name, the way to the next one, and its numbers seen in several ways."""

import streamlit as st

from cnnlib.data import Dataset
from cnnlib.runs.predictions import Predictions
from cnnlib.ui.address import Address
from cnnlib.ui.dataset import texts
from cnnlib.ui.dataset.further import take_further
from cnnlib.ui.dataset.grid import DETAIL
from cnnlib.ui.dataset.image_views import (
    enlarge,
    show_array,
    show_channels,
    show_histogram,
    show_picture,
    show_scaled,
)
from cnnlib.ui.dataset.settings import VIEWS
from cnnlib.ui.dataset.similar import show_similar
from cnnlib.ui.dataset.view import View
from cnnlib.ui.page import plain_text

SMALL = ("histogram", "scaled", "array")  # the views that do not show the picture itself
SMALL_SIZE = 64  # CSS pixels


def show_detail(
    address: Address, dataset: Dataset, view: View, predictions: Predictions | None
) -> None:
    """The chosen image of `view`; nothing while there is none."""
    if view.index is None:
        return
    with st.container(key=DETAIL):
        _introduce(address, dataset, view, view.index)
        views = [name for name in VIEWS if name != "channels" or dataset.image_shape[2] == 3]
        st.pills(
            texts.VIEW,
            views,
            format_func=texts.VIEWS.__getitem__,
            key=address.key("view"),
            required=True,
            label_visibility="collapsed",
            wrap=True,
        )
        image = view.split.images[view.index]
        match address["view"]:
            case "pixels":
                show_picture(address, image)
            case "channels":
                show_channels(image)
            case "histogram":
                show_histogram(image)
            case "scaled":
                show_scaled(dataset, image)
            case "array":
                show_array(dataset, view.name, view.index, image)
            case _:
                show_similar(address, dataset, view, predictions)
        take_further(dataset, view.name, view.index)


def _introduce(address: Address, dataset: Dataset, view: View, index: int) -> None:
    names, label = dataset.class_names, int(view.split.labels[index])
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(
            horizontal=True, width="content", gap="small", vertical_alignment="center"
        ):
            if address["view"] in SMALL:
                st.image(enlarge(view.split.images[index]), width=SMALL_SIZE)
            st.subheader(plain_text(names[label]), anchor=False, width="content")
        with st.container(
            horizontal=True, width="content", gap="small", vertical_alignment="center"
        ):
            _turn(address, view, -1, texts.PREVIOUS, "Left")
            place = texts.ELSEWHERE
            if view.place is not None:
                place = texts.PLACE.format(place=view.place + 1, count=len(view.found))
            st.caption(place, width="content")
            _turn(address, view, 1, texts.NEXT, "Right")
    about = texts.ABOUT.format(index=index, split=texts.SPLITS[view.name], label=label)
    st.caption(about + _say_prediction(dataset, view, index))


def _turn(address: Address, view: View, by: int, label: str, arrow: str) -> None:
    """To the image before or after, within what the grid shows; also by the arrow key."""
    st.button(
        "",
        key=f"turn_{arrow.lower()}",
        help=label,
        shortcut=arrow,
        disabled=view.step(by) is None,
        on_click=_go,
        args=(address, view, by),
    )


def _go(address: Address, view: View, by: int) -> None:
    """From the image that is chosen now: a held key is faster than the page."""
    index = address["index"]
    to = (view if index is None else view.at(index)).step(by)
    if to is not None:
        address["index"] = to


def _say_prediction(dataset: Dataset, view: View, index: int) -> str:
    said = view.predictions
    if said is None:
        return ""
    text = texts.MODEL_SAYS.format(
        name=plain_text(dataset.class_names[said.predicted[index]]),
        confidence=float(said.confidence[index]),
        verdict=texts.RIGHT if said.right[index] else texts.WRONG,
    )
    return f"  \n{text}"

"""Thumbnails of a data set, filtered and paged; one component draws them from one sprite."""

import base64
import io
import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image
from streamlit.components.v2.types import ComponentRenderer

from cnnlib.data import Dataset, Split

_ASSETS = Path(__file__).with_name("assets")
SPRITE_COLUMNS = 20
PAGE_SIZES = (48, 96, 192)  # whole rows of 4, 6, 8, 12 or 16, the counts that thumbnails.js takes
SPLITS = {"train": "training", "test": "test"}


def browse_images(dataset: Dataset, *, detail: str | None = None) -> tuple[Split, int]:
    """A paged grid of thumbnails, filtered by split and class.

    All of it is in the address: ``split``, ``classes``, ``page``, ``per_page``, ``index``. An
    index opens the page of the grid that holds the image; without one, the first image of the
    page is the chosen one. What the address says wrongly is passed over.

    Args:
        dataset: whose images.
        detail: the key of the container that shows the chosen image. In a narrow window its
            column stands above the grid's, and a pick scrolls to it.

    Returns:
        The chosen split, and the index in it of the chosen image.
    """
    names = dataset.class_names
    which = st.segmented_control(
        "Split",
        list(SPLITS),
        default="train",
        required=True,
        key="split",
        bind="query-params",
        on_change=forget_image,
    )
    classes = st.pills(
        "Classes (none chosen: all of them)",
        names,
        selection_mode="multi",
        key="classes",
        bind="query-params",
        on_change=forget_image,
        wrap=True,
    )
    split = dataset.test if which == "test" else dataset.train
    found = split.find([names.index(name) for name in classes])
    grid = st.container()
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        pager = st.container(width="content")
        size = st.selectbox(
            "Images per page",
            PAGE_SIZES,
            key="per_page",
            bind="query-params",
            width=130,
        )
    pages = max(1, -(-len(found) // size))
    index = _read_index(split)
    page_of_index = None
    if index is not None and len(place := np.flatnonzero(found == index)):
        st.session_state["page"] = page_of_index = int(place[0]) // size + 1
    with pager:
        page = st.pagination(pages, key="page", bind="query-params", on_change=forget_image)
    if page_of_index not in (None, page):  # a newcomer's address names another page: once
        st.rerun()
    shown = found[(page - 1) * size : page * size]
    if index is None:
        index = int(shown[0]) if len(shown) else 0
    with grid:
        st.caption(f"{len(found):,} {SPLITS[which]} images, page {page:,} of {pages:,}")
        thumbnail_grid(
            split.images[shown],
            indices=shown.tolist(),
            captions=[f"{names[split.labels[i]]}, image {i}" for i in shown],
            selected=index,
            on_pick=_choose_image,
            key="thumbnails",
            label=f"{SPLITS[which]} images",
            detail=detail,
        )
    return split, index


def forget_image() -> None:
    """Another data set, split, class or page: the address no longer means a certain image."""
    st.query_params.pop("index", None)


def _choose_image(index: int) -> None:
    st.query_params["index"] = str(index)


def _read_index(split: Split) -> int | None:
    """The image that the address names; what names none leaves the address."""
    wanted = st.query_params.get("index", "")
    if wanted.isdecimal() and len(wanted) < 10 and int(wanted) < len(split):
        return int(wanted)
    forget_image()
    return None


def thumbnail_grid(
    images: NDArray[np.uint8],
    *,
    indices: Sequence[int],
    captions: Sequence[str],
    selected: int | None,
    on_pick: Callable[[int], None],
    key: str,
    size: int = 64,
    label: str = "Images",
    detail: str | None = None,
) -> None:
    """Draw thumbnails in even columns; the one with the index `selected` is marked.

    Args:
        images: (n, H, W, C) uint8 with C = 1 or 3; a few hundred at most.
        indices: n numbers by which the page knows the images.
        captions: n short texts, shown on hover and read to those who do not see.
        on_pick: called with an image's index before the rerun that a click or Enter causes.
        key: the widget's key; stable, so that the focus stays where it is.
        size: about the width of a thumbnail in CSS pixels; the columns share the grid's width.
        label: the name of the whole grid for screen readers.
        detail: the key of the container that a pick scrolls to in a narrow window.
    """

    def picked() -> None:
        index = st.session_state[key].get("picked")
        if isinstance(index, int) and index in known:
            on_pick(index)

    known = set(indices)
    height, width = images.shape[1:3]
    columns = min(SPRITE_COLUMNS, max(1, len(images)))
    _component()(
        key=key,
        data={
            "sprite": make_sprite_url(images, columns),
            "columns": columns,
            "size": size,
            "ratio": height / width,
            "indices": [int(index) for index in indices],
            "captions": list(captions),
            "selected": selected,
            "label": label,
            "detail": detail and f"st-key-{detail}",
        },
        on_picked_change=picked,
    )


def make_sprite_url(images: NDArray[np.uint8], columns: int) -> str:
    """Images (n, H, W, C) side by side in rows of `columns`, as a PNG in a data: address."""
    count, height, width, channels = images.shape
    rows = max(1, math.ceil(count / columns))
    tiles = np.zeros((rows * columns, height, width, channels), np.uint8)
    tiles[:count] = images
    sheet = tiles.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    sheet = sheet.reshape(rows * height, columns * width, channels)
    buffer = io.BytesIO()
    Image.fromarray(sheet if channels == 3 else sheet[..., 0]).save(buffer, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


@cache
def _component() -> ComponentRenderer:
    html, css, js = (
        (_ASSETS / f"thumbnails.{kind}").read_text(encoding="utf-8")
        for kind in ("html", "css", "js")
    )
    return st.components.v2.component(
        "cnnlab.thumbnails", html=html, css=css, js=js, isolate_styles=False
    )

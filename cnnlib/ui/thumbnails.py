"""Thumbnails in a grid to choose from and to collect from; one component draws them."""

import base64
import hashlib
import io
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from cnnlib.ui.components import load_component

SPRITE_COLUMNS = 20
LARGEST = 64  # pixels a side in a sprite; what is larger is shrunk
PAGE_SIZES = (48, 96, 192, 384)  # whole rows of all the counts that thumbnails.js takes
MAX_COLLECTED = 500


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
    notes: Sequence[str] | None = None,
    marked: Sequence[bool] | None = None,
    collected: Sequence[int] = (),
    on_collect: Callable[[list[int]], None] | None = None,
    collecting: bool = False,
    follows: bool = False,
) -> None:
    """Draw thumbnails in even columns; the one with the index `selected` is marked.

    A click or Enter picks an image. With `on_collect`, Ctrl or Shift and a click (or Shift and
    the arrows, or Ctrl+A) collect many.

    Args:
        images: (n, H, W, C) uint8 with C = 1 or 3; a few hundred at most.
        indices: n numbers by which the page knows the images.
        captions: n short texts, shown on hover and read to those who do not see.
        on_pick: called with an image's index before the rerun that a click or Enter causes.
        key: the widget's key; stable, so that the focus stays where it is.
        size: about the width of a thumbnail in CSS pixels; the columns share the grid's width.
        label: the name of the whole grid for screen readers.
        detail: the key of the container that a pick scrolls to in a narrow window.
        notes: n short texts under the thumbnails; a line may be broken.
        marked: n times whether a thumbnail has a mark; `captions` say what it means.
        collected: what is collected so far, by index; also such as is on other pages.
        on_collect: called with all that is collected, `MAX_COLLECTED` at most.
        collecting: whether a click alone collects.
        follows: whether the arrow keys pick as they go; at the grid's ends they are the page's.
    """

    heard = f"{key}__heard"  # session state: the number of the browser's last step that came here

    def hear(name: str, part: str) -> Any:
        said = st.session_state[key].get(name)
        if not isinstance(said, dict):
            return None
        if type(step := said.get("step")) is int:
            st.session_state[heard] = max(step, st.session_state.get(heard, 0))
        return said.get(part)

    def picked() -> None:
        index = hear("picked", "index")
        if type(index) is int and index in known:
            on_pick(index)

    def changed() -> None:
        indices = hear("collected", "indices")
        if on_collect is not None and isinstance(indices, list):
            kept = [index for index in indices if type(index) is int and index in allowed]
            on_collect(list(dict.fromkeys(kept))[:MAX_COLLECTED])

    known = set(indices)
    allowed = known.union(collected)
    height, width = images.shape[1:3]
    columns = min(SPRITE_COLUMNS, max(1, len(images)))
    load_component("thumbnails")(
        key=key,
        data={
            "sprite": _keep_sprite_url(_digest(images), columns, images),
            "columns": columns,
            "size": size,
            "ratio": height / width,
            "indices": [int(index) for index in indices],
            "captions": list(captions),
            "notes": None if notes is None else list(notes),
            "marked": None if marked is None else [bool(mark) for mark in marked],
            "selected": selected,
            "label": label,
            "detail": detail and f"st-key-{detail}",
            "collects": on_collect is not None,
            "collecting": collecting,
            "follows": follows,
            "collected": list(collected),
            "limit": MAX_COLLECTED,
            "heard": st.session_state.get(heard, 0),
        },
        on_picked_change=picked,
        on_collected_change=changed,
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def _keep_sprite_url(digest: str, columns: int, _images: NDArray[np.uint8]) -> str:
    """The same page of the grid is drawn again at every click into it."""
    return make_sprite_url(_images, columns)


def _digest(images: NDArray[np.uint8]) -> str:
    content = hashlib.blake2b(np.ascontiguousarray(images).data, digest_size=16)
    return f"{content.hexdigest()} {images.shape}"


def make_sprite_url(images: NDArray[np.uint8], columns: int) -> str:
    """Images (n, H, W, C) side by side in rows of `columns`, as a PNG in a data: address.

    Images of more than `LARGEST` pixels a side are shrunk.
    """
    images = _shrink(images)
    count, height, width, channels = images.shape
    rows = max(1, math.ceil(count / columns))
    tiles = np.zeros((rows * columns, height, width, channels), np.uint8)
    tiles[:count] = images
    sheet = tiles.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    sheet = sheet.reshape(rows * height, columns * width, channels)
    return make_png_url(sheet)


def make_png_url(image: NDArray[np.uint8]) -> str:
    """An image (H, W, C), C = 1, 3 or 4, as a PNG in a data: address."""
    return "data:image/png;base64," + base64.b64encode(make_png(image)).decode("ascii")


def make_png(image: NDArray[np.uint8]) -> bytes:
    """An image (H, W, C), C = 1, 3 or 4 (with transparency), as a PNG file."""
    buffer = io.BytesIO()
    picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _shrink(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width, channels = images.shape[1:]
    share = LARGEST / max(height, width, LARGEST)
    if share == 1 or not len(images):
        return images
    size = (max(1, round(width * share)), max(1, round(height * share)))
    small = [
        np.asarray(
            Image.fromarray(image if channels == 3 else image[..., 0]).resize(
                size, Image.Resampling.BOX
            )
        )
        for image in images
    ]
    return np.stack(small).reshape(len(small), size[1], size[0], channels)

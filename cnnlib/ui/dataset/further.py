"""From an image to elsewhere: its link, its file, and the pages that take it as their input."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.data import Dataset, available
from cnnlib.data.uploads import SIZE as UPLOAD_SIZE
from cnnlib.data.uploads import save_upload
from cnnlib.ui.dataset import texts
from cnnlib.ui.input_choice import IMAGE, UPLOAD
from cnnlib.ui.navigation import ACTIVATION, CBAPD, CONVOLUTION, DATASET, EVERY_CONVOLUTION, POOLING
from cnnlib.ui.thumbnails import make_png

OPERATORS = {  # what is set there besides the image: all of it, in colour where there is room
    CONVOLUTION: {"size": "32", "padding": "same"},
    EVERY_CONVOLUTION: {"size": "32"},
    POOLING: {"size": "32", "channels": "3"},
    ACTIVATION: {"size": "32"},
    CBAPD: {"size": "32"},
}


def take_further(dataset: Dataset, name: str, index: int) -> None:
    """All of it, folded away. (A popover would leave the window where the page is scrolled.)"""
    with st.expander(texts.FURTHER, icon=":material/ios_share:", type="compact"):
        st.caption(texts.LINK)
        st.code(make_link(dataset, name, index), language=None, wrap_lines=True)
        image = pick_image(dataset, name, index)
        st.download_button(
            texts.SAVE,
            lambda: make_png(image),
            file_name=f"{dataset.name}-{name}-{index}.png",
            mime="image/png",
            icon=":material/download:",
            key="download_image",
            on_click="ignore",
        )
        st.caption(texts.OPEN_ON)
        open_elsewhere(dataset, name, index, key="chosen")


def open_elsewhere(dataset: Dataset, name: str, index: int, *, key: str) -> None:
    """A button for each page that works on an image.

    The first data set's training images go there by their index, others as an uploaded picture.
    """
    row = st.container(horizontal=True, gap="small")
    for entry, more in OPERATORS.items():
        widget = f"open_{entry.address}_{key}"
        if row.button(entry.title, icon=entry.icon, key=widget, type="tertiary"):
            if name == "train" and dataset.name == available()[0].name:
                image = {"source": IMAGE, "image": str(index)}
            else:
                upload = save_upload(make_png(pick_image(dataset, name, index)))
                image = {"source": UPLOAD, "upload": upload}
            st.switch_page(entry.path, query_params={**image, **more})
    if max(dataset.image_shape[:2]) > UPLOAD_SIZE:
        st.caption(texts.SHRUNK)


def pick_image(dataset: Dataset, name: str, index: int) -> NDArray[np.uint8]:
    image: NDArray[np.uint8] = getattr(dataset, name).images[index]
    return image


def make_link(dataset: Dataset, name: str, index: int) -> str:
    """The address that shows this image in any browser, without the filter it was found by."""
    parts = {"dataset": dataset.name} if dataset.name != available()[0].name else {}
    parts |= {"split": "test"} if name == "test" else {}
    query = "&".join(f"{key}={value}" for key, value in {**parts, "index": str(index)}.items())
    base = (st.context.url or f"/{DATASET.address}").split("?")[0]
    return f"{base}?{query}"

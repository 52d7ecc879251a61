"""Images that were collected in the grid: taken along as files, as indices, or to a page."""

import io
import zipfile
from functools import partial

import streamlit as st

from cnnlib.data import Dataset
from cnnlib.ui.address import Address
from cnnlib.ui.dataset import texts
from cnnlib.ui.dataset.further import open_elsewhere
from cnnlib.ui.dataset.view import View
from cnnlib.ui.thumbnails import make_png

BAR = "collection_bar"  # dataset.css keeps it in sight while the grid scrolls


def show_collection(address: Address, dataset: Dataset, view: View) -> None:
    """What can be done with the collected images; nothing while there are none."""
    indices = address["selection"]
    if not indices:
        return
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", border=True, key=BAR
    ):
        st.markdown(texts.COLLECTED.format(count=len(indices)), width="content")
        st.download_button(
            texts.DOWNLOAD,
            partial(make_zip, dataset, view.name, indices),
            file_name=texts.COLLECTED_NAME.format(
                dataset=dataset.name, split=view.name, count=len(indices)
            ),
            mime="application/zip",
            type="tertiary",
            icon=":material/download:",
            key="download_collection",
            on_click="ignore",
        )
        with st.popover(texts.COPY, type="tertiary", icon=":material/content_copy:"):
            st.caption(texts.COPY_HINT.format(split=texts.SPLITS[view.name]))
            st.code(str(list(indices)), language="python", wrap_lines=True)
        with st.popover(texts.FIRST, type="tertiary", icon=":material/open_in_new:"):
            st.button(
                texts.VIEWS["similar"],
                icon=":material/join_inner:",
                key="similar_to_first",
                on_click=_show_similar,
                args=(address, indices[0]),
            )
            open_elsewhere(dataset, view.name, indices[0], key="first")
        st.button(
            texts.CLEAR,
            type="tertiary",
            icon=":material/close:",
            key="clear_collection",
            on_click=partial(address.__setitem__, "selection", ()),
        )


def make_zip(dataset: Dataset, name: str, indices: tuple[int, ...]) -> bytes:
    """A zip of PNG files `<class>/<split>-<index>.png`: a folder that the lab can import."""
    split = dataset.test if name == "test" else dataset.train
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # stored: PNG is compressed already
        for index in indices:
            folder = _make_folder_name(dataset.class_names[split.labels[index]])
            archive.writestr(f"{folder}/{name}-{index}.png", make_png(split.images[index]))
    return buffer.getvalue()


def _make_folder_name(name: str) -> str:
    """A class's name without what a path could not hold."""
    kept = "".join(c if c.isalnum() or c in " -_()." else "_" for c in name).strip(" .")
    return kept or "class"


def _show_similar(address: Address, index: int) -> None:
    address["index"], address["view"] = index, "similar"

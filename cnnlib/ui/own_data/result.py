"""What is in a data set: pictures of each class, how many, and which files were skipped."""

import html

import numpy as np
import pandas as pd
import streamlit as st

from cnnlib.data import Dataset
from cnnlib.data.pictures import Skipped, read_skipped
from cnnlib.ui.datasets import open_dataset
from cnnlib.ui.navigation import DATASET, TRAIN, link_to
from cnnlib.ui.own_data import texts
from cnnlib.ui.page import plain_text
from cnnlib.ui.thumbnails import make_sprite_url

MAX_CLASSES = 30  # rows; one sprite each
PICTURES = 16
MAX_SIDE = 32  # pixels of a thumbnail that travel; larger images are thinned


def show_result(name: str) -> None:
    """The installed set `name`: its classes, its source, what was skipped, and where to go on.

    Raises:
        DatasetError: it is not here, or damaged.
    """
    dataset = open_dataset(name)
    st.html(_make_classes_html(dataset.fingerprint, dataset))
    if (more := len(dataset.class_names) - MAX_CLASSES) > 0:
        st.caption(texts.MORE_CLASSES.format(count=more))
    st.caption(f"Source: {plain_text(dataset.source)}.")
    if not dataset.synthetic:
        _show_skipped(read_skipped(name))
    with st.container(horizontal=True):
        link_to(DATASET, texts.BROWSE, {"dataset": name})
        link_to(TRAIN, texts.TRAIN, {"new": "1", "dataset": name})


@st.cache_data(max_entries=16, show_spinner=False)
def _make_classes_html(fingerprint: str, _dataset: Dataset) -> str:
    """A row for each class: its name, some pictures, how many; kept by `fingerprint`."""
    classes = len(_dataset.class_names)
    counts = [split.count_classes(classes) for split in (_dataset.train, _dataset.test)]
    labels = np.asarray(_dataset.train.labels)
    step = -(-max(_dataset.image_shape[:2]) // MAX_SIDE)
    cells = [_cell("head", text) for text in ("class", "", "train", "test")]
    for label, name in enumerate(_dataset.class_names[:MAX_CLASSES]):
        places = np.flatnonzero(labels == label)[:PICTURES]
        images = _dataset.train.images[places][:, ::step, ::step]
        url = make_sprite_url(images, PICTURES) if len(places) else ""
        strip = f'<img src="{url}" alt="">' if url else ""
        cells += [_cell("name", html.escape(name)), _cell("strip", strip)]
        cells += [_cell("count", f"{count[label]:,}") for count in counts]
    return f'<div class="lab-classes" tabindex="0">{"".join(cells)}</div>'


def _cell(kind: str, content: str) -> str:
    return f'<div class="{kind}">{content}</div>'


def _show_skipped(skipped: Skipped) -> None:
    if not skipped.count:
        return
    if skipped.count > len(skipped.listed):
        title = texts.SKIPPED_SOME.format(count=skipped.count, listed=len(skipped.listed))
    else:
        title = texts.SKIPPED_ONE if skipped.count == 1 else texts.SKIPPED
        title = title.format(count=skipped.count)
    with st.expander(title, icon=":material/warning:"):
        st.dataframe(
            pd.DataFrame(skipped.listed, columns=["file", "reason"]),
            hide_index=True,
            width="stretch",
            key="own_data_skipped",
        )

"""The part of the page about probable label errors, as a trained run sees them."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.data import Dataset, Split
from cnnlib.data.labels import find_label_errors
from cnnlib.figures.honesty import make_opinion_figure
from cnnlib.figures.tensors import make_image_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.runs.predictions import Predictions, SplitPredictions
from cnnlib.ui.address import Address
from cnnlib.ui.honesty import texts
from cnnlib.ui.honesty.settings import LISTS, SPLITS, first_page
from cnnlib.ui.honesty.tables import make_labels_csv
from cnnlib.ui.navigation import DATASET, link_to
from cnnlib.ui.page import plain_text
from cnnlib.ui.pager import clamp_page, turn_pages
from cnnlib.ui.predictions import choose_run_predictions
from cnnlib.ui.prose import show_text
from cnnlib.ui.thumbnails import thumbnail_grid

PER_PAGE = 48
BARE = {**PLOT_CONFIG, "displayModeBar": False}
DETAIL = "honesty_detail"


def show_labels(address: Address, dataset: Dataset) -> None:
    with st.container(width=520):
        predictions = choose_run_predictions(address, dataset, label=texts.RUN)
    if predictions is None:
        st.info(texts.CHOOSE_RUN, icon=":material/info:")
        show_text("honesty/labels")
        return
    _choose_list(address)
    name = address["split"]
    split: Split = getattr(dataset, name)
    said: SplitPredictions = getattr(predictions, name)
    found = rank_doubts(predictions, name, address["list"])
    st.markdown(
        texts.CAUTION.format(
            accuracy=said.accuracy, count=len(split), errors=int((~said.right).sum())
        )
    )
    if name == "train":
        st.markdown(texts.SEEN)
    if not len(found):
        st.info(texts.NOTHING_FOUND, icon=":material/check:")
        return
    grid, detail = st.columns([3, 2], gap="large")
    with grid:
        index = _show_grid(address, dataset, split, said, found)
    with detail, st.container(key=DETAIL):
        _show_image(address, dataset, split, said, index)
    st.download_button(
        texts.LABELS_CSV,
        lambda: make_labels_csv(dataset, name, said, found),
        f"{dataset.name}-{name}-labels.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    show_text("honesty/labels")


def _choose_list(address: Address) -> None:
    with st.container(horizontal=True):
        for name, options, words in (
            ("split", SPLITS, texts.SPLIT_NAMES),
            ("list", LISTS, texts.LISTS),
        ):
            st.segmented_control(
                {"split": texts.SPLIT, "list": texts.LIST}[name],
                options,
                format_func=words.__getitem__,
                required=True,
                key=address.key(name),
                on_change=first_page,
                args=(address,),
            )


def rank_doubts(predictions: Predictions, split: str, which: str) -> NDArray[np.integer]:
    """Indices of a split's images, the least likely label first; see `texts.FOUND`."""
    return _rank(predictions.run_id, predictions.token, split, which, getattr(predictions, split))


@st.cache_data(max_entries=8, show_spinner=False)
def _rank(
    run_id: str, token: str, split: str, which: str, _said: SplitPredictions
) -> NDArray[np.integer]:
    """`run_id`, `token` and `split` only tell one content from another."""
    if which == "sure":
        return find_label_errors(_said.probabilities, np.asarray(_said.labels)).indices
    return np.argsort(_said.self_confidence, kind="stable")


def _show_grid(
    address: Address,
    dataset: Dataset,
    split: Split,
    said: SplitPredictions,
    found: NDArray[np.integer],
) -> int:
    """The page of thumbnails; the index of the chosen image."""
    pages = -(-len(found) // PER_PAGE)
    start = (clamp_page(address, pages) - 1) * PER_PAGE
    shown = found[start : start + PER_PAGE]
    index = int(shown[0]) if address["index"] is None else address["index"]
    names = dataset.class_names

    def pick(picked: int) -> None:
        address["index"] = picked

    st.caption(texts.FOUND[address["list"]].format(count=len(found)))
    thumbnail_grid(
        split.images[shown],
        indices=shown.tolist(),
        captions=[
            f"{names[split.labels[i]]}, image {i}; the run says {names[said.predicted[i]]}, "
            f"{said.confidence[i]:.0%}"
            for i in shown
        ],
        notes=[f"{names[split.labels[i]]}\n→ {names[said.predicted[i]]}" for i in shown],
        selected=index,
        on_pick=pick,
        key="doubts",
        size=84,
        label=texts.PARTS["labels"],
        detail=DETAIL,
    )

    def forget() -> None:
        address["index"] = None

    turn_pages(address, pages, on_turn=forget)
    return index


def _show_image(
    address: Address, dataset: Dataset, split: Split, said: SplitPredictions, index: int
) -> None:
    names, label = dataset.class_names, int(split.labels[index])
    kind = texts.SPLIT_NAMES[address["split"]].split()[0]
    st.subheader(texts.ONE.format(split=kind, index=index), anchor=False)
    st.plotly_chart(make_image_figure(split.images[index], height=260), config=BARE, key="doubt")
    st.markdown(
        texts.LABEL.format(
            label=plain_text(names[label]),
            says=plain_text(names[said.predicted[index]]),
            confidence=said.confidence[index],
        )
    )
    figure = make_opinion_figure(said.probabilities[index], names, label)
    st.plotly_chart(figure, config=BARE, key="opinion")
    query = {"dataset": dataset.name, "split": address["split"], "index": str(index)}
    link_to(DATASET, texts.OPEN, query)

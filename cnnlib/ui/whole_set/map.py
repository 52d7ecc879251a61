"""The map of images on the page of the whole set, and what is selected on it."""

from collections import Counter

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.data import Dataset
from cnnlib.data.projection import Projection
from cnnlib.figures.theme import CLASS_COLORS
from cnnlib.runs.predictions import Predictions, SplitPredictions
from cnnlib.ui.address import Address
from cnnlib.ui.areas import find_inside, fit_to_map, read_area
from cnnlib.ui.navigation import DATASET, link_to
from cnnlib.ui.page import plain_text
from cnnlib.ui.point_map import MapEvents, Says, point_map
from cnnlib.ui.predictions import choose_run_predictions
from cnnlib.ui.projections import need_projection
from cnnlib.ui.sheets import register_sheet
from cnnlib.ui.thumbnails import MAX_COLLECTED, thumbnail_grid
from cnnlib.ui.whole_set import texts
from cnnlib.ui.whole_set.settings import COUNTS, forget_selection, pick_split

SHOWN = 96  # selected images as thumbnails


def show_map(address: Address, dataset: Dataset) -> None:
    """The map, its controls, then the selected images."""
    see, controls, below = st.container(), st.container(), st.container()
    with controls.container(horizontal=True, vertical_alignment="bottom"):
        predictions = _choose_run(address, dataset)
        st.selectbox(
            texts.COUNT,
            sorted(COUNTS, key=int),
            format_func=lambda count: f"{int(count):,}",
            key=address.key("count"),
            on_change=forget_selection,
            args=(address,),
            width=170,
        )
    with see:
        projection = need_projection(dataset, address["split"], int(address["count"]), predictions)
        if projection is None:
            return
        points = fit_to_map(projection.points)
        said = None if predictions is None else getattr(predictions, address["split"])
        _draw_map(address, dataset, projection, points, said)
        _explain(dataset, projection, predictions)
    with below:
        _show_selection(address, dataset, projection, points, said)


def _choose_run(address: Address, dataset: Dataset) -> Predictions | None:
    before = address["run"]
    with st.container(width=420):
        predictions = choose_run_predictions(address, dataset, label=texts.RUN)
    if address["run"] != before:
        forget_selection(address)
    return predictions


def _draw_map(
    address: Address,
    dataset: Dataset,
    projection: Projection,
    points: NDArray[np.uint16],
    said: SplitPredictions | None,
) -> None:
    indices = projection.indices

    def select_area(area: str) -> None:
        address["area"], address["point"] = area, None

    def pick(number: int) -> None:
        address["area"], address["point"] = "", int(indices[number])

    def hide(labels: list[int]) -> None:
        address["hidden"] = tuple(labels)

    place = np.flatnonzero(indices == address["point"])
    st.caption(texts.HINT)
    point_map(
        points,
        labels=pick_split(dataset, address).labels[indices],
        indices=indices,
        class_names=dataset.class_names,
        split=texts.SHORT_SPLITS[projection.split],
        sheet=register_sheet(dataset, projection.split, indices),
        events=MapEvents(select_area, pick, hide),
        key="whole_set_map",
        area=address["area"],
        picked=int(place[0]) if len(place) else None,
        hidden=address["hidden"],
        says=None if said is None else Says(said.predicted[indices], said.confidence[indices]),
        label=texts.MAP,
    )


def _explain(dataset: Dataset, projection: Projection, predictions: Predictions | None) -> None:
    facts = {
        "count": len(projection.indices),
        "split": texts.SHORT_SPLITS[projection.split],
        "first": projection.explained[0],
        "second": projection.explained[1],
    }
    if len(dataset.class_names) > len(CLASS_COLORS):
        st.caption(texts.COLORS)
    if predictions is None:
        st.caption(texts.BY_PIXELS.format(numbers=int(np.prod(dataset.image_shape)), **facts))
        return
    numbers = getattr(predictions, projection.split).features.shape[1]
    what = plain_text(predictions.features_of)
    line = texts.BY_FEATURES.format(numbers=numbers, what=what, **facts)
    st.caption(f"{line} {texts.TRAINED_ON}" if projection.split == "train" else line)


def _show_selection(
    address: Address,
    dataset: Dataset,
    projection: Projection,
    points: NDArray[np.uint16],
    said: SplitPredictions | None,
) -> None:
    split = pick_split(dataset, address)
    chosen = _find_selected(address, projection, points, split.labels)
    if not len(chosen):
        if address["area"]:
            st.caption(texts.NOTHING_IN_AREA)
        return
    counts = Counter(int(label) for label in split.labels[chosen]).most_common()
    classes = ", ".join(f"{count} {plain_text(dataset.class_names[k])}" for k, count in counts)
    line = texts.SELECTED.format(count=len(chosen), classes=classes)
    shown = chosen[:SHOWN]
    st.markdown(line if len(shown) == len(chosen) else f"{line} {texts.MORE.format(shown=SHOWN)}")

    def pick(index: int) -> None:
        address["point"] = index

    names = dataset.class_names
    thumbnail_grid(
        split.images[shown],
        indices=shown.tolist(),
        captions=[_describe(i, names, split.labels, said) for i in shown],
        selected=address["point"],
        on_pick=pick,
        key="whole_set_selection",
        size=56,
        label=texts.SELECTED.format(count=len(chosen), classes="images"),
        marked=None if said is None else (~said.right[shown]).tolist(),
    )
    if said is not None and not said.right[shown].all():
        st.caption(texts.MARKED)
    _link_to_images(address, dataset, chosen)


def _find_selected(
    address: Address,
    projection: Projection,
    points: NDArray[np.uint16],
    labels: NDArray[np.integer],
) -> NDArray[np.int64]:
    """Indices in the split of the images in the area, or of the one that is picked."""
    indices = projection.indices
    if not address["area"]:
        return np.asarray(indices[indices == address["point"]])
    inside = find_inside(points.astype(float), read_area(address["area"]))
    return np.asarray(indices[inside & ~np.isin(labels[indices], address["hidden"])])


def _describe(
    index: int,
    names: tuple[str, ...],
    labels: NDArray[np.integer],
    said: SplitPredictions | None,
) -> str:
    text = f"{names[labels[index]]}, image {index}"
    if said is None:
        return text
    return f"{text}, the run says {names[said.predicted[index]]}, {said.confidence[index]:.0%}"


def _link_to_images(address: Address, dataset: Dataset, chosen: NDArray[np.int64]) -> None:
    query = {"dataset": dataset.name, "split": address["split"]}
    with st.container(horizontal=True):
        kept = chosen[:MAX_COLLECTED]
        if len(chosen) > 1:
            label = texts.OPEN_ALL
            if len(kept) < len(chosen):
                label = texts.OPEN_FIRST.format(count=len(kept))
            link_to(DATASET, label, {**query, "selection": "-".join(map(str, kept))})
        if address["point"] is not None:
            label = texts.OPEN_ONE.format(index=address["point"])
            link_to(DATASET, label, {**query, "index": str(address["point"])})

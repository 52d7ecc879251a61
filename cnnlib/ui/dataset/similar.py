"""The images most like the chosen one, by their pixels or by what a trained model sees in them."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.data import Dataset, Progress
from cnnlib.data.neighbours import find_neighbours
from cnnlib.runs.predictions import Predictions
from cnnlib.ui.address import Address
from cnnlib.ui.dataset import texts
from cnnlib.ui.dataset.settings import AGAINST, BY, SPLITS
from cnnlib.ui.dataset.view import View
from cnnlib.ui.jobs import get_job, show_job
from cnnlib.ui.measuring import open_statistics
from cnnlib.ui.thumbnails import thumbnail_grid

COUNT = 11  # with the image itself whole rows of 4, 6 or 12
AT_ONCE = 500_000_000  # values to look through; more of them are a job
KEPT = 200
THUMBNAIL = 84


@dataclass(frozen=True)
class Neighbours:
    """Nearest first: splits (n,) of "train" and "test", indices (n,), distances (n,)."""

    splits: tuple[str, ...]
    indices: tuple[int, ...]
    distances: tuple[float, ...]


def show_similar(
    address: Address, dataset: Dataset, view: View, predictions: Predictions | None
) -> None:
    with st.container(horizontal=True):
        st.segmented_control(
            texts.AGAINST, AGAINST, format_func=texts.AGAINST_NAMES.__getitem__,
            key=address.key("against"), required=True,
        )  # fmt: skip
        st.segmented_control(
            texts.BY, BY, format_func=texts.BY_NAMES.__getitem__, key=address.key("by"),
            required=True, help=texts.BY_HELP,
        )  # fmt: skip
    by_features = address["by"] == "features"
    if by_features and predictions is None:
        st.info(texts.NEEDS_PREDICTIONS)
        return
    found = _look_up(address, dataset, view, predictions if by_features else None)
    if found is None:
        return
    hint = texts.SIMILAR_HINT
    if by_features and predictions is not None:
        hint = texts.FEATURES_HINT.format(features=predictions.features_of)
    _draw(address, dataset, view, found, hint)


def find_similar(
    dataset: Dataset,
    name: str,
    index: int,
    against: str,
    predictions: Predictions | None,
    count: int = COUNT,
) -> Neighbours:
    """The `count` nearest to an image of the split `name`, itself aside.

    Args:
        against: "train", "test" or "both": where to look.
        predictions: compare by a model's features; None: by pixels.
    """
    statistics = open_statistics(dataset)
    query = _pick_vectors(dataset, name, predictions)[index]
    rows: list[tuple[float, str, int]] = []
    for split in SPLITS if against == "both" else (against,):
        norms = None
        if predictions is None and statistics is not None:
            norms = getattr(statistics, split).squared_norms
        indices, distances = find_neighbours(
            _pick_vectors(dataset, split, predictions),
            query,
            count,
            squared_norms=norms,
            exclude=index if split == name else None,
        )
        rows += zip(distances.tolist(), [split] * len(indices), indices.tolist(), strict=True)
    rows = sorted(rows, key=lambda row: row[0])[:count]
    return Neighbours(
        splits=tuple(row[1] for row in rows),
        indices=tuple(row[2] for row in rows),
        distances=tuple(row[0] for row in rows),
    )


def _pick_vectors(
    dataset: Dataset, split: str, predictions: Predictions | None
) -> NDArray[np.generic]:
    if predictions is None:
        images: NDArray[np.generic] = getattr(dataset, split).images
        return images
    features: NDArray[np.generic] = getattr(predictions, split).features
    return features


def _look_up(
    address: Address, dataset: Dataset, view: View, predictions: Predictions | None
) -> Neighbours | None:
    """From memory, or computed: at once, or for a very large set in the background."""
    assert view.index is not None
    model = None if predictions is None else predictions.token
    key = (dataset.fingerprint, view.name, view.index, address["against"], model)
    found = _memory.get(key)
    if found is not None:
        return found
    compute = partial(find_similar, dataset, view.name, view.index, address["against"], predictions)
    if _count_values(dataset, address["against"], predictions) <= AT_ONCE:
        return _memory.keep(key, compute)
    job = get_job(f"similar {dataset.fingerprint}", texts.COMPARING_FAILED)

    def work(progress: Progress) -> None:
        progress(0.5, texts.COMPARING)
        _memory.keep(key, compute)

    if job.state.status != "failed" or st.session_state.get("similar_asked") != key:
        st.session_state["similar_asked"] = key
        st.session_state["similar_token"] = job.start(work)
    show_job(job, key="similar", mine=st.session_state.get("similar_token"))
    return None


def _count_values(dataset: Dataset, against: str, predictions: Predictions | None) -> int:
    splits = SPLITS if against == "both" else (against,)
    return sum(_pick_vectors(dataset, split, predictions).size for split in splits)


def _draw(address: Address, dataset: Dataset, view: View, found: Neighbours, hint: str) -> None:
    """The image itself, then its neighbours; a click goes to one."""
    assert view.index is not None
    own = int(view.split.labels[view.index])
    labels = [
        int(getattr(dataset, split).labels[index])
        for split, index in zip(found.splits, found.indices, strict=True)
    ]
    same = sum(label == own for label in labels)
    st.caption(hint + texts.SAME_CLASS.format(same=same, count=len(labels)))
    names = [dataset.class_names[label] for label in labels]
    captions, notes = [texts.THIS_IMAGE], [f"{texts.THIS_IMAGE}\n{dataset.class_names[own]}"]
    for name, split, index, distance in zip(
        names, found.splits, found.indices, found.distances, strict=True
    ):
        text = texts.NEIGHBOUR.format(
            name=name, split=texts.SPLITS[split], index=index, distance=distance
        )
        captions.append(
            text if name == dataset.class_names[own] else f"{text}, {texts.OTHER_CLASS}"
        )
        notes.append(f"{distance:.2f}\n{name}")
    splits = (view.name, *found.splits)
    indices = (view.index, *found.indices)

    def go(place: int) -> None:
        if splits[place] != view.name:
            address["selection"] = ()
        address["split"], address["index"] = splits[place], indices[place]

    thumbnail_grid(
        np.stack([getattr(dataset, s).images[i] for s, i in zip(splits, indices, strict=True)]),
        indices=range(len(indices)),
        captions=captions,
        selected=0,
        on_pick=go,
        key="similar",
        size=THUMBNAIL,
        label=texts.VIEWS["similar"],
        notes=notes,
        marked=[False, *(label != own for label in labels)],
    )


class _Memory:
    """The last results, for all sessions."""

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, threading.Lock()
        self._kept: OrderedDict[Hashable, Neighbours] = OrderedDict()

    def get(self, key: Hashable) -> Neighbours | None:
        with self._lock:
            return self._kept.get(key)

    def keep(self, key: Hashable, compute: Callable[[], Neighbours]) -> Neighbours:
        result = compute()
        with self._lock:
            self._kept[key] = result
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return result


_memory = _Memory(KEPT)

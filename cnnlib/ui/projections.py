"""Maps of images on pages: worked out once for all sessions, in the background where it is long."""

import threading
from collections import OrderedDict
from typing import Literal

import streamlit as st

from cnnlib.data import Dataset, Progress
from cnnlib.data.projection import NARROW, Projection, compute_projection
from cnnlib.runs.predictions import Predictions
from cnnlib.ui.jobs import get_job, show_job

FAILED = "The map could not be drawn"
SEED = 0
KEPT = 16
Key = tuple[str, int, str, str]

_found: OrderedDict[Key, Projection] = OrderedDict()
_lock = threading.Lock()


def need_projection(
    dataset: Dataset,
    split: Literal["train", "test"],
    count: int,
    predictions: Predictions | None = None,
) -> Projection | None:
    """The map of `count` images of a split; while it is worked out, a progress bar and None.

    Args:
        predictions: of the run by whose features the images are laid out; None: by their pixels.
    """
    by = "pixels" if predictions is None else f"{predictions.run_id} {predictions.token}"
    key = (dataset.fingerprint, count, split, by)
    if (found := _look_up(key)) is not None:
        return found
    vectors = None if predictions is None else getattr(predictions, split).features

    def work(progress: Progress) -> None:
        projection = compute_projection(
            dataset, count=count, seed=SEED, split=split, vectors=vectors, progress=progress
        )
        with _lock:
            _found[key] = projection
            while len(_found) > KEPT:
                _found.popitem(last=False)

    if vectors is not None and vectors.shape[1] <= NARROW:  # some 20 ms
        work(lambda fraction, text: None)
        return _found.get(key)
    job = get_job(" ".join(("map", *map(str, key))), FAILED)
    asked = f"map_asked_{key}"
    done = job.state.status == "done"
    if done and (found := _look_up(key)) is not None:  # just now
        return found
    if done or asked not in st.session_state:  # done: it was there, and has had to go
        st.session_state[asked] = job.start(work)
    show_job(job, key="map", mine=st.session_state[asked])
    return None


def _look_up(key: Key) -> Projection | None:
    with _lock:
        if key in _found:
            _found.move_to_end(key)
        return _found.get(key)

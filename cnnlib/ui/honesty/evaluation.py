"""A run's accuracy on the test images, with and without those that have a twin in training."""

import numpy as np
import streamlit as st

from cnnlib.data import Dataset
from cnnlib.data.duplicates import Duplicates
from cnnlib.data.proportions import wilson_interval
from cnnlib.figures.honesty import Share, make_shares_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.runs.predictions import SplitPredictions
from cnnlib.runs.store import open_store
from cnnlib.ui.address import Address
from cnnlib.ui.honesty import texts
from cnnlib.ui.predictions import choose_run_predictions

BARE = {**PLOT_CONFIG, "displayModeBar": False}


def show_evaluation(address: Address, dataset: Dataset, duplicates: Duplicates) -> None:
    twins = duplicates.test_images_with_twin_in_train()
    if not len(twins):
        st.caption(texts.NO_TWINS)
        return
    with st.container(width=520):
        predictions = choose_run_predictions(address, dataset, label=texts.RUN)
    if predictions is None:
        return
    shares = measure_shares(predictions.test, twins)
    by_name = {share.name: share for share in shares}
    if len(shares) == 3:
        st.markdown(
            texts.RATES.format(
                all=by_name[texts.ALL_TEST].value,
                count=by_name[texts.ALL_TEST].count,
                without=by_name[texts.WITHOUT].value,
                rest=by_name[texts.WITHOUT].count,
                only=by_name[texts.ONLY].value,
                twins=by_name[texts.ONLY].count,
            )
        )
    st.plotly_chart(make_shares_figure(shares), config=BARE, key="with_and_without")
    st.caption(texts.INTERVALS)
    limit = open_store().get(predictions.run_id).config.limit
    if limit is not None and limit < len(dataset.train):
        st.caption(texts.LIMITED.format(limit=limit, count=len(dataset.train)))


def measure_shares(said: SplitPredictions, twins: np.ndarray) -> list[Share]:
    """Accuracy on all test images, on those without a twin, and on the twins (indices) alone."""
    is_twin = np.zeros(len(said.right), bool)
    is_twin[twins] = True
    parts = {
        texts.ALL_TEST: np.ones(len(said.right), bool),
        texts.WITHOUT: ~is_twin,
        texts.ONLY: is_twin,
    }
    shares = []
    for name, part in parts.items():
        count, right = int(part.sum()), int(said.right[part].sum())
        if count:
            low, high = wilson_interval(right, count)
            shares.append(Share(name, right / count, low, high, count))
    return shares

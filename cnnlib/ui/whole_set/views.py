"""What the statistics of all images look like: one function for each part of the page."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cnnlib.data import Dataset
from cnnlib.data.statistics import SplitStatistics, Statistics, compute_class_distances
from cnnlib.figures.tensors import CHANNELS, make_class_histogram_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.figures.whole_set import (
    find_extreme_pairs,
    make_distance_figure,
    make_spread_figure,
    thin_by_class,
)
from cnnlib.ui.address import Address
from cnnlib.ui.page import ASSETS, plain_text
from cnnlib.ui.whole_set import texts
from cnnlib.ui.whole_set.class_pictures import make_cards, make_class_pictures
from cnnlib.ui.whole_set.settings import pick_split

BARE = {**PLOT_CONFIG, "displayModeBar": False}


def show_statistics(address: Address, dataset: Dataset, statistics: Statistics) -> None:
    of_split: SplitStatistics = getattr(statistics, address["split"])
    st.subheader(texts.PICTURES, anchor=False)
    _show_pictures(address, dataset, of_split)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(texts.SPREAD, anchor=False)
        _show_spread(address, dataset, of_split)
    with right:
        st.subheader(texts.DISTANCES, anchor=False)
        _show_distances(dataset, of_split)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(texts.BALANCE, anchor=False)
        counts = {"training": statistics.train.counts, "test": statistics.test.counts}
        figure = make_class_histogram_figure(counts, dataset.class_names)
        st.plotly_chart(figure, config=BARE, key="balance")
    with right:
        st.subheader(texts.CHANNELS, anchor=False)
        _show_channels(statistics)


def _show_pictures(address: Address, dataset: Dataset, statistics: SplitStatistics) -> None:
    cards, gain, stretch = _draw_cards(
        dataset.fingerprint, address["split"], dataset.class_names, statistics
    )
    split = texts.SHORT_SPLITS[address["split"]]
    st.markdown(texts.PICTURES_NOTE.format(split=split, gain=gain, stretch=stretch))
    st.html(ASSETS / "whole_set.css")
    st.html(cards)


@st.cache_data(max_entries=8, show_spinner=False)
def _draw_cards(
    fingerprint: str, split: str, class_names: tuple[str, ...], _statistics: SplitStatistics
) -> tuple[str, float, float]:
    """`fingerprint` and `split` only tell one content from another."""
    pictures = make_class_pictures(_statistics)
    return make_cards(pictures, class_names), pictures.gain, pictures.stretch


def _show_spread(address: Address, dataset: Dataset, statistics: SplitStatistics) -> None:
    st.segmented_control(
        texts.MEASURE,
        list(texts.MEASURES),
        format_func=texts.MEASURES.__getitem__,
        required=True,
        key=address.key("measure"),
        label_visibility="collapsed",
    )
    measure = address["measure"]
    parts = _thin(
        dataset.fingerprint,
        address["split"],
        measure,
        len(dataset.class_names),
        statistics.measures[measure],
        pick_split(dataset, address).labels,
    )
    figure = make_spread_figure(parts, dataset.class_names, texts.AXES[measure])
    st.plotly_chart(figure, config=BARE, key="spread")
    st.caption(texts.SPREAD_NOTE)


@st.cache_data(max_entries=32, show_spinner=False)
def _thin(
    fingerprint: str,
    split: str,
    measure: str,
    classes: int,
    _values: NDArray[np.float32],
    _labels: NDArray[np.integer],
) -> list[NDArray[np.float64]]:
    """`fingerprint`, `split` and `measure` only tell one content from another."""
    return thin_by_class(_values, _labels, classes)


def _show_distances(dataset: Dataset, statistics: SplitStatistics) -> None:
    distances = compute_class_distances(statistics)
    pairs = find_extreme_pairs(distances)
    if pairs is not None:
        near, far = (
            (*(plain_text(dataset.class_names[k]) for k in pair), distances[pair]) for pair in pairs
        )
        st.markdown(texts.DISTANCES_NOTE.format(near=near, far=far))
    figure = make_distance_figure(distances, dataset.class_names)
    st.plotly_chart(figure, config=BARE, key="distances")


def _show_channels(statistics: Statistics) -> None:
    splits = {"Training": statistics.train, "Test": statistics.test}
    channels = len(statistics.train.channel_means)
    names = CHANNELS if channels == len(CHANNELS) else ("Grey",)
    rows = {
        f"{split}, {what}": [f"{value:.4f}" for value in values]
        for split, found in splits.items()
        for what, values in (("mean", found.channel_means), ("deviation", found.channel_stds))
    }
    st.table(pd.DataFrame(rows, index=list(names)).T)
    st.caption(texts.CHANNELS_NOTE)
    st.code(make_normalization_code(statistics.train), language="python")


def make_normalization_code(statistics: SplitStatistics) -> str:
    """The Keras lines that standardise images 0..255 by the training images' numbers."""
    mean = ", ".join(f"{value:.4f}" for value in statistics.channel_means)
    variance = ", ".join(f"{value**2:.5f}" for value in statistics.channel_stds)
    return (
        "keras.layers.Rescaling(1 / 255)\n"
        f"keras.layers.Normalization(\n    mean=[{mean}],\n"
        f"    variance=[{variance}],\n)"
    )

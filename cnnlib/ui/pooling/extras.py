"""What a kind shows beyond the grids, and the parts that every kind has below them."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import streamlit as st

from cnnlib.figures.pooling import make_draws_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ops.pooling import compute_probabilities, spatial_pyramid_pool, stochastic_pool2d
from cnnlib.ui.anatomy import by_hand
from cnnlib.ui.pooling import texts
from cnnlib.ui.pooling.experiment import Experiment
from cnnlib.ui.pooling.settings import PAGE

SIZES = ((4, 4), (5, 5), (8, 8), (13, 13), (32, 32), (7, 20))
DRAWS = 1000


def explain(experiment: Experiment) -> None:
    """By hand: sizes and parameters, each with its formula."""
    told = experiment.explanation
    by_hand(told.sizes, [told.params] if told.params else [])
    if told.params is None:
        st.markdown(texts.NO_PARAMETERS)


def show_extras(experiment: Experiment) -> None:
    """Draw what belongs to the experiment's kind, if anything does."""
    if draw := EXTRAS.get(experiment.pool.name):
        draw(experiment)


def _show_alpha(experiment: Experiment) -> None:
    if experiment.back:
        value = float(experiment.back.by_weights["alpha"][0])
        st.markdown(texts.BY_ALPHA.format(value=value))


def _show_lengths(experiment: Experiment) -> None:
    """The vector's length for images of several sizes, pooled for it."""
    options, channels = experiment.run.options, experiment.run.x.shape[-1]
    rows = [
        {
            "input": f"{height} × {width} × {channels}",
            "flattened": f"{height * width * channels:,}",
            "pyramid": f"{_measure_length((height, width, channels), options.levels):,}",
        }
        for height, width in SIZES
    ]
    st.subheader(texts.PYRAMID, anchor=False)
    st.dataframe(pd.DataFrame(rows).set_index("input").T, width="content")


@cache
def _measure_length(shape: tuple[int, int, int], levels: tuple[int, ...]) -> int:
    """Of the vector that comes out of an image of this shape."""
    return int(spatial_pyramid_pool(np.zeros((1, *shape), np.float32), levels).shape[1])


def _show_draws(experiment: Experiment) -> None:
    """How often each cell of the first window is drawn, beside its probability."""
    options = experiment.run.options
    k = options.pool_size
    window = experiment.run.x[np.newaxis, :k, :k, :1]
    if window.shape[1:3] != (k, k):
        return
    shares = compute_probabilities(window, k).ravel()
    many = np.repeat(window, DRAWS, axis=0)
    drawn = stochastic_pool2d(many, k, rng=options.seed).ravel()
    values, counts = np.unique(drawn, return_counts=True)
    cells = np.maximum(window.ravel(), 0)
    wanted = [float(shares[cells == value].sum()) for value in values]
    figure = make_draws_figure([*map(float, values)], wanted, counts / DRAWS)
    st.subheader(texts.DRAWS, anchor=False)
    st.caption(texts.DRAWS_CAPTION)
    config = {**PLOT_CONFIG, "displayModeBar": False}
    st.plotly_chart(figure, config=config, key=f"{PAGE}_draws")


EXTRAS: dict[str, Callable[[Experiment], None]] = {
    "mixed": _show_alpha,
    "spatial_pyramid": _show_lengths,
    "stochastic": _show_draws,
}

"""How values spread inside a network, drawn from histograms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.figures.training import (
    find_edges,
    find_quantiles,
    make_dead_units_figure,
    make_histograms_figure,
    spread,
)
from cnnlib.runs.records import Histogram


def make_histogram(values, epoch: float = 0.0, layer: str = "conv2d_1") -> Histogram:
    counts, edges = np.histogram(values, 30)
    return Histogram("weights", layer, epoch, edges[0], edges[-1], tuple(map(int, counts)))


def test_quantiles_and_shares_are_those_of_the_values() -> None:
    """Against NumPy's, to within a bin of the histogram."""
    values = np.random.default_rng(0).normal(2.0, 0.5, 100_000)
    histogram = make_histogram(values)
    width = (histogram.high - histogram.low) / 30
    found = find_quantiles(histogram, (0.05, 0.5, 0.95))
    np.testing.assert_allclose(found, np.quantile(values, (0.05, 0.5, 0.95)), atol=width)
    edges = np.linspace(0.5, 3.5, 13)
    expected, _ = np.histogram(values, edges)
    np.testing.assert_allclose(spread(histogram, edges), expected / len(values), atol=0.02)


counts = st.lists(st.integers(0, 1000), min_size=1, max_size=30)


@given(counts, st.floats(-5, 5), st.floats(0, 10))
def test_no_value_is_lost_between_bins(counts, low, width) -> None:
    histogram = Histogram("weights", "a", 0.0, low, low + width, tuple(counts))
    shares = spread(histogram, np.linspace(low - 1, low + width + 1, 50))
    assert shares.min() >= 0
    assert shares.sum() == pytest.approx(1.0 if sum(counts) else 0.0)


def test_a_far_away_value_does_not_press_the_rest_into_a_line() -> None:
    values = np.append(np.random.default_rng(0).normal(0, 1, 50_000), 1000.0)
    edges = find_edges([make_histogram(values)])
    assert edges[-1] < 40, "the first of 30 bins ends at 30"
    assert find_edges([make_histogram(values), make_histogram(values + 50)])[-1] > 50


def test_a_layer_is_drawn_epoch_by_epoch() -> None:
    rng = np.random.default_rng(0)
    rows = [make_histogram(rng.normal(0, 0.1 * (1 + e), 5000), e) for e in (2.0, 0.0, 1.0)]
    figure = make_histograms_figure({"conv2d_1": rows})
    heat, low, middle, high = figure.data
    assert list(heat.x) == [0.0, 1.0, 2.0]
    shares = np.asarray(heat.customdata)
    np.testing.assert_allclose(np.asarray(heat.z) ** 2, shares)
    np.testing.assert_allclose(shares.sum(axis=0), 1.0, atol=0.003)
    assert (np.asarray(low.y) < middle.y).all()
    assert (np.asarray(high.y) > middle.y).all()
    assert high.y[2] == pytest.approx(0.3 * 1.645, rel=0.1)


def test_many_layers_stand_side_by_side_and_a_constant_one_can_be_drawn() -> None:
    layers = {
        f"layer_{i}": [make_histogram(np.full(10, 0.0 if i else 3.0), layer=f"layer_{i}")]
        for i in range(5)
    }
    figure = make_histograms_figure(layers)
    assert [a.text for a in figure.layout.annotations] == list(layers)
    assert len(figure.data) == 5 * 4
    assert sum(trace.showlegend is True for trace in figure.data) == 2
    assert np.isfinite(np.asarray(figure.data[0].z)).all()
    empty = Histogram("weights", "a", 0.0, 0.0, 0.0, (0,) * 30)
    assert not np.asarray(make_histograms_figure({"a": [empty]}).data[0].z).any()


def test_dead_units_layer_by_layer() -> None:
    figure = make_dead_units_figure(
        {"conv2d_1": ([1.0, 2.0, 3.0], [0.0, 0.1, 0.2]), "dense_1": ([2.0, 3.0], [0.5, np.nan])}
    )
    heat = figure.data[0]
    assert list(heat.y) == ["conv2d_1", "dense_1"]
    assert list(heat.x) == ["1", "2", "3"]
    np.testing.assert_equal(np.asarray(heat.z), [[0.0, 0.1, 0.2], [np.nan, 0.5, np.nan]])

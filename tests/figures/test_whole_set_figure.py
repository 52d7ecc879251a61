"""Figures of a whole data set: what is drawn is what was given."""

import numpy as np

from cnnlib.figures.whole_set import (
    VIOLIN_POINTS,
    find_extreme_pairs,
    make_distance_figure,
    make_spread_figure,
    thin_by_class,
)

NAMES = ("a", "b", "c")
DISTANCES = np.array([[0.0, 2.0, 5.0], [2.0, 0.0, 1.0], [5.0, 1.0, 0.0]])


def test_distances_without_the_diagonal() -> None:
    (heat,) = make_distance_figure(DISTANCES, NAMES).data
    assert np.isnan(np.diag(np.asarray(heat.z))).all()
    assert heat.z[0][2] == 5
    assert tuple(heat.x) == tuple(heat.y) == NAMES
    assert DISTANCES[0, 0] == 0  # what was given is not touched


def test_the_nearest_and_the_farthest_classes() -> None:
    assert find_extreme_pairs(DISTANCES) == ((1, 2), (0, 2))
    missing = DISTANCES.copy()
    missing[2] = missing[:, 2] = np.nan
    assert find_extreme_pairs(missing) == ((0, 1), (0, 1))
    assert find_extreme_pairs(np.zeros((1, 1))) is None
    assert find_extreme_pairs(np.full((3, 3), np.nan)) is None


def test_thinning_keeps_the_shape_of_each_class() -> None:
    rng = np.random.default_rng(2)
    labels = rng.choice(3, 9000, p=[0.8, 0.2, 0.0])
    values = rng.gamma(2, 1, 9000) + labels
    parts = thin_by_class(values, labels, 4)
    assert [len(part) for part in parts] == [VIOLIN_POINTS, VIOLIN_POINTS, 0, 0]
    for label in (0, 1):
        own = values[labels == label]
        assert parts[label].min() == own.min()
        assert parts[label].max() == own.max()
        np.testing.assert_allclose(np.median(parts[label]), np.median(own), rtol=0.01)
        np.testing.assert_allclose(parts[label].mean(), own.mean(), rtol=0.02)
    few = thin_by_class(np.array([3.0, 1.0, 2.0]), np.array([0, 0, 0]), 1)
    assert few[0].tolist() == [1.0, 2.0, 3.0]


def test_a_ridge_for_each_class_from_top_to_bottom() -> None:
    parts = [np.array([1.0, 2.0]), np.array([]), np.array([4.0])]
    figure = make_spread_figure(parts, NAMES, "brightness")
    assert [trace.name for trace in figure.data] == list(NAMES)
    assert [trace.y0 for trace in figure.data] == [0, 1, 2]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    assert figure.layout.xaxis.title.text == "brightness"
    assert list(figure.data[0].x) == [1.0, 2.0]

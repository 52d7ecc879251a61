"""Figures of batch normalisation: what is drawn is what was given."""

import numpy as np

from cnnlib.figures.normalization import (
    make_models_figure,
    make_moving_figure,
    make_on_curve_figure,
)


def test_every_value_is_counted_in_a_bar() -> None:
    values = np.random.default_rng(0).normal(size=(3, 4, 5))
    xs = np.linspace(-6, 6, 11)
    figure = make_on_curve_figure(values, (xs, xs**2), name="square", limits=(-6.0, 6.0))
    bars, curve = figure.data
    assert sum(bars.y) == values.size
    assert bars.x[np.argmax(bars.y)] < 2
    np.testing.assert_array_equal(curve.y, xs**2)
    assert curve.yaxis == "y2"


def test_the_moving_line_begins_before_the_first_batch() -> None:
    figure = make_moving_figure(np.array([0, 1, 1.5]), np.array([2.0, 2.0]), title="mean")
    own, moving = figure.data
    assert list(own.x) == [1, 2]
    assert list(moving.x) == [0, 1, 2]
    assert list(moving.y) == [0, 1, 1.5]
    assert figure.layout.yaxis.title.text == "mean"


def test_a_new_layer_is_a_point() -> None:
    own, moving = make_moving_figure(np.zeros(1), np.zeros(0), title="mean").data
    assert len(own.x) == 0
    assert list(moving.y) == [0]


def test_a_line_for_each_model() -> None:
    figure = make_models_figure({"a": np.zeros(4), "b": np.arange(4.0)}, title="moving mean")
    assert [trace.name for trace in figure.data] == ["a", "b"]
    assert list(figure.data[1].y) == [0, 1, 2, 3]
    assert len({trace.line.color for trace in figure.data}) == 2

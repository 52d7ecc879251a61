"""Figures of activations: what is drawn is what was given."""

import numpy as np

from cnnlib.figures.activations import make_curve_figure, make_depth_figure, make_dying_figure

XS = np.linspace(-6, 6, 13)


def test_curves_ticks_and_the_chosen_point() -> None:
    values = np.array([[0.5, -7.0], [2.0, 0.5]])
    figure = make_curve_figure(
        XS, {"a": XS, "b": 2 * XS}, title="f", values=values, marked=(1.0, 1.0)
    )
    first, second, ticks, point = figure.data
    assert (first.name, second.name) == ("a", "b")
    np.testing.assert_array_equal(second.y, 2 * XS)
    assert list(ticks.x) == [0.5, 2.0]  # once each; what lies outside is left out
    assert max(ticks.y) < -12
    assert (point.x[0], point.y[0]) == (1, 1)
    assert first.line.width > second.line.width
    assert len(make_curve_figure(XS, {"a": XS}, title="f", values=values).data) == 2


def test_many_values_are_thinned() -> None:
    figure = make_curve_figure(
        XS, {"a": XS}, title="f", values=np.random.default_rng(0).normal(size=9999)
    )
    assert 300 < len(figure.data[-1].x) <= 420


def test_a_gradient_of_zero_ends_its_line() -> None:
    figure = make_depth_figure({"relu": np.array([0.5, 0.5, 0.0]), "tanh": np.ones(3)})
    np.testing.assert_array_equal(np.isnan(figure.data[0].y), [False, False, True])
    assert list(figure.data[1].x) == [1, 2, 3]
    assert figure.layout.yaxis.type == "log"


def test_the_learners_bias_is_marked() -> None:
    figure = make_dying_figure(XS, np.linspace(1, 0, 13), (2.0, 0.25))
    assert list(figure.data[0].x) == list(XS)
    assert (figure.data[1].x[0], figure.data[1].y[0]) == (2, 0.25)

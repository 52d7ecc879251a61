"""The figures of networks side by side, by what is drawn."""

import math

import numpy as np

from cnnlib.figures.networks_compared import (
    CostPoint,
    make_accuracy_figure,
    make_cost_figure,
    make_depth_figure,
    make_years_figure,
)


def test_a_cost_adds_up_to_all_of_it_layer_by_layer() -> None:
    figure = make_depth_figure({"A": [1, 0, 3], "B": [10]}, {"A": ["a", "b", "c"], "B": ["d"]},
                               what="MACs")  # fmt: skip
    first, second = figure.data
    np.testing.assert_allclose(first.y, [0, 25, 25, 100])
    np.testing.assert_allclose(first.x, [0, 100 / 3, 200 / 3, 100])
    assert list(first.customdata) == [0, 1, 1, 4]
    assert list(first.text) == ["the image", "a", "b", "c"]
    np.testing.assert_allclose(second.y, [0, 100])
    assert first.line.dash != second.line.dash
    assert first.line.color != second.line.color


def test_a_network_without_parameters_stays_at_zero() -> None:
    figure = make_depth_figure({"A": [0, 0]}, {"A": ["a", "b"]}, what="parameters")
    assert list(figure.data[0].y) == [0, 0, 0]


def test_every_point_lies_inside_its_logarithmic_axes() -> None:
    costs = {"small": (10, 1_000), "large": (10**8, 10**10)}
    figure = make_cost_figure(costs)
    assert figure.layout.xaxis.type == figure.layout.yaxis.type == "log"
    for params, macs in costs.values():
        assert figure.layout.xaxis.range[0] < math.log10(params) < figure.layout.xaxis.range[1]
        assert figure.layout.yaxis.range[0] < math.log10(macs) < figure.layout.yaxis.range[1]


def test_names_of_points_that_are_close_stand_apart() -> None:
    figure = make_cost_figure(
        {"high": (10**7, 6 * 10**8), "middle": (10**7, 3 * 10**8), "low": (10**7, 2 * 10**8),
         "far": (10**4, 10**4)}
    )  # fmt: skip
    places = {trace.name: trace.textposition for trace in figure.data}
    assert places == {"high": "top center", "middle": "middle right", "low": "bottom center",
                      "far": "top center"}  # fmt: skip


def test_runs_of_one_network_look_alike_and_names_are_no_html() -> None:
    points = [CostPoint("<b>net</b>", 100, 0.5, "one & two"), CostPoint("other", 1e6, 0.9, "x"),
              CostPoint("<b>net</b>", 120, 0.25, "three")]  # fmt: skip
    figure = make_accuracy_figure(points, what="parameters")
    assert [trace.name for trace in figure.data] == ["&lt;b&gt;net&lt;/b&gt;", "other"]
    assert list(figure.data[0].y) == [50, 25]
    assert figure.data[0].text[0] == "one &amp; two"


def test_thirteen_networks_all_look_different() -> None:
    points = [CostPoint(f"n{i}", 10.0 + i, 0.5, "") for i in range(13)]
    figure = make_accuracy_figure(points, what="MACs")
    assert len({(trace.marker.color, trace.marker.symbol) for trace in figure.data}) == 13


def test_the_years_come_in_order_and_the_chosen_stand_out() -> None:
    figure = make_years_figure([("B", 2015, 3.5), ("A", 2012, 16.4), ("C", 2015, 6.0)], {"B"})
    (trace,) = figure.data
    assert list(trace.x) == [2012, 2015, 2015]
    assert list(trace.y) == [16.4, 6.0, 3.5]
    assert trace.marker.size[2] > trace.marker.size[0]
    assert trace.textposition[1] != trace.textposition[2]

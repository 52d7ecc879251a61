"""The drawn geometry of the thinned network and of the curves."""

import numpy as np

from cnnlib.figures.dropout import (
    make_error_figure,
    make_means_figure,
    make_thinned_network_figure,
)

FIRST = np.array([[1, -1, 2], [0, 3, 1]], np.float32)
SECOND = np.array([[1], [-2], [3]], np.float32)


def draw(stays):
    layers = [np.array([1.0, 2.0]), np.array([4.0, 5.0, 6.0]), np.array([7.0])]
    there = [np.ones(2, bool), np.array(stays), np.ones(1, bool)]
    return make_thinned_network_figure(layers, [FIRST, SECOND], there)


def count_lines(figure) -> int:
    return sum(len(trace.x) // 3 for trace in figure.data if trace.mode == "lines")


def test_all_connections_but_those_of_weight_0() -> None:
    assert count_lines(draw([True, True, True])) == 5 + 3


def test_a_fallen_unit_takes_its_connections_along() -> None:
    figure = draw([True, False, True])
    assert count_lines(figure) == 3 + 2
    crosses = [trace for trace in figure.data if trace.name == "fell"]
    assert [list(trace.text) for trace in crosses] == [["×"]]
    assert list(crosses[0].customdata) == [1]
    fallen = crosses[0].y[0]
    for trace in figure.data:
        if trace.mode == "lines":
            ends = [y for x, y in zip(trace.x, trace.y, strict=True) if x == 1]
            assert fallen not in ends


def test_none_stays() -> None:
    assert count_lines(draw([False, False, False])) == 0


def test_the_curves_hold_their_points() -> None:
    counts = np.array([1, 10, 100])
    means = np.array([[2, 0], [1.2, 3.0], [1.0, 2.9]])
    figure = make_means_figure(counts, means, np.array([1.0, 3.0]), ["a", "b"])
    assert [list(trace.y) for trace in figure.data] == means.T.tolist()
    assert [shape.y0 for shape in figure.layout.shapes] == [1.0, 3.0]
    errors = make_error_figure(counts, np.array([1, 0.3, 0.1]), np.array([0.9, 0.3, 0.1]))
    assert errors.layout.xaxis.type == errors.layout.yaxis.type == "log"

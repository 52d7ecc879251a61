"""Figures of data honesty: points with their intervals, and one image's probabilities."""

import numpy as np

from cnnlib.figures.honesty import Share, make_opinion_figure, make_shares_figure


def test_points_stand_within_their_intervals() -> None:
    shares = [Share("all", 0.5, 0.4, 0.7, 100), Share("twins", 1.0, 0.9, 1.0, 3)]
    (points,) = make_shares_figure(shares).data
    assert list(points.x) == [0.5, 1.0]
    assert list(points.y) == ["all", "twins"]
    np.testing.assert_allclose(np.subtract(points.x, points.error_x.arrayminus), [0.4, 0.9])
    np.testing.assert_allclose(np.add(points.x, points.error_x.array), [0.7, 1.0])


def test_the_label_is_always_among_the_bars() -> None:
    names = [f"c{k}" for k in range(8)]
    chances = np.array([0.3, 0.2, 0.15, 0.12, 0.1, 0.08, 0.04, 0.01], np.float16)
    (bars,) = make_opinion_figure(chances, names, 0).data
    assert list(bars.y) == ["c0 (label)", "c1", "c2", "c3", "c4"]
    (bars,) = make_opinion_figure(chances, names, 7).data
    assert list(bars.y) == ["c0", "c1", "c2", "c3", "c7 (label)"]
    np.testing.assert_allclose(bars.x, chances[[0, 1, 2, 3, 7]])
    assert len(set(bars.marker.color)) == 2
    (bars,) = make_opinion_figure(chances[:2], names[:2], 1).data
    assert list(bars.y) == ["c0", "c1 (label)"]

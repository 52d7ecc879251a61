"""Areas on a map: as text, and which points are inside, against an independent reading."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.ui.areas import MOST_CORNERS, SIDE, find_inside, fit_to_map, read_area


def test_a_square_holds_what_is_in_it() -> None:
    square = read_area("10.10-20.10-20.20-10.20")
    points = np.array([[15, 15], [9, 15], [21, 15], [15, 9], [15, 21], [19.5, 10.5]])
    assert find_inside(points, square).tolist() == [True, False, False, False, False, True]


def winds(x: float, y: float, corners: np.ndarray) -> bool:
    """By the angles that the corners turn through, seen from the point: another way than ours."""
    angles = np.arctan2(corners[:, 1] - y, corners[:, 0] - x)
    turned = (np.diff(angles, append=angles[:1]) + np.pi) % (2 * np.pi) - np.pi
    return round(float(turned.sum()) / (2 * np.pi)) % 2 == 1


@given(
    st.lists(st.tuples(st.integers(0, SIDE), st.integers(0, SIDE)), min_size=3, max_size=12),
    st.lists(st.tuples(st.integers(0, SIDE - 1), st.integers(0, SIDE - 1)), min_size=1, max_size=9),
)
def test_inside_is_where_the_outline_winds_oddly(corners, places) -> None:
    polygon = np.array(corners)
    points = np.add(places, [0.5, 0.25])
    sides = np.roll(polygon, -1, 0) - polygon
    for point, inside in zip(points, find_inside(points, polygon), strict=True):
        lengths = np.hypot(*sides.T)
        offsets = point - polygon
        along = np.clip((offsets * sides).sum(1) / np.maximum(lengths, 1e-9) ** 2, 0, 1)
        if np.hypot(*(offsets - along[:, None] * sides).T).min() > 1e-6:  # not on the outline
            assert inside == winds(*point, polygon)


@pytest.mark.parametrize(
    "text",
    ["", "1.1-2.2", "a.b-1.1-2.2", "1.1-2.2-3", "1.1-2.2-10000.3", "-1.1-2.2-3.3", "1.1-2.2-3.³",
     "-".join(["1.1"] * (MOST_CORNERS + 1)), "1.1-2.2-3.3\n", "1,1-2,2-3,3"],
)  # fmt: skip
def test_what_is_no_area_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="area"):
        read_area(text)


def test_as_many_corners_as_allowed() -> None:
    assert read_area("-".join(["1.1"] * MOST_CORNERS)).shape == (MOST_CORNERS, 2)


def test_a_map_keeps_shapes_and_fills_its_longer_side() -> None:
    points = np.random.default_rng(0).normal(size=(50, 2)) * [4, 1] + [100, -7]
    placed = fit_to_map(points).astype(float)
    assert placed.min() >= 0
    assert placed.max() <= SIDE
    assert np.ptp(placed[:, 0]) == pytest.approx(0.94 * SIDE, abs=2)
    scale = np.ptp(placed[:, 0]) / np.ptp(points[:, 0])
    np.testing.assert_allclose(np.ptp(placed[:, 1]), scale * np.ptp(points[:, 1]), atol=2)
    assert (fit_to_map(np.zeros((3, 2))) == round(SIDE / 2)).all()  # one place for all: no harm

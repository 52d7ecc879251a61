"""Wilson's interval against its definition, and against published values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.data.proportions import SURE_95, wilson_interval


@given(st.integers(1, 100_000), st.floats(0, 1))
def test_its_ends_are_as_far_from_the_share_as_chance_reaches(count: int, part: float) -> None:
    """By definition |share - p| = z √(p (1 - p) / n) at both ends p."""
    right = round(part * count)
    low, high = wilson_interval(right, count)
    assert 0 <= low <= right / count <= high <= 1
    for end in (low, high):
        if 1e-9 < end < 1 - 1e-9:
            reach = SURE_95 * math.sqrt(end * (1 - end) / count)
            assert abs(right / count - end) == pytest.approx(reach, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_published_values(right: int, count: int, low: float, high: float) -> None:
    """The last one: R. G. Newcombe, Statistics in Medicine 17, 1998, table I, method 3."""
    assert wilson_interval(right, count) == pytest.approx((low, high), abs=1e-4)


@pytest.mark.parametrize(("right", "count"), [(0, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(right: int, count: int) -> None:
    with pytest.raises(ValueError, match="count"):
        wilson_interval(right, count)

"""Grids against loops and plain definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.data import grids


def make_grids(count=5, size=8, seed=0):
    return np.random.default_rng(seed).standard_normal((count, size, size)).astype(np.float32)


@given(size=st.integers(1, 100), to=st.integers(1, 40))
def test_averages_weigh_1_and_cover_all_alike(size, to):
    matrix = grids.average_matrix(size, to)
    np.testing.assert_allclose(matrix.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(matrix.sum(axis=0), to / size, rtol=1e-4)


def test_whole_cells_are_plain_means():
    values = make_grids(size=32)
    expected = values.reshape(5, 8, 4, 8, 4).mean((2, 4))
    np.testing.assert_allclose(grids.shrink(values, 8), expected, atol=1e-6)
    np.testing.assert_array_equal(grids.average_matrix(32, 32), np.eye(32))


def test_a_blur_is_repeated_neighbour_averages():
    values = make_grids(1)[0]
    expected = values
    for _ in range(3):
        padded = np.pad(expected, 1, mode="edge")
        rows = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
        expected = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4
    found = grids.band(values[None], 0, 3)[0]
    np.testing.assert_allclose(found, values - expected, atol=1e-5)


def test_unit_grids_and_flat_ones():
    values = make_grids()
    values[2] = 7
    found = grids.unit(values)
    np.testing.assert_allclose(found.mean((1, 2)), 0, atol=1e-6)
    np.testing.assert_allclose((found**2).sum((1, 2)), [1, 1, 0, 1, 1], atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(down=st.integers(-3, 3), right=st.integers(-3, 3), seed=st.integers(0, 99))
def test_the_shift_that_was_made_is_found_and_undone(down, right, seed):
    one = grids.unit(make_grids(3, 16, seed))
    other = np.roll(one, (-down, -right), axis=(1, 2))
    best, downs, rights = grids.correlate(one, other, 3)
    np.testing.assert_allclose(best, 1, atol=1e-4)
    assert downs.tolist() == [down] * 3
    assert rights.tolist() == [right] * 3
    back, inside = grids.shift(other, downs, rights)
    np.testing.assert_allclose(back, np.where(inside, one, 0), atol=1e-6)
    assert inside[0].sum() == (16 - abs(down)) * (16 - abs(right))


def test_the_best_shift_is_the_best_of_all():
    one, other = grids.unit(make_grids(4)), grids.unit(make_grids(4, seed=1))
    best, downs, rights = grids.correlate(one, other, 2)
    for place in range(4):
        values = {
            (down, right): (one[place] * np.roll(other[place], (down, right), (0, 1))).sum()
            for down in range(-2, 3)
            for right in range(-2, 3)
        }
        assert best[place] == pytest.approx(max(values.values()), abs=1e-5)
        assert max(values, key=values.__getitem__) == (downs[place], rights[place])


def test_only_the_mirrored_are_turned():
    values = make_grids(2)
    found = grids.turn(values, np.array([False, True]))
    np.testing.assert_array_equal(found, [values[0], values[1][:, ::-1]])

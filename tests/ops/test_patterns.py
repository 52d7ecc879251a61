"""The small grids of numbers to begin with."""

import numpy as np
import pytest

from cnnlib.errors import OperatorError
from cnnlib.ops.patterns import PATTERN_NAMES, make_pattern


@pytest.mark.parametrize("name", PATTERN_NAMES)
@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 4, 3), (32, 32, 6)])
def test_each_pattern_has_whole_numbers_of_the_shape_asked_for(name, shape) -> None:
    grid = make_pattern(name, *shape)
    assert grid.shape == shape
    assert grid.dtype == np.float32
    np.testing.assert_array_equal(grid, grid.round())
    assert grid.min() >= 0


def test_an_edge_stands_upright_on_the_first_channel_and_lies_on_the_second() -> None:
    grid = make_pattern("edge", 4, 4, 2)
    np.testing.assert_array_equal(grid[0, :, 0], [0, 0, 9, 9])
    np.testing.assert_array_equal(grid[:, 0, 1], [0, 0, 9, 9])


def test_the_seed_decides_a_random_grid() -> None:
    first, again, other = (make_pattern("random", 6, 6, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_an_unknown_pattern_is_refused() -> None:
    with pytest.raises(OperatorError, match="'nope'"):
        make_pattern("nope", 3, 3)

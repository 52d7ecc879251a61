"""Small grids of whole numbers to compute with by hand."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cnnlib.errors import OperatorError

IntGrid = NDArray[np.int64]


def _ramp(rows: IntGrid, columns: IntGrid, height: int, width: int) -> IntGrid:
    return rows * width + columns


def _edge(rows: IntGrid, columns: IntGrid, height: int, width: int) -> IntGrid:
    return np.where(columns < width // 2, 0, 9)


def _checkers(rows: IntGrid, columns: IntGrid, height: int, width: int) -> IntGrid:
    return (rows + columns) % 2 * 9


def _cross(rows: IntGrid, columns: IntGrid, height: int, width: int) -> IntGrid:
    return np.where((rows == height // 2) | (columns == width // 2), 9, 0)


def _dot(rows: IntGrid, columns: IntGrid, height: int, width: int) -> IntGrid:
    return np.where((rows == height // 2) & (columns == width // 2), 1, 0)


def _notes(rows: IntGrid, columns: IntGrid, height: int, width: int) -> IntGrid:
    """The 4 × 4 grid on which the notes explain pooling, again and again."""
    grid = np.array([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
    return grid[rows % 4, columns % 4]


PATTERNS: dict[str, Callable[[IntGrid, IntGrid, int, int], IntGrid]] = {
    "ramp": _ramp,
    "edge": _edge,
    "checkers": _checkers,
    "cross": _cross,
    "dot": _dot,
    "notes": _notes,
}
RANDOM = "random"
PATTERN_NAMES = (RANDOM, *PATTERNS)


def make_pattern(
    name: str, height: int, width: int, channels: int = 1, *, seed: int = 0
) -> NDArray[np.float32]:
    """A grid (height, width, channels) of small whole numbers.

    Args:
        name: one of `PATTERN_NAMES`. "random" draws from 0..9; the others are the same on every
            channel, turned by a quarter for every second one, so that channels can be told apart.

    Raises:
        OperatorError: there is no such pattern.
    """
    if name == RANDOM:
        generator = np.random.default_rng(seed)
        return generator.integers(0, 10, (height, width, channels)).astype(np.float32)
    if name not in PATTERNS:
        known = ", ".join(PATTERN_NAMES)
        raise OperatorError(f"A pattern is one of {known}. Received: {name!r}.")
    rows, columns = np.indices((height, width))
    upright = PATTERNS[name](rows, columns, height, width)
    turned = PATTERNS[name](columns, rows, width, height)
    return np.stack(
        [turned if channel % 2 else upright for channel in range(channels)], axis=-1
    ).astype(np.float32)

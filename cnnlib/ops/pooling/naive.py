"""The pooling operators as their definitions read: loops over every window and every cell.

Slow, and the measure of the fast ones: nothing here is shared with them, not even the padding. They
take valid arguments only; the fast ones check.
"""

from collections.abc import Callable, Iterator, Sequence
from math import exp
from statistics import mean, median

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops.convolution.arguments import Floats, Sizes

Place = tuple[int, int, int]


def max_pool2d_naive(
    x: Floats, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> Floats:
    """See `max_pool2d`."""
    return _pool(x, max, pool_size, strides, padding)


def max_pool2d_switches_naive(
    x: Floats, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> NDArray[np.int64]:
    """See `max_pool2d_with_switches`: the switches alone."""
    numbers = np.arange(x[0].size).reshape(x.shape[1:])
    out = np.zeros(_make_output_shape(x, pool_size, strides, padding), np.int64)
    for image, *place in np.ndindex(out.shape):
        best = None
        for cell in _list_cells(x, place, pool_size, strides, padding):
            if best is None or x[image, *cell] > x[image, *best]:
                best = cell
        out[image, *place] = numbers[best]
    return out


def avg_pool2d_naive(
    x: Floats, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> Floats:
    """See `avg_pool2d`."""
    return _pool(x, mean, pool_size, strides, padding)


def median_pool2d_naive(
    x: Floats, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> Floats:
    """See `median_pool2d`."""
    return _pool(x, median, pool_size, strides, padding)


def mixed_pool2d_naive(
    x: Floats,
    pool_size: Sizes = 2,
    *,
    alpha: float,
    strides: Sizes | None = None,
    padding: str = "valid",
) -> Floats:
    """See `mixed_pool2d`."""

    def mix(cells: list[float]) -> float:
        return alpha * max(cells) + (1 - alpha) * mean(cells)

    return _pool(x, mix, pool_size, strides, padding)


def gated_pool2d_naive(
    x: Floats, omega: Floats, *, strides: Sizes | None = None, padding: str = "valid"
) -> Floats:
    """See `gated_pool2d`."""
    out = np.zeros(_make_output_shape(x, omega.shape, strides, padding), np.float32)
    steps = omega.shape if strides is None else _spread(strides)
    tops = _place_windows(x.shape[1], omega.shape[0], steps[0], padding)
    lefts = _place_windows(x.shape[2], omega.shape[1], steps[1], padding)
    for image, *place in np.ndindex(out.shape):
        cells = list(_list_cells(x, place, omega.shape, strides, padding))
        product = 0.0
        for row, column, channel in cells:
            tap = omega[row - tops[place[0]], column - lefts[place[1]]]
            product += float(tap) * float(x[image, row, column, channel])
        gate = 1 / (1 + exp(-product))
        values = [float(x[image, *cell]) for cell in cells]
        out[image, *place] = gate * max(values) + (1 - gate) * mean(values)
    return out


def stochastic_pool2d_naive(
    x: Floats,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
    rng: np.random.Generator | None = None,
    training: bool = True,
) -> Floats:
    """See `stochastic_pool2d`."""

    def expect(cells: list[float]) -> float:
        total = sum(max(cell, 0) for cell in cells)
        return sum(max(cell, 0) / total * cell for cell in cells) if total else 0

    def draw(cells: list[float]) -> float:
        assert rng is not None
        rest = rng.random() * sum(max(cell, 0) for cell in cells)
        for cell in cells:
            rest -= max(cell, 0)
            if rest < 0:
                return cell
        return 0

    return _pool(x, draw if training else expect, pool_size, strides, padding)


def max_unpool2d_naive(
    x: Floats, switches: NDArray[np.int64], output_shape: tuple[int, int]
) -> Floats:
    """See `max_unpool2d`."""
    out = np.zeros((len(x), *output_shape, x.shape[-1]), np.float32)
    for cell in np.ndindex(x.shape):
        if switches[cell] >= 0:
            out[cell[0]].flat[switches[cell]] += x[cell]
    return out


def avg_unpool2d_naive(
    x: Floats,
    pool_size: Sizes = 2,
    *,
    output_shape: tuple[int, int],
    strides: Sizes | None = None,
    padding: str = "valid",
) -> Floats:
    """See `avg_unpool2d`: every cell collects the means of the windows over it."""
    out = np.zeros((len(x), *output_shape, x.shape[-1]), np.float32)
    heard: dict[tuple[int, ...], list[float]] = {}
    for image, *place in np.ndindex(x.shape):
        for cell in _list_cells(out, place, pool_size, strides, padding):
            heard.setdefault((image, *cell), []).append(float(x[image, *place]))
    for index, means in heard.items():
        out[index] = mean(means)
    return out


def _pool(
    x: Floats,
    rule: Callable[[list[float]], float],
    pool_size: Sizes,
    strides: Sizes | None,
    padding: str,
) -> Floats:
    out = np.zeros(_make_output_shape(x, pool_size, strides, padding), np.float32)
    for image, *place in np.ndindex(out.shape):
        cells = _list_cells(x, place, pool_size, strides, padding)
        out[image, *place] = rule([float(x[image, *cell]) for cell in cells])
    return out


def _make_output_shape(
    x: Floats, pool_size: Sizes, strides: Sizes | None, padding: str
) -> tuple[int, ...]:
    size = _spread(pool_size)
    steps = size if strides is None else _spread(strides)
    rows = _place_windows(x.shape[1], size[0], steps[0], padding)
    columns = _place_windows(x.shape[2], size[1], steps[1], padding)
    return (len(x), len(rows), len(columns), x.shape[-1])


def _list_cells(
    x: Floats, place: Sequence[int], pool_size: Sizes, strides: Sizes | None, padding: str
) -> Iterator[Place]:
    """(row, column, channel) of the cells of one window that lie in the image, row by row."""
    height, width = x.shape[1:3]
    size = _spread(pool_size)
    steps = size if strides is None else _spread(strides)
    top = _place_windows(height, size[0], steps[0], padding)[place[0]]
    left = _place_windows(width, size[1], steps[1], padding)[place[1]]
    for row in range(max(top, 0), min(top + size[0], height)):
        for column in range(max(left, 0), min(left + size[1], width)):
            yield row, column, place[2]


def _spread(value: Sizes) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def _place_windows(size: int, span: int, stride: int, padding: str) -> list[int]:
    """Where windows of `span` cells begin; below 0 they begin in the padding."""
    if padding == "valid":
        return list(range(0, size - span + 1, stride))
    starts = range(0, size, stride)
    overhang = max(starts[-1] + span - size, 0)
    return [start - overhang // 2 for start in starts]

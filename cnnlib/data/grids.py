"""Small grids of values (n, s, s): shrunk, blurred, shifted and matched, many at a time."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Whole = NDArray[np.int64]


def apply(rows: Floats, grids: Floats, columns: Floats) -> Floats:
    """rows · grid · columnsᵀ of each grid: what is done along both axes alike."""
    return np.asarray(rows @ (grids @ columns.T), np.float32)


@cache
def average_matrix(size: int, to: int) -> Floats:
    """(to, size): each of the `to` cells is the average of what it covers of the `size` pixels."""
    edges, step = np.arange(size + 1), size / to
    low, high = step * np.arange(to)[:, None], step * np.arange(1, to + 1)[:, None]
    covered = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
    return np.asarray(np.maximum(covered, 0) / step, np.float32)


@cache
def blur_matrix(size: int, times: int) -> Floats:
    """(size, size): (1, 2, 1) / 4 along a row of cells, the edge repeated, `times` over."""
    once = 0.5 * np.eye(size) + 0.25 * np.eye(size, k=1) + 0.25 * np.eye(size, k=-1)
    once[0, 0] += 0.25
    once[-1, -1] += 0.25
    return np.linalg.matrix_power(once, times).astype(np.float32)


def shrink(grids: Floats, to: int) -> Floats:
    matrix = average_matrix(grids.shape[1], to)
    return apply(matrix, grids, matrix)


def band(grids: Floats, fine: int, coarse: int) -> Floats:
    """What lies between two blurs: no finer and no slower changes."""
    low, high = (blur_matrix(grids.shape[1], times) for times in (fine, coarse))
    return apply(low, grids, low) - apply(high, grids, high)


def unit(grids: Floats) -> Floats:
    """Each with mean 0 and norm 1; zeros for a flat one."""
    grids = grids - grids.mean(axis=(1, 2), keepdims=True)
    norms = np.sqrt(np.einsum("nyx,nyx->n", grids, grids))[:, None, None]
    return np.where(norms > 1e-3, grids / np.maximum(norms, 1e-3), 0).astype(np.float32)


def turn(grids: Floats, mirrored: NDArray[np.bool_]) -> Floats:
    """Left and right changed in those that are `mirrored`."""
    return np.where(mirrored[:, None, None], grids[:, :, ::-1], grids)


def correlate(one: Floats, other: Floats, reach: int) -> tuple[Floats, Whole, Whole]:
    """The best shift of `other` onto `one` by up to `reach` cells down and right.

    Returns:
        Of each pair the correlation there (of unit grids at most 1), and the shift; what is
        pushed out at one edge is taken to come in at the other one.
    """
    size = one.shape[1]
    spectrum = np.fft.rfft2(one) * np.conj(np.fft.rfft2(other))
    steps = np.arange(-reach, reach + 1)
    likeness = np.fft.irfft2(spectrum, s=(size, size))[:, steps[:, None], steps]
    place = likeness.reshape(len(one), -1).argmax(axis=1)
    down, right = np.divmod(place, len(steps))
    best = likeness[np.arange(len(one)), down, right]
    return best.astype(np.float32), down - reach, right - reach


def shift(grids: Floats, down: Whole, right: Whole) -> tuple[Floats, NDArray[np.bool_]]:
    """The shifted grids, 0 where nothing came from, and where something did."""
    cells = np.arange(grids.shape[1])
    rows, columns = cells - down[:, None], cells - right[:, None]
    inside_rows = (rows >= 0) & (rows < len(cells))
    inside_columns = (columns >= 0) & (columns < len(cells))
    inside = inside_rows[:, :, None] & inside_columns[:, None, :]
    which = np.arange(len(grids))[:, None, None]
    taken = grids[which, rows[:, :, None] % len(cells), columns[:, None, :] % len(cells)]
    return np.where(inside, taken, 0).astype(np.float32), inside

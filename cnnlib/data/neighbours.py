"""The images most like a given one: exact, over all of them, with no index to build."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

CHUNK_BYTES = 1_500_000  # of float64 rows: they stay in the processor's cache
SPARE = 16  # found more than asked for, then measured again: rounding cannot lose a neighbour


def find_neighbours(
    vectors: NDArray[Any],
    query: NDArray[Any],
    count: int,
    *,
    squared_norms: NDArray[np.floating[Any]] | None = None,
    exclude: int | Collection[int] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The `count` vectors nearest to `query` in L2, nearest first, equal ones by index.

    ‖x − q‖² = ‖x‖² + ‖q‖² − 2 x·q: one product of each chunk with q, in float64. Of uint8 values
    every step is a whole number and exact; of floats the nearest are then measured again as
    differences. So a vector is at distance 0 of itself, and nothing is below 0.

    Args:
        vectors: (N, …), memory-mapped as they come: uint8 images (N, H, W, C), or floats (N, D).
        query: (…), a vector of that form; it need not be one of them.
        count: how many, at most N.
        squared_norms: (N,) ‖x‖² if they are known (`SplitStatistics.squared_norms`): saves a third
            of the time. Of uint8 images: of pixels in 0..255.
        exclude: an index, or several, not to be found: the query's own.

    Returns:
        Indices (n,) and distances (n,) with n = count, or as many as there are. The distances of
        uint8 images are those of pixels in 0..1.
    """
    size = int(np.prod(vectors.shape[1:]))
    flat = vectors.reshape(len(vectors), size)
    wanted = np.asarray(query, np.float64).reshape(size)
    squares = _square_distances(flat, wanted, squared_norms)
    skipped = _list_indices(exclude)
    squares[skipped] = np.inf
    found = _smallest(squares, min(count + SPARE, len(flat) - len(skipped)))
    differences = flat[found].astype(np.float64) - wanted
    exact = np.einsum("nd,nd->n", differences, differences)
    order = np.lexsort((found, exact))[: max(0, count)]
    scale = 255.0 if vectors.dtype == np.uint8 else 1.0
    return found[order], np.sqrt(exact[order]) / scale


def _list_indices(indices: int | Collection[int] | None) -> list[int]:
    if indices is None:
        return []
    return [int(indices)] if isinstance(indices, int | np.integer) else [*{int(i) for i in indices}]


def _square_distances(
    flat: NDArray[Any], query: NDArray[np.float64], norms: NDArray[np.floating[Any]] | None
) -> NDArray[np.float64]:
    """‖x − query‖² of rows (N, D), (N,)."""
    count, size = flat.shape
    most = max(1, min(count, CHUNK_BYTES // (8 * size)))
    buffer = np.empty((most, size))
    squares = np.empty(count)
    for start in range(0, count, most):
        chunk = flat[start : start + most]
        rows, here = buffer[: len(chunk)], slice(start, start + len(chunk))
        np.copyto(rows, chunk)
        squares[here] = -2 * (rows @ query)
        squares[here] += np.einsum("nd,nd->n", rows, rows) if norms is None else norms[here]
    return squares + query @ query


def _smallest(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Indices of the `count` smallest; of equal ones at the edge those with the lowest index."""
    if count <= 0:
        return np.empty(0, np.int64)
    edge = np.partition(values, count - 1)[count - 1]
    below = np.flatnonzero(values < edge)
    return np.concatenate([below, np.flatnonzero(values == edge)[: count - len(below)]])

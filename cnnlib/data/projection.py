"""A map of images in the plane: the two directions in which a sample varies most.

Principal component analysis (K. Pearson, "On lines and planes of closest fit", 1901): the first two
right singular vectors of the centred sample. Wide samples (an image has 3,072 numbers) get them by
subspace iteration (N. Halko, P. G. Martinsson, J. A. Tropp, SIAM Review 53, 2011, alg. 4.4), which
is carried on until they stand still; narrow ones from their covariance at once.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnlib.data.dataset import Dataset, Progress
from cnnlib.errors import DatasetError

AXES = 2
NARROW = 256  # so many numbers a vector at most: the covariance is quicker
BLOCK = 16  # directions that are iterated together, for the sake of two
STEPS, TOLERANCE = 12, 1e-4  # photographs need five; how far the two directions still move
READ_ROWS = 256


@dataclass(frozen=True)
class Projection:
    """Where n images of one split stand on the map.

    Attributes:
        split: "train" or "test".
        indices: (n,), which images, ascending.
        points: (n, 2) float64, about (0, 0); pixels in 0..1, features as they are.
        explained: (2,), which share of all variance, 0..1, lies along each axis.
    """

    split: Literal["train", "test"]
    indices: NDArray[np.int64]
    points: NDArray[np.float64]
    explained: NDArray[np.float64]


def compute_projection(
    dataset: Dataset,
    *,
    count: int = 2000,
    seed: int = 0,
    split: Literal["train", "test"] = "train",
    vectors: NDArray[Any] | None = None,
    progress: Progress | None = None,
) -> Projection:
    """Draw `count` images and lay them out by their pixels, or by given features.

    The same arguments give the same map: which end of an axis is the positive one is settled by
    the direction's largest weight, which is made positive.

    Args:
        count: how many, at least 2; all of a smaller split.
        seed: which ones.
        split: of which split.
        vectors: (N, D) features of all its images, a memory map for instance; pixels when None.

    Raises:
        DatasetError: `count` is below 2, or `vectors` has not a row for each image.
    """
    tell = progress or (lambda fraction, text: None)
    source = (dataset.train if split == "train" else dataset.test).images
    vectors = source if vectors is None else vectors
    if count < AXES:
        raise DatasetError(f"count must be at least {AXES} images. Received: {count}.")
    if len(vectors) != len(source):
        raise DatasetError(
            f"vectors must have a row for each of the {len(source):,} {split} images. "
            f"Received: {len(vectors):,}."
        )
    chosen = np.sort(np.random.default_rng(seed).permutation(len(source))[:count])
    sample = np.empty((len(chosen), int(np.prod(vectors.shape[1:]))), np.float32)
    for start in range(0, len(chosen), READ_ROWS):
        tell(0.5 * start / len(chosen), "Reading the images")
        rows = vectors[chosen[start : start + READ_ROWS]]
        sample[start : start + len(rows)] = rows.reshape(len(rows), -1)
    if vectors.dtype == np.uint8:
        sample /= 255
    tell(0.5, "Finding the two main directions")
    points, explained = project(sample)
    tell(1.0, "Done")
    return Projection(split, chosen, points, explained)


def project(sample: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points (n, 2) of a sample (n, D) on its two main axes, and their shares of variance (2,).

    What does not vary in two directions gets zeros. `sample` is centred in place.
    """
    sample -= sample.mean(axis=0, dtype=np.float64).astype(np.float32)
    total = float(np.einsum("nd,nd->", sample, sample, dtype=np.float64))
    axes = _find_axes(sample)
    axes *= np.sign(axes[np.argmax(np.abs(axes), axis=0), np.arange(axes.shape[1])])
    points = np.zeros((len(sample), AXES))
    points[:, : axes.shape[1]] = sample @ axes.astype(np.float32)
    if total == 0:
        return np.zeros_like(points), np.zeros(AXES)
    return points, (points**2).sum(axis=0) / total


def _find_axes(sample: NDArray[np.float32]) -> NDArray[np.float64]:
    """The main directions of a centred sample (n, D), (D, at most 2), unit vectors."""
    size = sample.shape[1]
    if size <= NARROW:
        rows = sample.astype(np.float64)
        return np.asarray(np.linalg.eigh(rows.T @ rows)[1][:, ::-1][:, :AXES])
    basis = np.random.default_rng(0).standard_normal((size, min(BLOCK, len(sample))))
    axes = basis[:, :AXES]
    for _ in range(STEPS):
        basis = _make_orthonormal(sample.T @ (sample @ basis.astype(np.float32)))
        inner = (sample @ basis.astype(np.float32)).astype(np.float64)
        turned = basis @ np.linalg.eigh(inner.T @ inner)[1][:, ::-1][:, :AXES]
        turned *= np.where(np.sum(turned * axes, axis=0) < 0, -1, 1)
        moved = np.linalg.norm(turned - axes, axis=0).max()
        axes = turned
        if moved < TOLERANCE:
            break
    return np.asarray(axes, np.float64)


def _make_orthonormal(columns: NDArray[np.float32]) -> NDArray[np.float64]:
    """Columns (D, k) of the same span; zeros for what depends on others.

    (A QR decomposition does it too; its many small steps wait for each other on a busy machine.)
    """
    exact = columns.astype(np.float64)
    values, vectors = np.linalg.eigh(exact.T @ exact)
    large = values > 1e-13 * values[-1]
    scale = np.where(large, 1 / np.sqrt(np.where(large, values, 1)), 0)
    return np.asarray(exact @ (vectors * scale))

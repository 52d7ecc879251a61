"""Whole-image pooling and descriptors as their definitions read, for the same end as `naive`."""

from collections.abc import Callable, Sequence
from math import ceil, exp, floor, sqrt
from statistics import mean

import numpy as np

from cnnlib.ops.convolution.arguments import Floats


def global_avg_pool2d_naive(x: Floats) -> Floats:
    """See `global_avg_pool2d`."""
    return _pool_bins(x, [1], mean)


def global_max_pool2d_naive(x: Floats) -> Floats:
    """See `global_max_pool2d`."""
    return _pool_bins(x, [1], max)


def spatial_pyramid_pool_naive(
    x: Floats, levels: Sequence[int] = (1, 2, 4), mode: str = "max"
) -> Floats:
    """See `spatial_pyramid_pool`."""
    return _pool_bins(x, levels, max if mode == "max" else mean)


def netvlad_naive(x: Floats, centers: Floats, *, alpha: float = 1.0) -> Floats:
    """See `netvlad`: the assignment from the distances themselves."""
    out = np.zeros((len(x), len(centers), x.shape[-1]), np.float32)
    for image, row, column in np.ndindex(x.shape[:3]):
        place = x[image, row, column].astype(float)
        distances = [sum((a - b) ** 2 for a, b in zip(place, c, strict=True)) for c in centers]
        powers = [exp(-alpha * (distance - min(distances))) for distance in distances]
        for k, center in enumerate(centers):
            out[image, k] += powers[k] / sum(powers) * (place - center)
    for image in range(len(x)):
        for k in range(len(centers)):
            out[image, k] /= _measure(out[image, k])
        out[image] /= _measure(out[image])
    return out.reshape(len(x), -1)


def bilinear_pool_naive(x: Floats, y: Floats | None = None) -> Floats:
    """See `bilinear_pool`."""
    other = x if y is None else y
    out = np.zeros((len(x), x.shape[-1], other.shape[-1]), np.float32)
    for image, c, d in np.ndindex(out.shape):
        for row, column in np.ndindex(x.shape[1:3]):
            out[image, c, d] += float(x[image, row, column, c]) * float(
                other[image, row, column, d]
            )
        out[image, c, d] = sqrt(abs(out[image, c, d])) * (1 if out[image, c, d] > 0 else -1)
    for image in range(len(x)):
        out[image] /= _measure(out[image])
    return out.reshape(len(x), -1)


def _pool_bins(x: Floats, levels: Sequence[int], rule: Callable[[list[float]], float]) -> Floats:
    images, height, width, channels = x.shape
    out: list[list[float]] = [[] for _ in range(images)]
    for image in range(images):
        for level in levels:
            for i, j, channel in np.ndindex(level, level, channels):
                rows = range(floor(i * height / level), ceil((i + 1) * height / level))
                columns = range(floor(j * width / level), ceil((j + 1) * width / level))
                cells = [
                    float(x[image, row, column, channel]) for row in rows for column in columns
                ]
                out[image].append(rule(cells))
    return np.array(out, np.float32)


def _measure(vector: Floats) -> float:
    """Its length, and at least a millionth."""
    return max(sqrt(sum(float(number) ** 2 for number in vector.ravel())), 1e-6)

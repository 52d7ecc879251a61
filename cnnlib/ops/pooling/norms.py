"""Vectors of length 1: the L2 norm that ends NetVLAD and bilinear pooling, and its way back."""

import numpy as np

from cnnlib.ops.convolution.arguments import Floats

FLOOR = np.float32(1e-6)
"""The least length that a vector is divided by, as `tf.math.l2_normalize`: 0 stays 0."""


def flatten(parts: Floats) -> Floats:
    """(images, numbers)."""
    return parts.reshape(len(parts), -1)


def normalize(vectors: Floats) -> Floats:
    """Vectors along the last axis, each made 1 long."""
    return vectors / _measure(vectors)


def normalize_gradient(vectors: Floats, upstream: Floats) -> Floats:
    """(upstream - unit · (unit·upstream)) / length; at the floor upstream / floor."""
    length = _measure(vectors)
    unit = vectors / length
    along: Floats = (unit * upstream).sum(axis=-1, keepdims=True)
    return (upstream - np.where(length > FLOOR, unit * along, np.float32(0))) / length


def _measure(vectors: Floats) -> Floats:
    squared: Floats = (vectors**2).sum(axis=-1, keepdims=True)
    length: Floats = np.maximum(np.sqrt(squared), FLOOR)
    return length

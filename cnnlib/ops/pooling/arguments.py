"""What the pooling operators accept, checked once: windows, upstream gradients, shares, chance."""

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution.arguments import IMAGES, Floats, Sizes, as_array, as_sizes, check_shape
from cnnlib.ops.convolution.sweep import Sweep, make_sweep
from cnnlib.ops.linkage import Index

Chance = np.random.Generator | int | None
"""Where chance comes from: a generator (it moves on), a seed, or None: new numbers each time."""


def make_pool_sweep(sizes: Index, pool_size: Sizes, strides: Sizes | None, padding: str) -> Sweep:
    """The windows' sweep; without strides they lie side by side.

    Args:
        sizes: (rows, columns) of the image.

    Raises:
        OperatorError: pool_size or strides are no whole numbers from 1 up, the padding is unknown,
            or with 'valid' the window does not fit into the image.
    """
    size = as_sizes("pool_size", pool_size, 2)
    if padding == "valid" and any(k > n for k, n in zip(size, sizes, strict=True)):
        raise OperatorError(
            f"pool_size must fit into the image with padding 'valid': the window spans "
            f"{size[0]} × {size[1]} cells, the image has {sizes[0]} × {sizes[1]}. Take a smaller "
            f"window or padding 'same'. Received: pool_size={pool_size!r}."
        )
    steps = size if strides is None else as_sizes("strides", strides, 2)
    return make_sweep(sizes, size, strides=steps, padding=padding)


def as_upstream(value: ArrayLike, shape: Index) -> Floats:
    """The gradient of the loss by the operator's output, of the output's shape.

    Raises:
        OperatorError: no array of that shape.
    """
    axes = IMAGES if len(shape) == len(IMAGES) else ("images", "numbers")
    upstream = as_array("upstream", value, axes)
    check_shape("upstream", upstream.shape, shape, ", the output's")
    return upstream


def check_share(name: str, value: float) -> float:
    """`value` as a plain number.

    Raises:
        OperatorError: it is no number from 0 to 1.
    """
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not 0 <= value <= 1:
        raise OperatorError(f"{name} must be a number from 0 to 1. Received: {value!r}.")
    return float(value)


def as_generator(rng: Chance) -> np.random.Generator:
    """The generator itself, or a new one from a seed.

    Raises:
        OperatorError: neither a generator nor a whole number from 0 up.
    """
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise OperatorError(
            "rng must be a NumPy random generator or a seed, a whole number from 0 up. "
            f"Take np.random.default_rng(0). Received: {rng!r}."
        ) from None

"""Bilinear pooling: which channels occur together, without where.

Lin, RoyChowdhury & Maji, «Bilinear CNN models for fine-grained visual recognition», ICCV 2015,
section 3.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops.convolution.arguments import IMAGES, Floats, as_array, check_shape
from cnnlib.ops.pooling.arguments import as_upstream
from cnnlib.ops.pooling.norms import flatten, normalize, normalize_gradient


@dataclass(frozen=True)
class BilinearSteps:
    """Bilinear pooling step by step.

    products: (images, C, D): the sum over all places of x's channels times y's.
    roots: (images, C, D): sign · √|products|.
    output: (images, C · D): roots made 1 long.
    """

    products: Floats
    roots: Floats
    output: Floats


class BilinearGradient(NamedTuple):
    """x: the shape of x. y: the shape of y; None where x was paired with itself."""

    x: Floats
    y: Floats | None


def bilinear_pool(x: ArrayLike, y: ArrayLike | None = None) -> Floats:
    """Which channels of x go together with which of y, summed over all places; length 1.

    Outer products, signed square root, L2 norm. The mean over the places instead of their sum
    would give the same vector, for the norm takes the factor out.

    Args:
        x: (images, rows, columns, C).
        y: (images, rows, columns, D). Default: x itself.

    Returns:
        (images, C · D), float32; x's channel c with y's d at c·D + d.

    Raises:
        OperatorError: the shapes do not fit.
    """
    return bilinear_pool_steps(x, y).output


def bilinear_pool_steps(x: ArrayLike, y: ArrayLike | None = None) -> BilinearSteps:
    """`bilinear_pool` with everything on the way."""
    first, second = _as_pair(x, y)
    products = first.swapaxes(1, 2) @ second
    roots = np.sign(products) * np.sqrt(np.abs(products))
    return BilinearSteps(products, roots, normalize(flatten(roots)))


def bilinear_pool_gradient(
    x: ArrayLike, upstream: ArrayLike, y: ArrayLike | None = None
) -> BilinearGradient:
    """The gradient by x and by y; where a product is 0 the root's endless slope counts as 0.

    Args:
        upstream: (images, C · D), the gradient by the output.

    Raises:
        OperatorError: the shapes do not fit.
    """
    first, second = _as_pair(x, y)
    steps = bilinear_pool_steps(x, y)
    above = as_upstream(upstream, steps.output.shape)
    by_roots = normalize_gradient(flatten(steps.roots), above).reshape(steps.roots.shape)
    size = np.abs(steps.roots)
    by_products = np.divide(by_roots, 2 * size, out=np.zeros_like(size), where=size > 0)
    by_first, by_second = second @ by_products.swapaxes(1, 2), first @ by_products
    shape = np.shape(x)
    if y is None:
        return BilinearGradient((by_first + by_second).reshape(shape), None)
    return BilinearGradient(by_first.reshape(shape), by_second.reshape(np.shape(y)))


def _as_pair(x: ArrayLike, y: ArrayLike | None) -> tuple[Floats, Floats]:
    """Both as (images, places, channels)."""
    first = as_array("x", x, IMAGES)
    second = first if y is None else as_array("y", y, IMAGES)
    check_shape("y", second.shape, (*first.shape[:3], None), ", the places of x")
    return tuple(each.reshape(len(each), -1, each.shape[-1]) for each in (first, second))  # type: ignore[return-value]

"""Pooling to a descriptor: what occurs in an image, without the places (NetVLAD, bilinear)."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.errors import OperatorError
from cnnlib.ops.activations import softmax
from cnnlib.ops.convolution.arguments import IMAGES, Floats, as_array, check_shape
from cnnlib.ops.pooling.arguments import as_upstream

FLOOR = np.float32(1e-12)
"""The least squared length that a vector is divided by, as `tf.math.l2_normalize`: 0 stays 0."""


@dataclass(frozen=True)
class NetVladSteps:
    """NetVLAD step by step; K clusters, D channels.

    assignment: (images, rows, columns, K): how much each place belongs to each cluster; sums to 1.
    residuals: (images, K, D): Σ assignment · (place - centre), before any norm.
    intra: (images, K, D): each cluster's residual made 1 long.
    output: (images, K · D): all of them made 1 long, cluster by cluster.
    """

    assignment: Floats
    residuals: Floats
    intra: Floats
    output: Floats


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


def netvlad(
    x: ArrayLike,
    centers: ArrayLike,
    *,
    alpha: float = 1.0,
    assignment_weights: ArrayLike | None = None,
    assignment_bias: ArrayLike | None = None,
) -> Floats:
    """How the places of an image lie around each of K centres, as one vector of length 1.

    Arandjelović et al., «NetVLAD: CNN architecture for weakly supervised place recognition», CVPR
    2016, section 3.1: soft assignment, residuals, intra-normalisation, L2 norm.

    Args:
        x: (images, rows, columns, D).
        centers: (K, D).
        alpha: above 0; assignment by distance, softmax over k of -alpha · |x - c_k|². The larger,
            the harder. Not used with assignment_weights.
        assignment_weights, assignment_bias: (D, K) and (K,), the learnt form, softmax of x·w + b.
            Default: 2 · alpha · centres and -alpha · |centres|², which is the assignment by
            distance; the default of the bias beside given weights is 0.

    Returns:
        (images, K · D), float32.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    return netvlad_steps(
        x,
        centers,
        alpha=alpha,
        assignment_weights=assignment_weights,
        assignment_bias=assignment_bias,
    ).output


def netvlad_steps(
    x: ArrayLike,
    centers: ArrayLike,
    *,
    alpha: float = 1.0,
    assignment_weights: ArrayLike | None = None,
    assignment_bias: ArrayLike | None = None,
) -> NetVladSteps:
    """`netvlad` with everything on the way."""
    places, middles = as_array("x", x, IMAGES), as_array("centers", centers, ("K", "D"))
    weights, bias = _make_assignment(places, middles, alpha, assignment_weights, assignment_bias)
    assignment = softmax(places @ weights + bias)
    flat = places.reshape(len(places), -1, places.shape[-1])
    shares = assignment.reshape(len(places), -1, len(middles))
    residuals = shares.swapaxes(1, 2) @ flat - shares.sum(axis=1)[..., None] * middles
    intra = _normalize(residuals)
    return NetVladSteps(assignment, residuals, intra, _normalize(_flatten(intra)))


def netvlad_gradient(
    x: ArrayLike,
    upstream: ArrayLike,
    centers: ArrayLike,
    *,
    alpha: float = 1.0,
    assignment_weights: ArrayLike | None = None,
    assignment_bias: ArrayLike | None = None,
) -> Floats:
    """The gradient by x: through the residuals and through the assignment.

    Args:
        upstream: (images, K · D), the gradient by the output.

    Returns:
        x's shape.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    steps = netvlad_steps(
        x,
        centers,
        alpha=alpha,
        assignment_weights=assignment_weights,
        assignment_bias=assignment_bias,
    )
    places, middles = as_array("x", x, IMAGES), as_array("centers", centers, ("K", "D"))
    weights, _ = _make_assignment(places, middles, alpha, assignment_weights, assignment_bias)
    above = as_upstream(upstream, steps.output.shape)
    by_intra = _normalize_gradient(_flatten(steps.intra), above).reshape(steps.intra.shape)
    by_residuals = _normalize_gradient(steps.residuals, by_intra)[:, None]  # for all rows
    by_shares = (
        places @ by_residuals.swapaxes(2, 3) - (by_residuals * middles).sum(axis=-1)[:, None]
    )
    shares = steps.assignment
    by_logits = shares * (by_shares - (shares * by_shares).sum(axis=-1, keepdims=True))
    return shares @ by_residuals + by_logits @ weights.T


def bilinear_pool(x: ArrayLike, y: ArrayLike | None = None) -> Floats:
    """Which channels of x go together with which of y, summed over all places; length 1.

    Lin, RoyChowdhury & Maji, «Bilinear CNN models for fine-grained visual recognition», ICCV 2015,
    section 3: outer products, signed square root, L2 norm. The mean over the places instead of
    their sum would give the same vector, for the norm takes the factor out.

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
    return BilinearSteps(products, roots, _normalize(_flatten(roots)))


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
    by_roots = _normalize_gradient(_flatten(steps.roots), above).reshape(steps.roots.shape)
    size = np.abs(steps.roots)
    by_products = np.divide(by_roots, 2 * size, out=np.zeros_like(size), where=size > 0)
    by_first, by_second = second @ by_products.swapaxes(1, 2), first @ by_products
    shape = np.shape(x)
    if y is None:
        return BilinearGradient((by_first + by_second).reshape(shape), None)
    return BilinearGradient(by_first.reshape(shape), by_second.reshape(np.shape(y)))


def _make_assignment(
    places: Floats,
    middles: Floats,
    alpha: float,
    weights: ArrayLike | None,
    bias: ArrayLike | None,
) -> tuple[Floats, Floats]:
    """(D, K) and (K,)."""
    clusters, channels = middles.shape
    if clusters == 0 or channels != places.shape[-1]:
        raise OperatorError(
            f"centers must have the shape (K, {places.shape[-1]}), one centre or more with a number "
            f"for each channel of x. Received shape {middles.shape}."
        )
    if weights is None:
        if not isinstance(alpha, int | float | np.number) or not alpha > 0:
            raise OperatorError(f"alpha must be a number above 0. Received: {alpha!r}.")
        scale = np.float32(alpha)
        made, default = 2 * scale * middles.T, -scale * (middles**2).sum(axis=1)
    else:
        made = as_array("assignment_weights", weights, ("D", "K"))
        check_shape("assignment_weights", made.shape, (channels, clusters), " = (D, K)")
        default = np.zeros(clusters, np.float32)
    if bias is None:
        return made, default
    given = as_array("assignment_bias", bias, ("K",))
    check_shape("assignment_bias", given.shape, (clusters,), " = (K)")
    return made, given


def _as_pair(x: ArrayLike, y: ArrayLike | None) -> tuple[Floats, Floats]:
    """Both as (images, places, channels)."""
    first = as_array("x", x, IMAGES)
    second = first if y is None else as_array("y", y, IMAGES)
    check_shape("y", second.shape, (*first.shape[:3], None), ", the places of x")
    return tuple(each.reshape(len(each), -1, each.shape[-1]) for each in (first, second))  # type: ignore[return-value]


def _flatten(parts: Floats) -> Floats:
    return parts.reshape(len(parts), -1)


def _normalize(vectors: Floats) -> Floats:
    """Vectors along the last axis, each made 1 long."""
    return vectors / np.sqrt(np.maximum((vectors**2).sum(axis=-1, keepdims=True), FLOOR))


def _normalize_gradient(vectors: Floats, upstream: Floats) -> Floats:
    """(upstream - unit · (unit·upstream)) / length; below the floor upstream / √floor."""
    squared = (vectors**2).sum(axis=-1, keepdims=True)
    length = np.sqrt(np.maximum(squared, FLOOR))
    unit = vectors / length
    along = (unit * upstream).sum(axis=-1, keepdims=True)
    return (upstream - np.where(squared > FLOOR, unit * along, 0)) / length

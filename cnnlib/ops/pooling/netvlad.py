"""NetVLAD: how the places of an image lie around some centres, without where they are.

Arandjelović et al., «NetVLAD: CNN architecture for weakly supervised place recognition», CVPR 2016,
section 3.1.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.errors import OperatorError
from cnnlib.ops.activations import softmax
from cnnlib.ops.convolution.arguments import IMAGES, Floats, as_array, check_shape
from cnnlib.ops.pooling.arguments import as_upstream
from cnnlib.ops.pooling.norms import flatten, normalize, normalize_gradient


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


def netvlad(
    x: ArrayLike,
    centers: ArrayLike,
    *,
    alpha: float = 1.0,
    assignment_weights: ArrayLike | None = None,
    assignment_bias: ArrayLike | None = None,
) -> Floats:
    """How the places of an image lie around each of K centres, as one vector of length 1.

    Soft assignment, residuals, intra-normalisation, L2 norm. A cluster whose places lie evenly
    around its centre has a residual of 0, and the norm then shows what float32 rounds it to.

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
    parts = [shares[:, None, :, k] @ (flat - middle) for k, middle in enumerate(middles)]
    residuals: Floats = np.concatenate(parts, axis=1)
    intra = normalize(residuals)
    return NetVladSteps(assignment, residuals, intra, normalize(flatten(intra)))


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
    by_intra = normalize_gradient(flatten(steps.intra), above).reshape(steps.intra.shape)
    by_residuals = normalize_gradient(steps.residuals, by_intra)[:, None]  # for all rows
    by_shares = (
        places @ by_residuals.swapaxes(2, 3) - (by_residuals * middles).sum(axis=-1)[:, None]
    )
    shares = steps.assignment
    by_logits = shares * (by_shares - (shares * by_shares).sum(axis=-1, keepdims=True))
    by_x: Floats = shares @ by_residuals + by_logits @ weights.T
    return by_x


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
            f"centers must have the shape (K, {places.shape[-1]}): one centre or more, "
            f"a number for each channel of x. Received shape {middles.shape}."
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

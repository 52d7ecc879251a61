"""Between max and average: a fixed mixture, and a gate that looks at the window first.

Lee, Gallagher & Tu, «Generalizing pooling functions in convolutional neural networks: mixed, gated,
and tree», AISTATS 2016, section 3.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.errors import OperatorError
from cnnlib.ops.activations import sigmoid
from cnnlib.ops.convolution.arguments import Floats, Sizes, as_array
from cnnlib.ops.linkage import Linkage
from cnnlib.ops.pooling import rules
from cnnlib.ops.pooling.arguments import check_share
from cnnlib.ops.pooling.windows import Windows, link, look, look_at_one


class MixedGradient(NamedTuple):
    """x: the input's shape. alpha: one number."""

    x: Floats
    alpha: float


class GatedGradient(NamedTuple):
    """x: the input's shape. omega: the mask's, (window rows, window columns)."""

    x: Floats
    omega: Floats


def mixed_pool2d(
    x: ArrayLike,
    pool_size: Sizes = 2,
    *,
    alpha: float,
    strides: Sizes | None = None,
    padding: str = "valid",
) -> Floats:
    """alpha · max + (1 - alpha) · average of each window.

    Args:
        x: (images, rows, columns, channels).
        alpha: the share of the max, 0 to 1; one for the layer. A network learns it.
        pool_size, strides, padding: as `max_pool2d`.

    Returns:
        (images, out rows, out columns, channels), float32.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    share = check_share("alpha", alpha)
    return _mix(look(x, pool_size, strides=strides, padding=padding), np.float32(share))


def mixed_pool2d_gradient(
    x: ArrayLike,
    upstream: ArrayLike,
    pool_size: Sizes = 2,
    *,
    alpha: float,
    strides: Sizes | None = None,
    padding: str = "valid",
) -> MixedGradient:
    """By x: both ways back, mixed. By alpha: the upstream gradient times (max - average), summed.

    Args:
        upstream: (images, out rows, out columns, channels).

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    share = check_share("alpha", alpha)
    windows = look(x, pool_size, strides=strides, padding=padding)
    above = windows.as_upstream(upstream)
    by_alpha = (above * _compute_gap(windows)).sum(dtype=np.float64)
    by_x = windows.send_back(_weigh(windows, np.float32(share)) * above)
    return MixedGradient(by_x, float(by_alpha))


def link_mixed_pool2d(
    image: ArrayLike,
    pool_size: Sizes = 2,
    *,
    alpha: float,
    strides: Sizes | None = None,
    padding: str = "valid",
) -> Linkage:
    """What `mixed_pool2d` of one image reads: (1 - alpha)/n each, and alpha more for the winner."""
    share = check_share("alpha", alpha)
    windows = look_at_one(image, pool_size, strides=strides, padding=padding)
    return link(windows, _weigh(windows, np.float32(share)))


def gated_pool2d(
    x: ArrayLike, omega: ArrayLike, *, strides: Sizes | None = None, padding: str = "valid"
) -> Floats:
    """`mixed_pool2d` with an alpha for every window: sigmoid of the window's product with a mask.

    Args:
        x: (images, rows, columns, channels).
        omega: (window rows, window columns), one mask for the layer: every window of every channel
            meets the same. Padding meets it as 0.
        strides, padding: as `max_pool2d`.

    Returns:
        (images, out rows, out columns, channels), float32.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    mask = _as_mask(omega)
    windows = look(x, mask.shape, strides=strides, padding=padding)
    return _mix(windows, _compute_gates(windows, mask))


def compute_gates(
    x: ArrayLike, omega: ArrayLike, *, strides: Sizes | None = None, padding: str = "valid"
) -> Floats:
    """The alphas of `gated_pool2d`: (images, out rows, out columns, channels), 0 to 1."""
    mask = _as_mask(omega)
    return _compute_gates(look(x, mask.shape, strides=strides, padding=padding), mask)


def gated_pool2d_gradient(
    x: ArrayLike,
    upstream: ArrayLike,
    omega: ArrayLike,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
) -> GatedGradient:
    """By x: both ways back, mixed by the gate, and the way through the gate. By omega: the latter.

    Args:
        upstream: (images, out rows, out columns, channels).

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    mask = _as_mask(omega)
    windows = look(x, mask.shape, strides=strides, padding=padding)
    above, gates = windows.as_upstream(upstream), _compute_gates(windows, mask)
    by_product = above * _compute_gap(windows) * gates * (1 - gates)
    by_x = windows.send_back(_weigh(windows, gates) * above + _spread(mask) * by_product)
    by_mask = (windows.cells * by_product).sum(axis=(1, 2, 3, 4))
    return GatedGradient(by_x, by_mask.reshape(mask.shape))


def link_gated_pool2d(
    image: ArrayLike, omega: ArrayLike, *, strides: Sizes | None = None, padding: str = "valid"
) -> Linkage:
    """What `gated_pool2d` of one image reads; weights as `link_mixed_pool2d`, alpha by window."""
    mask = _as_mask(omega)
    windows = look_at_one(image, mask.shape, strides=strides, padding=padding)
    return link(windows, _weigh(windows, _compute_gates(windows, mask)))


def _mix(windows: Windows, alpha: np.float32 | Floats) -> Floats:
    return alpha * rules.take_max(windows) + (1 - alpha) * rules.take_average(windows)


def _weigh(windows: Windows, alpha: np.float32 | Floats) -> Floats:
    return alpha * rules.weigh_max(windows) + (1 - alpha) * rules.weigh_average(windows)


def _compute_gap(windows: Windows) -> Floats:
    return rules.take_max(windows) - rules.take_average(windows)


def _as_mask(omega: ArrayLike) -> Floats:
    mask = as_array("omega", omega, ("window rows", "window columns"))
    if not mask.size:
        raise OperatorError(
            f"omega must have a number for each tap of the window, one or more. "
            f"Received shape {mask.shape}."
        )
    return mask


def _spread(mask: Floats) -> Floats:
    return mask.reshape(-1, 1, 1, 1, 1)


def _compute_gates(windows: Windows, mask: Floats) -> Floats:
    return sigmoid((windows.cells * _spread(mask)).sum(axis=0))

"""Unpooling: from the small grid back to a large one, as in a decoder or a deconvolutional network.

Neither is an inverse, for pooling forgets. Max unpooling remembers the places, average unpooling
the means: pooled again, side by side windows give back what went in.
"""

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution.arguments import IMAGES, Floats, Sizes, as_array, as_sizes, check_shape
from cnnlib.ops.linkage import Linkage
from cnnlib.ops.pooling.switches import as_switches
from cnnlib.ops.pooling.transpose import transpose
from cnnlib.ops.pooling.windows import Windows, link, look


def max_unpool2d(x: ArrayLike, switches: ArrayLike, output_shape: Sizes) -> Floats:
    """Put each cell back where the winner of its window was; 0 everywhere else.

    Zeiler & Fergus, «Visualizing and understanding convolutional networks», ECCV 2014, section 2.1.
    Where overlapping windows had the same winner their cells add up: so it is, for any windows, the
    transpose of max pooling, and `max_pool2d_gradient` is the unpooled upstream gradient.

    Args:
        x: (images, rows, columns, channels).
        switches: x's shape, from `max_pool2d_with_switches` (or the stochastic one).
        output_shape: (rows, columns) of the image that was pooled, or one number for both.

    Returns:
        (images, *output_shape, channels), float32.

    Raises:
        OperatorError: the switches do not fit x or the output_shape.
    """
    pooled = as_array("x", x, IMAGES)
    sizes = as_sizes("output_shape", output_shape, 2)
    places = as_switches(switches, pooled.shape, sizes)
    out = np.zeros((len(pooled), int(np.prod(sizes)) * pooled.shape[-1]), np.float32)
    images = np.broadcast_to(np.arange(len(pooled)).reshape(-1, 1, 1, 1), places.shape)
    found = places >= 0
    np.add.at(out, (images[found], places[found]), pooled[found])
    return out.reshape(len(pooled), *sizes, pooled.shape[-1])


def max_unpool2d_gradient(upstream: ArrayLike, switches: ArrayLike) -> Floats:
    """The gradient by x: what arrived at the place where each cell went.

    Args:
        upstream: (images, *output_shape, channels), the gradient by the output.
        switches: (images, rows, columns, channels).

    Returns:
        The switches' shape.

    Raises:
        OperatorError: the switches do not fit the upstream gradient.
    """
    above = as_array("upstream", upstream, IMAGES)
    count, rows, columns, channels = above.shape
    wanted = np.asarray(switches)
    check_shape("switches", wanted.shape, (count, None, None, channels))
    places = as_switches(wanted, wanted.shape, (rows, columns))
    flat = np.take_along_axis(above.reshape(count, -1), places.clip(0).reshape(count, -1), axis=1)
    return np.where(places < 0, np.float32(0), flat.reshape(places.shape))


def link_max_unpool2d(
    grid: ArrayLike,
    switches: ArrayLike,
    output_shape: Sizes,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
) -> Linkage:
    """What `max_unpool2d` of one pooled grid (rows, columns, channels) reads for each output cell.

    An output cell reads the windows that it lay in, and its weight is 1 where it was the winner.

    Args:
        switches: the grid's shape.
        output_shape: (rows, columns) of the image that was pooled.
        pool_size, strides, padding: those of the pooling.

    Raises:
        OperatorError: a shape or a setting breaks a rule, or a switch leads out of its window.
    """
    pooled = as_array("grid", grid, IMAGES[1:])
    windows = _look_down(pooled[None], output_shape, pool_size, strides, padding)
    wanted = np.asarray(switches)
    places = as_switches(wanted[None], windows.shape, windows.sweep.sizes)
    weights = windows.match(places)
    if (weights.sum(axis=0) != (places >= 0)).any():
        raise OperatorError(
            "switches must lead into their own windows. Take the pool_size, strides and padding "
            f"that made them. Received: pool_size={pool_size!r}, strides={strides!r}, "
            f"padding={padding!r}."
        )
    return transpose(link(windows, weights))


def avg_unpool2d(
    x: ArrayLike,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
    output_shape: Sizes | None = None,
) -> Floats:
    """Fill each window with its mean; where windows overlap, with the mean of their means.

    Unlike the gradient of average pooling it does not divide by n: `avg_pool2d` of the result is x
    again, if the windows do not overlap. Cells in no window are 0.

    Args:
        x: (images, rows, columns, channels), the means.
        pool_size, strides, padding: those of the pooling.
        output_shape: (rows, columns) of the image that was pooled. Default: the smallest for
            'valid', size · stride for 'same'.

    Returns:
        (images, *output_shape, channels), float32.

    Raises:
        OperatorError: a setting breaks a rule, or the output_shape does not pool to x's.
    """
    pooled = as_array("x", x, IMAGES)
    windows = _look_down(pooled, output_shape, pool_size, strides, padding)
    filled = windows.send_back(windows.inside * pooled)
    out: Floats = filled / _count_cover(windows)
    return out


def avg_unpool2d_gradient(
    upstream: ArrayLike,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
) -> Floats:
    """The gradient by x: the sum over each window of what arrived, overlaps shared.

    Args:
        upstream: (images, *output_shape, channels), the gradient by the output.

    Returns:
        (images, rows, columns, channels).

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    above = as_array("upstream", upstream, IMAGES)
    cover = _count_cover(look(above, pool_size, strides=strides, padding=padding))
    sums: Floats = look(above / cover, pool_size, strides=strides, padding=padding).cells.sum(
        axis=0
    )
    return sums


def link_avg_unpool2d(
    grid: ArrayLike,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
    output_shape: Sizes | None = None,
) -> Linkage:
    """What `avg_unpool2d` of one grid reads; weight 1/n of each of the n windows over a cell."""
    pooled = as_array("grid", grid, IMAGES[1:])
    windows = _look_down(pooled[None], output_shape, pool_size, strides, padding)
    share = look(1 / _count_cover(windows), windows.sweep.kernel_size,
                 strides=windows.sweep.strides, padding=padding)  # fmt: skip
    return transpose(link(windows, share.cells))


def _look_down(
    pooled: Floats,
    output_shape: Sizes | None,
    pool_size: Sizes,
    strides: Sizes | None,
    padding: str,
) -> Windows:
    """The windows over an empty image that pools to the shape of `pooled`."""
    size = as_sizes("pool_size", pool_size, 2)
    steps = size if strides is None else as_sizes("strides", strides, 2)
    if output_shape is None:
        reach = [0, 0] if padding == "same" else [k - s for k, s in zip(size, steps, strict=True)]
        places = pooled.shape[1:3]
        sizes = tuple(n * s + r for n, s, r in zip(places, steps, reach, strict=True))
    else:
        sizes = as_sizes("output_shape", output_shape, 2)
    empty = np.zeros((len(pooled), *sizes, pooled.shape[-1]), np.float32)
    windows = look(empty, size, strides=steps, padding=padding)
    if windows.shape != pooled.shape:
        raise OperatorError(
            f"output_shape must be that of the image that was pooled: {sizes[0]} × {sizes[1]} "
            f"cells have {windows.shape[1]} × {windows.shape[2]} windows, the pooled grid has "
            f"{pooled.shape[1]} × {pooled.shape[2]} cells. Received: output_shape={output_shape!r}."
        )
    return windows


def _count_cover(windows: Windows) -> Floats:
    """How many windows lie over each cell of the image, at least 1: (images, *sizes, channels)."""
    ones = np.broadcast_to(windows.inside, windows.cells.shape).astype(np.float32)
    return np.maximum(windows.send_back(ones), 1)

"""Convolution in two and in three dimensions, with strides, dilation and groups.

What deep learning calls convolution is cross-correlation: the kernel is not flipped.
"""

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops.convolution.arguments import (
    IMAGES,
    VOLUMES,
    Floats,
    Sizes,
    add_bias,
    as_array,
    check_channels,
)
from cnnlib.ops.convolution.sweep import Sweep, make_sweep
from cnnlib.ops.linkage import AxisTaps, Index, Linkage, Tap

KERNEL = ("rows", "columns", "in_channels/groups", "filters")
KERNEL_3D = ("depth", "rows", "columns", "in_channels", "filters")


def conv2d(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    groups: int = 1,
    bias: ArrayLike | None = None,
) -> Floats:
    """Slide every filter over the images and sum the products under it, as `keras.layers.Conv2D`.

    Strides and dilation may both be above 1, which Keras refuses.

    Args:
        x: (images, rows, columns, in_channels).
        kernel: (kernel rows, kernel columns, in_channels/groups, filters); filters belong to groups
            in order: the first filters/groups of them read the first in_channels/groups channels.
        strides, dilation_rate: one number, or (rows, columns).
        bias: (filters,).

    Returns:
        (images, out rows, out columns, filters), float32.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    x, kernel = as_array("x", x, IMAGES), as_array("kernel", kernel, KERNEL)
    check_channels(x.shape[-1], kernel.shape, groups)
    sweep = make_sweep(
        x.shape[1:-1],
        kernel.shape[:2],
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
    )
    return add_bias(_convolve(x, kernel, sweep, groups), bias)


def conv3d(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    bias: ArrayLike | None = None,
) -> Floats:
    """`conv2d` with one more axis to slide along, as `keras.layers.Conv3D`.

    Args:
        x: (volumes, depth, rows, columns, in_channels).
        kernel: (kernel depth, kernel rows, kernel columns, in_channels, filters).
        strides, dilation_rate: one number, or (depth, rows, columns).
        bias: (filters,).

    Returns:
        (volumes, out depth, out rows, out columns, filters), float32.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    x, kernel = as_array("x", x, VOLUMES), as_array("kernel", kernel, KERNEL_3D)
    check_channels(x.shape[-1], kernel.shape)
    sweep = make_sweep(
        x.shape[1:-1],
        kernel.shape[:3],
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
    )
    return add_bias(_convolve(x, kernel, sweep), bias)


def _convolve(x: Floats, kernel: Floats, sweep: Sweep, groups: int = 1) -> Floats:
    """Tap by tap a matrix product per group: (cells, in/groups) @ (in/groups, filters/groups)."""
    share, filters = kernel.shape[-2:]
    canvas = sweep.pad(x)
    cells = len(x) * int(np.prod(sweep.places))
    out = np.zeros((groups, cells, filters // groups), np.float32)
    for tap, view in sweep.views(canvas):
        seen = view.reshape(cells, groups, share).swapaxes(0, 1)
        out += seen @ kernel[tap].reshape(share, groups, -1).swapaxes(0, 1)
    return out.swapaxes(0, 1).reshape(len(x), *sweep.places, filters)


def link_conv2d(
    input_shape: Index,
    kernel_shape: Index,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    groups: int = 1,
) -> Linkage:
    """What `conv2d` reads for each output cell of one image.

    Args:
        input_shape: (rows, columns, in_channels).
        kernel_shape: (kernel rows, kernel columns, in_channels/groups, filters).

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    check_channels(input_shape[-1], kernel_shape, groups)
    sweep = make_sweep(
        input_shape[:2],
        kernel_shape[:2],
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
    )
    return _link(input_shape, kernel_shape, sweep, groups)


def link_conv3d(
    input_shape: Index,
    kernel_shape: Index,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
) -> Linkage:
    """What `conv3d` reads for each output cell of one volume (depth, rows, columns, in_channels).

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    check_channels(input_shape[-1], kernel_shape)
    sweep = make_sweep(
        input_shape[:3],
        kernel_shape[:3],
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
    )
    return _link(input_shape, kernel_shape, sweep)


def _link(input_shape: Index, kernel_shape: Index, sweep: Sweep, groups: int = 1) -> Linkage:
    share, filters = kernel_shape[-2:]
    channels = _link_channels(share, filters, groups)
    return Linkage(tuple(input_shape), (*sweep.link(share * filters), channels))


def _link_channels(share: int, filters: int, groups: int) -> AxisTaps:
    """Each filter reads the `share` channels of its group."""
    first = [place // (filters // groups) * share for place in range(filters)]
    return tuple(
        tuple(Tap(first[place] + channel, channel * filters + place) for channel in range(share))
        for place in range(filters)
    )

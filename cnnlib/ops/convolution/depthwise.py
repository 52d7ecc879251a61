"""Depthwise convolution, every channel by itself, and the separable convolution built on it."""

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops.convolution.arguments import (
    IMAGES,
    Floats,
    Sizes,
    add_bias,
    as_array,
    check_shape,
)
from cnnlib.ops.convolution.standard import KERNEL, conv2d
from cnnlib.ops.convolution.sweep import make_sweep
from cnnlib.ops.linkage import Index, Linkage, Tap

DEPTHWISE_KERNEL = ("rows", "columns", "in_channels", "depth_multiplier")


def depthwise_conv2d(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    bias: ArrayLike | None = None,
) -> Floats:
    """Convolve every channel by itself, as `keras.layers.DepthwiseConv2D`.

    Args:
        x: (images, rows, columns, in_channels).
        kernel: (kernel rows, kernel columns, in_channels, depth_multiplier).
        strides, dilation_rate: one number, or (rows, columns).
        bias: (in_channels·depth_multiplier,).

    Returns:
        (images, out rows, out columns, in_channels·depth_multiplier), float32; channel c with its
        m-th kernel makes output channel c·depth_multiplier + m.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    x, kernel = as_array("x", x, IMAGES), as_array("kernel", kernel, DEPTHWISE_KERNEL)
    _check_kernel(x.shape[-1], kernel.shape)
    sweep = make_sweep(
        x.shape[1:-1],
        kernel.shape[:2],
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
    )
    channels, multiplier = kernel.shape[2:]
    canvas = np.repeat(sweep.pad(x), multiplier, axis=-1)
    out = np.zeros((len(x), *sweep.places, channels * multiplier), np.float32)
    for tap, view in sweep.views(canvas):
        out += view * kernel[tap].ravel()
    return add_bias(out, bias)


def _check_kernel(in_channels: int, kernel_shape: Index) -> None:
    why = " = (rows, columns, in_channels, depth_multiplier), a kernel for each channel of x"
    check_shape("kernel", kernel_shape, (None, None, in_channels, None), why)


def link_depthwise_conv2d(
    input_shape: Index,
    kernel_shape: Index,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
) -> Linkage:
    """What `depthwise_conv2d` reads for each output cell of one image.

    Args:
        input_shape: (rows, columns, in_channels).
        kernel_shape: (kernel rows, kernel columns, in_channels, depth_multiplier).

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    _check_kernel(input_shape[-1], kernel_shape)
    sweep = make_sweep(
        input_shape[:2],
        kernel_shape[:2],
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
    )
    channels, multiplier = kernel_shape[2:]
    made = channels * multiplier
    own_channel = tuple((Tap(place // multiplier, place),) for place in range(made))
    return Linkage(tuple(input_shape), (*sweep.link(made), own_channel))


def separable_conv2d(
    x: ArrayLike,
    depthwise_kernel: ArrayLike,
    pointwise_kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    bias: ArrayLike | None = None,
) -> Floats:
    """First look around in every channel, then mix the channels, as `keras.layers.SeparableConv2D`.

    Args:
        x: (images, rows, columns, in_channels).
        depthwise_kernel: (kernel rows, kernel columns, in_channels, depth_multiplier).
        pointwise_kernel: (1, 1, in_channels·depth_multiplier, filters).
        strides, dilation_rate: of the depthwise step; one number, or (rows, columns).
        bias: (filters,), added at the end.

    Returns:
        (images, out rows, out columns, filters), float32.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    seen = depthwise_conv2d(
        x, depthwise_kernel, strides=strides, padding=padding, dilation_rate=dilation_rate
    )
    pointwise = as_array("pointwise_kernel", pointwise_kernel, KERNEL)
    why = " = (1, 1, in_channels·depth_multiplier, filters)"
    check_shape("pointwise_kernel", pointwise.shape, (1, 1, seen.shape[-1], None), why)
    return conv2d(seen, pointwise, bias=bias)

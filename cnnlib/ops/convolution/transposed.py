"""Transposed convolution, and the matrix that shows why it is called so."""

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution.arguments import (
    IMAGES,
    Floats,
    Sizes,
    add_bias,
    as_array,
    as_sizes,
    check_shape,
)
from cnnlib.ops.convolution.standard import KERNEL, conv2d, link_conv2d
from cnnlib.ops.convolution.sweep import Sweep, make_sweep
from cnnlib.ops.linkage import Index, Linkage, link_all
from cnnlib.ops.windows import compute_transposed_size, slide_transposed

TRANSPOSED_KERNEL = ("rows", "columns", "filters", "in_channels")
MAX_MATRIX_CELLS = 4_000_000


def conv2d_transpose(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    bias: ArrayLike | None = None,
) -> Floats:
    """Lay a copy of the kernel, times the cell, down for every input cell, and add the copies.

    It is `keras.layers.Conv2DTranspose`: the forward convolution from the output's shape to the
    input's, run backwards (Dumoulin & Visin, 2016, chapter 4).

    Args:
        x: (images, rows, columns, in_channels).
        kernel: (kernel rows, kernel columns, filters, in_channels), as the forward convolution's.
        strides: one number, or (rows, columns): how far the copies of neighbouring cells lie apart.
        bias: (filters,).

    Returns:
        (images, out rows, out columns, filters), float32; each size in·s with 'same', and
        in·s + max(k - s, 0) with 'valid'.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    x, kernel = as_array("x", x, IMAGES), as_array("kernel", kernel, TRANSPOSED_KERNEL)
    sweep = _make_forward_sweep(x.shape[1:], kernel.shape, strides, padding)
    cells = x.reshape(-1, x.shape[-1])
    canvas = sweep.make_canvas(len(x), kernel.shape[2])
    for tap, view in sweep.views(canvas):
        view += (cells @ kernel[tap].T).reshape(view.shape)
    return add_bias(np.ascontiguousarray(sweep.crop(canvas)), bias)


def _make_forward_sweep(
    input_shape: Index, kernel_shape: Index, strides: Sizes, padding: str
) -> Sweep:
    """The sweep over the *output* that has one window for each input cell."""
    check_shape(
        "kernel",
        kernel_shape,
        (None, None, None, input_shape[-1]),
        " = (rows, columns, filters, in_channels), the input's channels last",
    )
    sizes = tuple(
        compute_transposed_size(size, k, stride=stride, padding=padding)  # type: ignore[arg-type]
        for size, k, stride in zip(
            input_shape, kernel_shape[:2], as_sizes("strides", strides, 2), strict=False
        )
    )
    return make_sweep(sizes, kernel_shape[:2], strides=strides, padding=padding)


def link_conv2d_transpose(
    input_shape: Index,
    kernel_shape: Index,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
) -> Linkage:
    """What `conv2d_transpose` reads for each output cell of one image.

    Where the stride is larger than the kernel, some output cells read nothing.

    Args:
        input_shape: (rows, columns, in_channels).
        kernel_shape: (kernel rows, kernel columns, filters, in_channels).

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    sweep = _make_forward_sweep(input_shape, kernel_shape, strides, padding)
    filters, in_channels = kernel_shape[2:]
    weight_steps = (kernel_shape[1] * filters * in_channels, filters * in_channels)
    spatial = [
        slide_transposed(size, k, stride=stride, padding=sweep.padding, weight_step=step)
        for size, k, stride, step in zip(
            input_shape[:2], kernel_shape[:2], sweep.strides, weight_steps, strict=True
        )
    ]
    channels = link_all(in_channels, filters, source_step=1, place_step=in_channels)
    return Linkage(tuple(input_shape), (*spatial, channels))


def make_convolution_matrix(
    input_shape: Index,
    kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    groups: int = 1,
) -> Floats:
    """`conv2d` of one image as a matrix M: M @ image.ravel() is the raveled output.

    M.T @ y.ravel() is then `conv2d_transpose(y, kernel)` with the same strides, padding and the
    very same kernel array, wherever that gives an image of `input_shape`.

    Args:
        input_shape: (rows, columns, in_channels).
        kernel: (kernel rows, kernel columns, in_channels/groups, filters).

    Returns:
        (output cells, input cells), float32, mostly zeros.

    Raises:
        OperatorError: a setting breaks a rule, or the matrix would have over 4 million cells.
    """
    kernel = as_array("kernel", kernel, KERNEL)
    linkage = link_conv2d(
        input_shape,
        kernel.shape,
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
        groups=groups,
    )
    inputs = int(np.prod(input_shape))
    outputs = int(np.prod(linkage.output_shape))
    if inputs * max(inputs, outputs) > MAX_MATRIX_CELLS:
        raise OperatorError(
            f"input_shape is too large for a matrix: {outputs:,} output cells by {inputs:,} input "
            f"cells; at most {MAX_MATRIX_CELLS:,} numbers. Take a smaller image or fewer channels. "
            f"Received: {tuple(input_shape)}."
        )
    # Column j is the convolution of the image that is 1 at cell j and 0 elsewhere.
    units = np.eye(inputs, dtype=np.float32).reshape(inputs, *input_shape)
    columns = conv2d(
        units,
        kernel,
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
        groups=groups,
    )
    return np.ascontiguousarray(columns.reshape(inputs, outputs).T)

"""Convolutions in factors: a column and a row instead of a square; a channel mix before both."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops.convolution.arguments import IMAGES, Floats, Sizes, as_array, as_sizes, check_shape
from cnnlib.ops.convolution.depthwise import DEPTHWISE_KERNEL, depthwise_conv2d
from cnnlib.ops.convolution.standard import KERNEL, conv2d


def spatially_separable_conv2d(
    x: ArrayLike,
    column: ArrayLike,
    row: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    bias: ArrayLike | None = None,
) -> Floats:
    """Convolve with a column, then the result with a row: kh + kw taps instead of kh·kw.

    It equals one convolution whose kernel is column @ row (over the channels in between).

    Args:
        x: (images, rows, columns, in_channels).
        column: (kernel rows, 1, in_channels, middle channels); takes the vertical stride.
        row: (1, kernel columns, middle channels, filters); takes the horizontal stride.
        strides: one number, or (rows, columns).
        bias: (filters,), added at the end.

    Returns:
        (images, out rows, out columns, filters), float32.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    x = as_array("x", x, IMAGES)
    column, row = as_array("column", column, KERNEL), as_array("row", row, KERNEL)
    check_shape("column", column.shape, (None, 1, x.shape[-1], None), ", x's channels third")
    check_shape("row", row.shape, (1, None, column.shape[-1], None), ", column's filters third")
    down, across = as_sizes("strides", strides, 2)
    middle = conv2d(x, column, strides=(down, 1), padding=padding)
    return conv2d(middle, row, strides=(1, across), padding=padding, bias=bias)


def flattened_conv2d(
    x: ArrayLike,
    channel_kernel: ArrayLike,
    column_kernel: ArrayLike,
    row_kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    bias: ArrayLike | None = None,
) -> Floats:
    """Convolve across the channels, then down, then across, one dimension at a time.

    Each filter's kernel is an outer product of three vectors (Jin, Dundar & Culurciello,
    «Flattened Convolutional Neural Networks for Feedforward Acceleration», 2014).

    Args:
        x: (images, rows, columns, in_channels).
        channel_kernel: (1, 1, in_channels, filters).
        column_kernel: (kernel rows, 1, filters, 1), depthwise; takes the vertical stride.
        row_kernel: (1, kernel columns, filters, 1), depthwise; takes the horizontal stride.
        strides: one number, or (rows, columns).
        bias: (filters,), added at the end.

    Returns:
        (images, out rows, out columns, filters), float32.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    x = as_array("x", x, IMAGES)
    mix = as_array("channel_kernel", channel_kernel, KERNEL)
    column = as_array("column_kernel", column_kernel, DEPTHWISE_KERNEL)
    row = as_array("row_kernel", row_kernel, DEPTHWISE_KERNEL)
    filters = mix.shape[-1]
    check_shape("channel_kernel", mix.shape, (1, 1, x.shape[-1], None), ", x's channels third")
    check_shape("column_kernel", column.shape, (None, 1, filters, 1), ", a column for each filter")
    check_shape("row_kernel", row.shape, (1, None, filters, 1), ", a row for each filter")
    down, across = as_sizes("strides", strides, 2)
    middle = depthwise_conv2d(conv2d(x, mix), column, strides=(down, 1), padding=padding)
    return depthwise_conv2d(middle, row, strides=(1, across), padding=padding, bias=bias)


class RankOneSplit(NamedTuple):
    """The nearest kernel that is one column times one row.

    column: (kernel rows,). row: (kernel columns,).
    approximation: (kernel rows, kernel columns), their outer product.
    residual: the share of the kernel's energy (sum of squares) that it misses, 0 to 1;
        0: the kernel is spatially separable.
    singular_values: of the kernel, largest first.
    """

    column: Floats
    row: Floats
    approximation: Floats
    residual: float
    singular_values: Floats


def split_rank_one(kernel: ArrayLike) -> RankOneSplit:
    """Split a kernel (rows, columns) into a column and a row, as nearly as possible.

    The first singular vectors give the best rank-1 kernel (Eckart & Young, 1936). Of whole numbers
    whose split is exact, as Sobel's, the factors are whole numbers too; otherwise column and row
    get the same length. Of the two signs that are possible, the one that makes the factor that
    averages positive: Sobel's (1, 2, 1).

    Raises:
        OperatorError: the kernel is not a matrix of numbers.
    """
    matrix = as_array("kernel", kernel, ("rows", "columns")).astype(np.float64)
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    energy = float((values**2).sum())
    residual = float((values[1:] ** 2).sum()) / energy if energy else 0.0
    if residual < 1e-12:  # the square of what rounding leaves
        residual = 0.0
    column, row = left[:, 0] * np.sqrt(values[0]), right[0] * np.sqrt(values[0])
    if not residual and energy and (matrix == matrix.round()).all():
        column, row = _split_whole(matrix)
    sign = _choose_sign(column, row)
    # Adding 0 turns -0 into 0: people read these numbers.
    column = (sign * column + 0).astype(np.float32)
    row = (sign * row + 0).astype(np.float32)
    singular_values = values.astype(np.float32)
    return RankOneSplit(column, row, np.outer(column, row), residual, singular_values)


def _split_whole(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole factors of a whole rank-1 matrix: a row without common divisor, and its multiples."""
    row = matrix[np.abs(matrix).sum(1).argmax()]
    row = row / np.gcd.reduce(row.astype(np.int64))
    return (matrix @ row / (row @ row)).round(), row


def _choose_sign(column: np.ndarray, row: np.ndarray) -> float:
    """The sign that makes the averaging factor positive; if none averages, the column's end."""
    sums = [vector.sum() / max(float(np.linalg.norm(vector)), 1e-30) for vector in (column, row)]
    decisive = max(sums, key=abs)
    if abs(decisive) < 1e-6:
        decisive = column[-1]
    return -1.0 if decisive < 0 else 1.0

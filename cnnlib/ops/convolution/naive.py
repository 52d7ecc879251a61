"""The operators as their definitions read: loops over every output cell and every tap.

Slow, and the measure of the fast ones: nothing here is shared with them, not even the padding. They
take valid arguments only; the fast ones check.
"""

import numpy as np

from cnnlib.ops.convolution.arguments import Floats, Sizes


def conv2d_naive(
    x: Floats,
    kernel: Floats,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    groups: int = 1,
    bias: Floats | None = None,
) -> Floats:
    """See `conv2d`."""
    (stride_y, stride_x), (gap_y, gap_x) = _spread(strides, 2), _spread(dilation_rate, 2)
    height, width = x.shape[1:3]
    kernel_height, kernel_width, share, filters = kernel.shape
    tops = _place_windows(height, (kernel_height - 1) * gap_y + 1, stride_y, padding)
    lefts = _place_windows(width, (kernel_width - 1) * gap_x + 1, stride_x, padding)
    out = np.zeros((len(x), len(tops), len(lefts), filters), np.float32)
    for image, row, column, filter_ in np.ndindex(out.shape):
        first_channel = filter_ // (filters // groups) * share
        total = 0.0 if bias is None else float(bias[filter_])
        for i, j, channel in np.ndindex(kernel.shape[:3]):
            y, x_ = tops[row] + i * gap_y, lefts[column] + j * gap_x
            if 0 <= y < height and 0 <= x_ < width:
                total += x[image, y, x_, first_channel + channel] * kernel[i, j, channel, filter_]
        out[image, row, column, filter_] = total
    return out


def conv3d_naive(
    x: Floats,
    kernel: Floats,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    bias: Floats | None = None,
) -> Floats:
    """See `conv3d`."""
    stride, gap = _spread(strides, 3), _spread(dilation_rate, 3)
    span = [(kernel.shape[axis] - 1) * gap[axis] + 1 for axis in range(3)]
    starts = [
        _place_windows(x.shape[1 + axis], span[axis], stride[axis], padding) for axis in range(3)
    ]
    out = np.zeros((len(x), *map(len, starts), kernel.shape[-1]), np.float32)
    for volume, depth, row, column, filter_ in np.ndindex(out.shape):
        total = 0.0 if bias is None else float(bias[filter_])
        for i, j, k, channel in np.ndindex(kernel.shape[:4]):
            z = starts[0][depth] + i * gap[0]
            y = starts[1][row] + j * gap[1]
            x_ = starts[2][column] + k * gap[2]
            if 0 <= z < x.shape[1] and 0 <= y < x.shape[2] and 0 <= x_ < x.shape[3]:
                total += x[volume, z, y, x_, channel] * kernel[i, j, k, channel, filter_]
        out[volume, depth, row, column, filter_] = total
    return out


def conv2d_transpose_naive(
    x: Floats,
    kernel: Floats,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    bias: Floats | None = None,
) -> Floats:
    """See `conv2d_transpose`: every input cell adds its copy of the kernel to the output."""
    stride = _spread(strides, 2)
    images, height, width, _ = x.shape
    kernel_height, kernel_width, filters, _ = kernel.shape
    # The sheet holds all copies; 'same' cuts what exceeds in·s off, the larger half at the end.
    overlap = [max(k - s, 0) for k, s in zip(kernel.shape[:2], stride, strict=True)]
    sheet = [size * s + o for size, s, o in zip((height, width), stride, overlap, strict=True)]
    out = np.zeros((images, *sheet, filters), np.float32)
    for image, row, column, channel in np.ndindex(x.shape):
        for i, j, filter_ in np.ndindex(kernel_height, kernel_width, filters):
            place = (image, row * stride[0] + i, column * stride[1] + j, filter_)
            out[place] += x[image, row, column, channel] * kernel[i, j, filter_, channel]
    if padding == "same":
        top, left = overlap[0] // 2, overlap[1] // 2
        out = out[:, top : top + height * stride[0], left : left + width * stride[1]]
    return out if bias is None else out + bias


def depthwise_conv2d_naive(
    x: Floats,
    kernel: Floats,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    bias: Floats | None = None,
) -> Floats:
    """See `depthwise_conv2d`: a plain convolution of each channel alone, side by side."""
    settings = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    apart = [
        conv2d_naive(x[..., [channel]], kernel[:, :, [channel]], **settings)  # type: ignore[arg-type]
        for channel in range(x.shape[-1])
    ]
    out = np.concatenate(apart, axis=-1)
    return out if bias is None else out + bias


def separable_conv2d_naive(
    x: Floats,
    depthwise_kernel: Floats,
    pointwise_kernel: Floats,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    bias: Floats | None = None,
) -> Floats:
    """See `separable_conv2d`: one plain convolution whose kernel is the two factors' product."""
    kernel_height, kernel_width, in_channels, multiplier = depthwise_kernel.shape
    filters = pointwise_kernel.shape[-1]
    kernel = np.zeros((kernel_height, kernel_width, in_channels, filters), np.float32)
    for i, j, channel, m, filter_ in np.ndindex(*depthwise_kernel.shape, filters):
        mixed = pointwise_kernel[0, 0, channel * multiplier + m, filter_]
        kernel[i, j, channel, filter_] += depthwise_kernel[i, j, channel, m] * mixed
    settings = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    return conv2d_naive(x, kernel, bias=bias, **settings)  # type: ignore[arg-type]


def spatially_separable_conv2d_naive(
    x: Floats,
    column: Floats,
    row: Floats,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    bias: Floats | None = None,
) -> Floats:
    """See `spatially_separable_conv2d`: one plain convolution with column times row."""
    kernel_height, _, in_channels, middle = column.shape
    _, kernel_width, _, filters = row.shape
    kernel = np.zeros((kernel_height, kernel_width, in_channels, filters), np.float32)
    for i, j, channel, m, filter_ in np.ndindex(*kernel.shape[:3], middle, filters):
        kernel[i, j, channel, filter_] += column[i, 0, channel, m] * row[0, j, m, filter_]
    return conv2d_naive(x, kernel, strides=strides, padding=padding, bias=bias)


def flattened_conv2d_naive(
    x: Floats,
    channel_kernel: Floats,
    column_kernel: Floats,
    row_kernel: Floats,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    bias: Floats | None = None,
) -> Floats:
    """See `flattened_conv2d`: one plain convolution with the product of the three vectors."""
    shape = (len(column_kernel), row_kernel.shape[1], *channel_kernel.shape[2:])
    kernel = np.zeros(shape, np.float32)
    for i, j, channel, filter_ in np.ndindex(shape):
        square = column_kernel[i, 0, filter_, 0] * row_kernel[0, j, filter_, 0]
        kernel[i, j, channel, filter_] = channel_kernel[0, 0, channel, filter_] * square
    return conv2d_naive(x, kernel, strides=strides, padding=padding, bias=bias)


def channel_shuffle_naive(x: Floats, groups: int) -> Floats:
    """See `channel_shuffle`: the first channel of every group, then the second of every group …"""
    per_group = x.shape[-1] // groups
    out = np.zeros_like(x)
    place = 0
    for member in range(per_group):
        for group in range(groups):
            out[..., place] = x[..., group * per_group + member]
            place += 1
    return out


def shuffled_grouped_conv2d_naive(
    x: Floats,
    kernel: Floats,
    *,
    groups: int,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    bias: Floats | None = None,
) -> Floats:
    """See `shuffled_grouped_conv2d`."""
    settings = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    grouped = conv2d_naive(x, kernel, groups=groups, bias=bias, **settings)  # type: ignore[arg-type]
    return channel_shuffle_naive(grouped, groups)


def _spread(value: Sizes, count: int) -> tuple[int, ...]:
    return (value,) * count if isinstance(value, int) else tuple(value)


def _place_windows(size: int, span: int, stride: int, padding: str) -> list[int]:
    """Where windows of `span` cells begin; below 0 they begin in the padding."""
    if padding == "valid":
        return list(range(0, size - span + 1, stride))
    starts = range(0, size, stride)
    overhang = max(starts[-1] + span - size, 0)
    return [start - overhang // 2 for start in starts]

"""Every convolution of one image as stages to draw: each step's grid, linkage, kernel and bias.

Images are (rows, columns, channels), volumes (depth, rows, columns, channels). Each function takes
the kernels and settings of the operator of the same name and raises what it raises (OperatorError);
the last stage's output is the operator's.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops.convolution.arguments import IMAGES, VOLUMES, Floats, Sizes, as_array, as_sizes
from cnnlib.ops.convolution.depthwise import (
    depthwise_conv2d,
    link_depthwise_conv2d,
    separable_conv2d,
)
from cnnlib.ops.convolution.factored import flattened_conv2d, spatially_separable_conv2d
from cnnlib.ops.convolution.grouped import channel_shuffle, link_channel_shuffle
from cnnlib.ops.convolution.standard import conv2d, conv3d, link_conv2d, link_conv3d
from cnnlib.ops.convolution.transposed import conv2d_transpose, link_conv2d_transpose
from cnnlib.ops.linkage import Linkage, Tap, link_one_to_one
from cnnlib.ops.stages import Stage


def stage_conv2d(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    groups: int = 1,
    bias: ArrayLike | None = None,
) -> list[Stage]:
    """One stage."""
    settings = {
        "strides": strides,
        "padding": padding,
        "dilation_rate": dilation_rate,
        "groups": groups,
    }
    return [_make_stage("Convolution", conv2d, link_conv2d, image, kernel, bias, settings)]


def stage_conv2d_in_two_steps(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    bias: ArrayLike | None = None,
) -> list[Stage]:
    """`conv2d` as it is often drawn: every channel by itself, then the sum over the channels.

    Two stages. The first is (out rows, out columns, in_channels·filters), the filters of the first
    channel first; the second has no kernel, it adds for each filter its in_channels grids and bias.
    """
    settings: dict[str, Any] = {"padding": padding, "dilation_rate": dilation_rate}
    [apart] = stage_depthwise_conv2d(image, kernel, strides=strides, **settings)
    [whole] = stage_conv2d(image, kernel, strides=strides, bias=bias, **settings)
    rows, columns, filters = whole.output.shape
    made = apart.output.shape[-1]
    own = tuple(
        tuple(Tap(source) for source in range(place, made, filters)) for place in range(filters)
    )
    axes = (link_one_to_one(rows), link_one_to_one(columns), own)
    total = replace(whole, name="Sum", linkage=Linkage(apart.output.shape, axes), kernel=None)
    return [replace(apart, name="Each channel"), total]


def stage_conv3d(
    volume: ArrayLike,
    kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    bias: ArrayLike | None = None,
) -> list[Stage]:
    """One stage."""
    settings = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    return [_make_stage("3-D convolution", conv3d, link_conv3d, volume, kernel, bias, settings)]


def stage_conv2d_transpose(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    bias: ArrayLike | None = None,
) -> list[Stage]:
    """One stage."""
    settings = {"strides": strides, "padding": padding}
    run, link = conv2d_transpose, link_conv2d_transpose
    return [_make_stage("Transposed convolution", run, link, image, kernel, bias, settings)]


def stage_depthwise_conv2d(
    image: ArrayLike,
    kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    bias: ArrayLike | None = None,
) -> list[Stage]:
    """One stage."""
    settings = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    run, link = depthwise_conv2d, link_depthwise_conv2d
    return [_make_stage("Depthwise", run, link, image, kernel, bias, settings)]


def stage_separable_conv2d(
    image: ArrayLike,
    depthwise_kernel: ArrayLike,
    pointwise_kernel: ArrayLike,
    *,
    bias: ArrayLike | None = None,
    **settings: Any,
) -> list[Stage]:
    """Two stages: depthwise, pointwise. Settings: strides, padding, dilation_rate."""
    batch = as_array("image", image, IMAGES[1:])[None]
    separable_conv2d(batch, depthwise_kernel, pointwise_kernel, bias=bias, **settings)  # checks
    [depthwise] = stage_depthwise_conv2d(image, depthwise_kernel, **settings)
    [pointwise] = stage_conv2d(depthwise.output, pointwise_kernel, bias=bias)
    return [depthwise, replace(pointwise, name="Pointwise")]


def stage_spatially_separable_conv2d(
    image: ArrayLike,
    column: ArrayLike,
    row: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    bias: ArrayLike | None = None,
) -> list[Stage]:
    """Two stages: column, row."""
    batch = as_array("image", image, IMAGES[1:])[None]
    spatially_separable_conv2d(batch, column, row, strides=strides, padding=padding, bias=bias)
    down, across = as_sizes("strides", strides, 2)
    [first] = stage_conv2d(image, column, strides=(down, 1), padding=padding)
    [last] = stage_conv2d(first.output, row, strides=(1, across), padding=padding, bias=bias)
    return [replace(first, name="Column"), replace(last, name="Row")]


def stage_flattened_conv2d(
    image: ArrayLike,
    channel_kernel: ArrayLike,
    column_kernel: ArrayLike,
    row_kernel: ArrayLike,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    bias: ArrayLike | None = None,
) -> list[Stage]:
    """Three stages: channels, column, row."""
    batch = as_array("image", image, IMAGES[1:])[None]
    kernels = (channel_kernel, column_kernel, row_kernel)
    flattened_conv2d(batch, *kernels, strides=strides, padding=padding, bias=bias)  # checks
    down, across = as_sizes("strides", strides, 2)
    [mix] = stage_conv2d(image, channel_kernel)
    [column] = stage_depthwise_conv2d(mix.output, column_kernel, strides=(down, 1), padding=padding)
    [row] = stage_depthwise_conv2d(
        column.output, row_kernel, strides=(1, across), padding=padding, bias=bias
    )
    return [replace(mix, name="Channels"), replace(column, name="Column"), replace(row, name="Row")]


def stage_channel_shuffle(image: ArrayLike, groups: int) -> list[Stage]:
    """One stage, without a kernel."""
    cells = as_array("image", image, IMAGES[1:])
    output = channel_shuffle(cells[None], groups)[0]
    return [Stage("Shuffle", link_channel_shuffle(cells.shape, groups), output)]


def stage_shuffled_grouped_conv2d(
    image: ArrayLike, kernel: ArrayLike, *, groups: int, **settings: Any
) -> list[Stage]:
    """Two stages: grouped convolution, shuffle. Settings: those of `stage_conv2d`."""
    [grouped] = stage_conv2d(image, kernel, groups=groups, **settings)
    return [
        replace(grouped, name="Grouped convolution"),
        *stage_channel_shuffle(grouped.output, groups),
    ]


def _make_stage(
    name: str,
    operator: Callable[..., Floats],
    link: Callable[..., Linkage],
    grid: ArrayLike,
    kernel: ArrayLike,
    bias: ArrayLike | None,
    settings: dict[str, Any],
) -> Stage:
    name_of_grid, axes = ("volume", VOLUMES) if operator is conv3d else ("image", IMAGES)
    cells = as_array(name_of_grid, grid, axes[1:])
    output = operator(cells[None], kernel, bias=bias, **settings)[0]  # checks everything
    weights = np.asarray(kernel, np.float32)
    return Stage(
        name=name,
        linkage=link(cells.shape, weights.shape, **settings),
        output=output,
        kernel=weights,
        bias=None if bias is None else np.asarray(bias, np.float32),
    )

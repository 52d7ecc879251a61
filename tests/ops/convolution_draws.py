"""Hypothesis strategies for the convolution operators: valid arguments of every kind.

All numbers are small whole ones: float32 adds them exactly in any order, so results are compared
without a tolerance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cnnlib.ops import convolution as c

Settings = dict[str, Any]
Arguments = tuple[tuple[Any, ...], Settings]


def draw_numbers(draw: st.DrawFn, *shape: int) -> np.ndarray:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.integers(-3, 4, shape).astype(np.float32)


def draw_window(
    draw: st.DrawFn, axes: int, for_keras: bool, room: int = 4
) -> tuple[list[int], list[int], Settings]:
    """Sizes, kernel sizes and settings that fit together; Keras refuses stride and dilation."""
    padding = draw(st.sampled_from(["valid", "same"]))
    small = st.integers(1, 3)
    strides = tuple(draw(small) for _ in range(axes))
    dilatable = not for_keras or max(strides) == 1
    dilation = tuple(draw(small) if dilatable else 1 for _ in range(axes))
    kernel_size = [draw(st.integers(1, 4 if axes == 2 else 2)) for _ in range(axes)]
    spans = [(k - 1) * d + 1 for k, d in zip(kernel_size, dilation, strict=True)]
    sizes = [
        draw(st.integers(span, span + room) if padding == "valid" else st.integers(1, room + 3))
        for span in spans
    ]
    return sizes, kernel_size, {"strides": strides, "padding": padding, "dilation_rate": dilation}


def draw_bias(draw: st.DrawFn, filters: int) -> np.ndarray | None:
    return draw_numbers(draw, filters) if draw(st.booleans()) else None


@st.composite
def conv2d(draw: st.DrawFn, for_keras: bool = False, grouped: bool = False) -> Arguments:
    sizes, kernel_size, settings = draw_window(draw, 2, for_keras)
    groups = draw(st.integers(2, 3)) if grouped else 1
    share, made = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    x = draw_numbers(draw, draw(st.integers(1, 2)), *sizes, share * groups)
    kernel = draw_numbers(draw, *kernel_size, share, made * groups)
    if grouped:
        settings["groups"] = groups
    return (x, kernel), {**settings, "bias": draw_bias(draw, made * groups)}


@st.composite
def conv3d(draw: st.DrawFn, for_keras: bool = False) -> Arguments:
    sizes, kernel_size, settings = draw_window(draw, 3, for_keras, room=2)
    channels, filters = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    x = draw_numbers(draw, 1, *sizes, channels)
    kernel = draw_numbers(draw, *kernel_size, channels, filters)
    return (x, kernel), {**settings, "bias": draw_bias(draw, filters)}


@st.composite
def transposed(draw: st.DrawFn, for_keras: bool = False) -> Arguments:
    del for_keras  # Keras takes them all
    _, kernel_size, settings = draw_window(draw, 2, False)
    del settings["dilation_rate"]
    sizes = [draw(st.integers(1, 4)), draw(st.integers(1, 4))]
    channels, filters = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    x = draw_numbers(draw, draw(st.integers(1, 2)), *sizes, channels)
    kernel = draw_numbers(draw, *kernel_size, filters, channels)
    return (x, kernel), {**settings, "bias": draw_bias(draw, filters)}


@st.composite
def depthwise(draw: st.DrawFn, for_keras: bool = False) -> Arguments:
    sizes, kernel_size, settings = draw_window(draw, 2, for_keras)
    if for_keras:  # TensorFlow takes uneven strides of depthwise ones only where it has oneDNN
        settings["strides"] = settings["strides"][0]
    channels, multiplier = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    x = draw_numbers(draw, draw(st.integers(1, 2)), *sizes, channels)
    kernel = draw_numbers(draw, *kernel_size, channels, multiplier)
    return (x, kernel), {**settings, "bias": draw_bias(draw, channels * multiplier)}


@st.composite
def separable(draw: st.DrawFn, for_keras: bool = False) -> Arguments:
    (x, kernel), settings = draw(depthwise(for_keras=for_keras))
    filters = draw(st.integers(1, 3))
    pointwise = draw_numbers(draw, 1, 1, kernel.shape[2] * kernel.shape[3], filters)
    return (x, kernel, pointwise), {**settings, "bias": draw_bias(draw, filters)}


@st.composite
def spatially_separable(draw: st.DrawFn, for_keras: bool = False) -> Arguments:
    (x, kernel), settings = draw(conv2d(for_keras=for_keras))
    del settings["dilation_rate"]
    middle, filters = draw(st.integers(1, 3)), kernel.shape[-1]
    column = draw_numbers(draw, len(kernel), 1, x.shape[-1], middle)
    return (x, column, draw_numbers(draw, 1, kernel.shape[1], middle, filters)), settings


@st.composite
def flattened(draw: st.DrawFn, for_keras: bool = False) -> Arguments:
    (x, kernel), settings = draw(conv2d(for_keras=for_keras))
    del settings["dilation_rate"]
    rows, columns, channels, filters = kernel.shape
    mix = draw_numbers(draw, 1, 1, channels, filters)
    column = draw_numbers(draw, rows, 1, filters, 1)
    return (x, mix, column, draw_numbers(draw, 1, columns, filters, 1)), settings


@st.composite
def shuffle(draw: st.DrawFn) -> Arguments:
    groups, share = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return (draw_numbers(draw, 2, 2, 3, groups * share),), {"groups": groups}


@dataclass(frozen=True)
class Operator:
    """An operator with its twin, its stages and arguments for all three."""

    fast: Callable[..., np.ndarray]
    naive: Callable[..., np.ndarray]
    stages: Callable[..., list[Any]]
    arguments: st.SearchStrategy[Arguments]


OPERATORS = {
    "conv2d": Operator(c.conv2d, c.conv2d_naive, c.stage_conv2d, conv2d()),
    "grouped": Operator(c.conv2d, c.conv2d_naive, c.stage_conv2d, conv2d(grouped=True)),
    "in two steps": Operator(c.conv2d, c.conv2d_naive, c.stage_conv2d_in_two_steps, conv2d()),
    "conv3d": Operator(c.conv3d, c.conv3d_naive, c.stage_conv3d, conv3d()),
    "transposed": Operator(
        c.conv2d_transpose, c.conv2d_transpose_naive, c.stage_conv2d_transpose, transposed()
    ),
    "depthwise": Operator(
        c.depthwise_conv2d, c.depthwise_conv2d_naive, c.stage_depthwise_conv2d, depthwise()
    ),
    "separable": Operator(
        c.separable_conv2d, c.separable_conv2d_naive, c.stage_separable_conv2d, separable()
    ),
    "spatially separable": Operator(
        c.spatially_separable_conv2d,
        c.spatially_separable_conv2d_naive,
        c.stage_spatially_separable_conv2d,
        spatially_separable(),
    ),
    "flattened": Operator(
        c.flattened_conv2d, c.flattened_conv2d_naive, c.stage_flattened_conv2d, flattened()
    ),
    "shuffle": Operator(
        c.channel_shuffle, c.channel_shuffle_naive, c.stage_channel_shuffle, shuffle()
    ),
    "shuffled grouped": Operator(
        c.shuffled_grouped_conv2d,
        c.shuffled_grouped_conv2d_naive,
        c.stage_shuffled_grouped_conv2d,
        conv2d(grouped=True),
    ),
}

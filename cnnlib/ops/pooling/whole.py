"""Global pooling and the spatial pyramid: a vector of fixed length from an image of any size."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution.arguments import IMAGES, Floats, as_array, is_positive
from cnnlib.ops.linkage import AxisTaps, Linkage, Tap, link_one_to_one
from cnnlib.ops.pooling import rules
from cnnlib.ops.pooling.arguments import as_upstream
from cnnlib.ops.pooling.local import link_avg_pool2d, link_max_pool2d
from cnnlib.ops.pooling.windows import Windows, look

Mode = Literal["max", "avg"]
RULES: dict[str, tuple[Callable[[Windows], Floats], Callable[[Windows], Floats]]] = {
    "max": (rules.take_max, rules.weigh_max),
    "avg": (rules.take_average, rules.weigh_average),
}
"""What a mode takes from a window, and how it weighs the cells."""


def global_avg_pool2d(x: ArrayLike, *, keepdims: bool = False) -> Floats:
    """The mean of each channel, as `keras.layers.GlobalAveragePooling2D`.

    Args:
        x: (images, rows, columns, channels).

    Returns:
        (images, channels); with keepdims (images, 1, 1, channels). float32.

    Raises:
        OperatorError: x has other axes, or empty ones.
    """
    return _pool_whole("avg", as_array("x", x, IMAGES), keepdims)


def global_max_pool2d(x: ArrayLike, *, keepdims: bool = False) -> Floats:
    """The largest cell of each channel, as `keras.layers.GlobalMaxPooling2D`.

    Arguments, result and errors are those of `global_avg_pool2d`.
    """
    return _pool_whole("max", as_array("x", x, IMAGES), keepdims)


def _pool_whole(mode: Mode, images: Floats, keepdims: bool) -> Floats:
    take, _ = RULES[mode]
    pooled = take(look(images, images.shape[1:3]))
    return pooled if keepdims else pooled[:, 0, 0]


def global_avg_pool2d_gradient(x: ArrayLike, upstream: ArrayLike) -> Floats:
    """The gradient by x: each channel's is shared equally by all its cells.

    Args:
        upstream: (images, channels) or (images, 1, 1, channels), the gradient by the output.

    Raises:
        OperatorError: the shapes do not fit.
    """
    return _send_back_whole("avg", as_array("x", x, IMAGES), upstream)


def global_max_pool2d_gradient(x: ArrayLike, upstream: ArrayLike) -> Floats:
    """The gradient by x: each channel's goes to its largest cell, of equals to the first.

    TensorFlow differs for equals: its `reduce_max` shares among them. Arguments and errors are
    those of `global_avg_pool2d_gradient`.
    """
    return _send_back_whole("max", as_array("x", x, IMAGES), upstream)


def _send_back_whole(mode: Mode, images: Floats, upstream: ArrayLike) -> Floats:
    _, weigh = RULES[mode]
    windows = look(images, images.shape[1:3])
    shape = windows.shape if np.ndim(upstream) == len(IMAGES) else (len(images), images.shape[-1])
    above = as_upstream(upstream, shape).reshape(windows.shape)
    return windows.send_back(weigh(windows) * above)


def link_global_avg_pool2d(image: ArrayLike) -> Linkage:
    """What global average pooling of one image (rows, columns, channels) reads."""
    cells = as_array("image", image, IMAGES[1:])
    return link_avg_pool2d(cells, cells.shape[:2])


def link_global_max_pool2d(image: ArrayLike) -> Linkage:
    """What global max pooling of one image (rows, columns, channels) reads."""
    cells = as_array("image", image, IMAGES[1:])
    return link_max_pool2d(cells, cells.shape[:2])


def spatial_pyramid_pool(
    x: ArrayLike, levels: Sequence[int] = (1, 2, 4), mode: str = "max"
) -> Floats:
    """Cut the image into l × l bins for each level l and pool each: always Σ l² · channels numbers.

    He et al., «Spatial pyramid pooling in deep convolutional networks for visual recognition»,
    2014. Bin i of an axis of n cells goes from ⌊i·n/l⌋ to ⌈(i+1)·n/l⌉ (their appendix A), so bins
    may share a cell; an image smaller than the level only repeats cells.

    Args:
        x: (images, rows, columns, channels).
        levels: bins along each axis, whole numbers from 1 up.
        mode: 'max' (the paper's) or 'avg'.

    Returns:
        (images, Σ l² · channels), float32: level by level, bins row by row, channels last.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    images = as_array("x", x, IMAGES)
    check_pyramid(levels, mode)
    take, _ = RULES[mode]
    parts = [
        take(look(images[:, rows, columns], (_count(rows), _count(columns))))[:, 0, 0]
        for level in levels
        for rows, columns in _cut(images, level)
    ]
    return np.concatenate(parts, axis=1)


def spatial_pyramid_pool_gradient(
    x: ArrayLike, upstream: ArrayLike, levels: Sequence[int] = (1, 2, 4), mode: str = "max"
) -> Floats:
    """The gradient by x: each bin's way back, added up over bins and levels.

    Args:
        upstream: (images, Σ l² · channels), the gradient by the output.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    images = as_array("x", x, IMAGES)
    check_pyramid(levels, mode)
    _, weigh = RULES[mode]
    count, channels = len(images), images.shape[-1]
    bins = [each for level in levels for each in _cut(images, level)]
    above = as_upstream(upstream, (count, len(bins) * channels))
    parts = above.reshape(count, len(bins), 1, 1, channels)
    out = np.zeros_like(images)
    for number, (rows, columns) in enumerate(bins):
        windows = look(images[:, rows, columns], (_count(rows), _count(columns)))
        out[:, rows, columns] += windows.send_back(weigh(windows) * parts[:, number])
    return out


def link_spatial_pyramid_pool(
    image: ArrayLike, levels: Sequence[int] = (1, 2, 4), mode: str = "max"
) -> list[Linkage]:
    """What each level reads of one image (rows, columns, channels): a grid (l, l, channels) each.

    The levels' grids, raveled and one after another, are the operator's output.
    """
    cells = as_array("image", image, IMAGES[1:])
    check_pyramid(levels, mode)
    return [_link_level(cells, level, mode) for level in levels]


def check_pyramid(levels: Sequence[int], mode: str) -> None:
    """Raises OperatorError unless all levels are whole, from 1 up, and the mode is known."""
    if not isinstance(levels, Sequence) or not levels or not all(map(is_positive, levels)):
        raise OperatorError(
            "levels must be one or more whole numbers from 1 up, the bins along each axis, as "
            f"(1, 2, 4). Received: {levels!r}."
        )
    if mode not in RULES:
        raise OperatorError(f"mode must be 'max' or 'avg'. Received: {mode!r}.")


def _link_level(cells: Floats, level: int, mode: str) -> Linkage:
    _, weigh = RULES[mode]
    rows, columns, channels = cells.shape
    axes: list[AxisTaps] = [
        tuple(tuple(Tap(source) for source in range(part.start, part.stop)) for part in parts)
        for parts in (_cut_axis(rows, level), _cut_axis(columns, level))
    ]
    taps = max(map(len, axes[0])) * max(map(len, axes[1]))
    weights = np.zeros((level * level, channels, taps), np.float32)
    for number, (down, across) in enumerate(_cut(cells[None], level)):
        windows = look(cells[None, down, across], (_count(down), _count(across)))
        weights[number, :, : len(windows.cells)] = weigh(windows)[:, 0, 0, 0].T
    by_cell = weights.reshape(-1, taps)
    return Linkage(cells.shape, (*axes, link_one_to_one(channels)), by_cell)


def _cut(images: Floats, level: int) -> Iterator[tuple[slice, slice]]:
    """The rows and the columns of each of a level's bins, row by row."""
    for rows in _cut_axis(images.shape[1], level):
        for columns in _cut_axis(images.shape[2], level):
            yield rows, columns


def _cut_axis(size: int, level: int) -> list[slice]:
    return [slice(i * size // level, -(-(i + 1) * size // level)) for i in range(level)]


def _count(part: slice) -> int:
    return int(part.stop - part.start)

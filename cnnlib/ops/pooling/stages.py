"""Every pooling of one image as stages to draw, and the way back of a gradient.

Images are (rows, columns, channels). Each function takes the settings of the operator of the same
name and raises what it raises (OperatorError); it returns one stage, whose linkage has the weights
and whose output is the operator's, and takes no kernel.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops.convolution.arguments import IMAGES, Floats, Sizes, as_array, check_shape
from cnnlib.ops.linkage import Linkage
from cnnlib.ops.pooling import local, mixed, unpooling, whole
from cnnlib.ops.pooling.arguments import Chance
from cnnlib.ops.pooling.stochastic import (
    link_stochastic_pool2d,
    stochastic_pool2d,
    stochastic_pool2d_with_switches,
)
from cnnlib.ops.pooling.transpose import transpose
from cnnlib.ops.stages import Stage


def stage_max_pool2d(image: ArrayLike, pool_size: Sizes = 2, **settings: Any) -> list[Stage]:
    """Settings: strides, padding."""
    run, link = local.max_pool2d, local.link_max_pool2d
    return _make_stage("Max pooling", run, link, image, pool_size, **settings)


def stage_avg_pool2d(image: ArrayLike, pool_size: Sizes = 2, **settings: Any) -> list[Stage]:
    """Settings: strides, padding."""
    run, link = local.avg_pool2d, local.link_avg_pool2d
    return _make_stage("Average pooling", run, link, image, pool_size, **settings)


def stage_median_pool2d(image: ArrayLike, pool_size: Sizes = 2, **settings: Any) -> list[Stage]:
    """Settings: strides, padding."""
    run, link = local.median_pool2d, local.link_median_pool2d
    return _make_stage("Median pooling", run, link, image, pool_size, **settings)


def stage_mixed_pool2d(
    image: ArrayLike, pool_size: Sizes = 2, *, alpha: float, **settings: Any
) -> list[Stage]:
    """Settings: strides, padding."""
    run, link = mixed.mixed_pool2d, mixed.link_mixed_pool2d
    return _make_stage("Mixed pooling", run, link, image, pool_size, alpha=alpha, **settings)


def stage_gated_pool2d(image: ArrayLike, omega: ArrayLike, **settings: Any) -> list[Stage]:
    """Settings: strides, padding."""
    run, link = mixed.gated_pool2d, mixed.link_gated_pool2d
    return _make_stage("Gated pooling", run, link, image, omega, **settings)


def stage_stochastic_pool2d(
    image: ArrayLike,
    pool_size: Sizes = 2,
    *,
    rng: Chance = None,
    training: bool = True,
    **settings: Any,
) -> list[Stage]:
    """In training weight 1 for the drawn cells, else the probabilities. Settings: strides, padding.

    The same seed draws the same cells as `stochastic_pool2d(image[None], …, rng=seed)`.
    """
    cells = as_array("image", image, IMAGES[1:])
    if training:
        output, switches = stochastic_pool2d_with_switches(
            cells[None], pool_size, rng=rng, **settings
        )
        linkage = link_stochastic_pool2d(cells, pool_size, switches=switches[0], **settings)
    else:
        output = stochastic_pool2d(cells[None], pool_size, training=False, **settings)
        linkage = link_stochastic_pool2d(cells, pool_size, **settings)
    return [Stage("Stochastic pooling", linkage, output[0])]


def stage_global_avg_pool2d(image: ArrayLike) -> list[Stage]:
    """Output (1, 1, channels)."""
    run, link = whole.global_avg_pool2d, whole.link_global_avg_pool2d
    return _make_stage("Global average pooling", run, link, image, keepdims=True)


def stage_global_max_pool2d(image: ArrayLike) -> list[Stage]:
    """Output (1, 1, channels)."""
    run, link = whole.global_max_pool2d, whole.link_global_max_pool2d
    return _make_stage("Global max pooling", run, link, image, keepdims=True)


def stage_spatial_pyramid_level(image: ArrayLike, level: int, mode: str = "max") -> list[Stage]:
    """One level of the pyramid, output (level, level, channels); each level reads the image."""
    cells = as_array("image", image, IMAGES[1:])
    [linkage] = whole.link_spatial_pyramid_pool(cells, (level,), mode)
    output = whole.spatial_pyramid_pool(cells[None], (level,), mode)
    return [Stage(f"Level {level}", linkage, output.reshape(linkage.output_shape))]


def stage_max_unpool2d(
    grid: ArrayLike,
    switches: ArrayLike,
    output_shape: Sizes,
    pool_size: Sizes = 2,
    **settings: Any,
) -> list[Stage]:
    """From a pooled grid and its switches, both (rows, columns, channels). Settings: as pooled."""
    linkage = unpooling.link_max_unpool2d(grid, switches, output_shape, pool_size, **settings)
    batch, places = np.asarray(grid, np.float32)[None], np.asarray(switches)[None]
    return [Stage("Unpooling", linkage, unpooling.max_unpool2d(batch, places, output_shape)[0])]


def stage_avg_unpool2d(grid: ArrayLike, pool_size: Sizes = 2, **settings: Any) -> list[Stage]:
    """From a pooled grid (rows, columns, channels). Settings: strides, padding, output_shape."""
    run, link = unpooling.avg_unpool2d, unpooling.link_avg_unpool2d
    return _make_stage("Average unpooling", run, link, grid, pool_size, **settings)


def stage_way_back(stage: Stage, upstream: ArrayLike) -> list[Stage]:
    """The way of the gradient through a pooling stage: its linkage transposed, weights kept.

    It is the operator's gradient where the weights do not change with the input (see `transpose`):
    not for gated pooling, nor for stochastic pooling in inference.

    Args:
        upstream: the shape of the stage's output, the gradient by it.

    Raises:
        OperatorError: `upstream` has another shape.
    """
    above = as_array("upstream", upstream, IMAGES[1:])
    check_shape("upstream", above.shape, stage.output.shape, ", the stage's output's")
    linkage = transpose(stage.linkage)
    return [Stage("Gradient", linkage, linkage.apply(above))]


def _make_stage(
    name: str,
    operator: Callable[..., Floats],
    link: Callable[..., Linkage],
    image: ArrayLike,
    *arguments: Any,
    keepdims: bool = False,
    **settings: Any,
) -> list[Stage]:
    cells = as_array("image", image, IMAGES[1:])
    keep = {"keepdims": True} if keepdims else {}
    output = operator(cells[None], *arguments, **settings, **keep)[0]
    return [Stage(name, link(cells, *arguments, **settings), output)]

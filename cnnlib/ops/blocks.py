"""The block of a convolutional network: Convolution, BatchNorm, Activation, Pooling, Dropout.

The notes' order is CBAPD; here the steps may stand in any order, and each may be left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.errors import OperatorError
from cnnlib.ops.activations import ACTIVATIONS
from cnnlib.ops.convolution import conv2d
from cnnlib.ops.convolution.arguments import Floats
from cnnlib.ops.convolution.stages import stage_conv2d
from cnnlib.ops.dropout import dropout_steps
from cnnlib.ops.linkage import AxisTaps, Linkage, link_one_to_one
from cnnlib.ops.normalization import BatchNormSteps, batch_norm_steps
from cnnlib.ops.pooling import avg_pool2d, max_pool2d, stage_avg_pool2d, stage_max_pool2d
from cnnlib.ops.stages import Stage
from cnnlib.ops.windows import Padding

LETTERS = "CBAPD"
EPSILON = 1e-3  # Keras' own
POOLINGS = {"max": (max_pool2d, stage_max_pool2d), "avg": (avg_pool2d, stage_avg_pool2d)}


@dataclass(frozen=True)
class Block:
    """A block's steps in their order, with what each of them needs.

    steps: letters of CBAPD, each at most once; those that are missing are left out.
    kernel: (rows, columns, channels, filters); bias: (filters,). padding: the convolution's.
    activation: a name of `cnnlib.ops.activations.ACTIVATIONS`. pooling: "max" or "avg".
    pool_size: window and stride; pooled with padding SAME, as the notes' Baseline does.
    rate: the share that dropout lets fall.
    moving: (mean, variance), each (channels,), for BatchNorm in inference; gamma is 1, beta 0.
    """

    steps: tuple[str, ...]
    kernel: Floats
    bias: Floats
    padding: Padding = "valid"
    activation: str = "relu"
    pooling: str = "max"
    pool_size: int = 2
    rate: float = 0.2
    moving: tuple[Floats, Floats] | None = None

    def __post_init__(self) -> None:
        if len(set(self.steps)) < len(self.steps) or not set(self.steps) <= set(LETTERS):
            raise OperatorError(
                f"steps must be letters of {LETTERS}, each at most once. "
                f"Received: {', '.join(self.steps)}."
            )


def run_block(images: ArrayLike, block: Block, *, training: bool = False) -> Floats:
    """Images (images, rows, columns, channels) through all steps but dropout, which lets all pass.

    Args:
        training: BatchNorm takes the mean and variance of these images; else `moving`.

    Raises:
        OperatorError: a setting breaks a rule.
    """
    values = np.asarray(images, np.float32)
    for step in block.steps:
        values = _run_step(step, values, block, training)
    return values


def _run_step(step: str, values: Floats, block: Block, training: bool) -> Floats:
    if step == "C":
        return conv2d(values, block.kernel, padding=block.padding, bias=block.bias)
    if step == "B":
        return _normalize(values, block, training).output
    if step == "A":
        return ACTIVATIONS[block.activation].function(values)
    if step == "P":
        return POOLINGS[block.pooling][0](values, block.pool_size, padding="same")
    return values


def _normalize(values: Floats, block: Block, training: bool) -> BatchNormSteps:
    channels = values.shape[-1]
    ones, zeros = np.ones(channels, np.float32), np.zeros(channels, np.float32)
    mean, variance = block.moving or (zeros, ones)  # a new layer's
    return batch_norm_steps(
        values,
        ones,
        zeros,
        moving_mean=mean,
        moving_variance=variance,
        training=training,
        epsilon=EPSILON,
    )


def with_moving(block: Block, images: ArrayLike) -> Block:
    """The block with the mean and variance that BatchNorm sees over all these images."""
    if "B" not in block.steps:
        return block
    before = replace(block, steps=block.steps[: block.steps.index("B")])
    seen = run_block(images, before)
    return replace(block, moving=(seen.mean(axis=(0, 1, 2)), seen.var(axis=(0, 1, 2))))


def swap_steps(block: Block, first: int) -> Block:
    """The block with its step number `first` and the one after it changing places."""
    steps = list(block.steps)
    steps[first : first + 2] = reversed(steps[first : first + 2])
    return replace(block, steps=tuple(steps))


@dataclass(frozen=True)
class Swap:
    """Two neighbours that change places: how far the block's output moves.

    difference: max |Δ| of the outputs; None where they have other shapes, or the other order
        breaks a rule. scale: the largest value of the two outputs.
    shape: (rows, columns, channels) of the other order's output; None where it breaks a rule.
    """

    first: str
    second: str
    difference: float | None
    scale: float
    shape: tuple[int, ...] | None


def compare_swaps(image: ArrayLike, others: ArrayLike, block: Block) -> list[Swap]:
    """Every pair of neighbours swapped, one pair at a time, in inference.

    Args:
        image: (rows, columns, channels), whose outputs are compared.
        others: (images, rows, columns, channels), over which each order measures its moving
            statistics anew.
    """
    x = np.asarray(image, np.float32)[None]

    def run(variant: Block) -> Floats:
        output: Floats = run_block(x, with_moving(variant, others))[0]
        return output

    before = run(block)
    return [
        _compare(first, second, before, partial(run, swap_steps(block, number)))
        for number, (first, second) in enumerate(pairwise(block.steps))
    ]


def _compare(first: str, second: str, before: Floats, run: Callable[[], Floats]) -> Swap:
    scale = float(np.abs(before).max())
    try:
        after = run()
    except OperatorError:  # a kernel that does not fit any more, say
        return Swap(first, second, None, scale, None)
    scale = max(scale, float(np.abs(after).max()))
    difference = float(np.abs(before - after).max()) if before.shape == after.shape else None
    return Swap(first, second, difference, scale, after.shape)


def stage_block(image: ArrayLike, block: Block, *, training: bool, seed: int = 0) -> list[Stage]:
    """Every step of one image (rows, columns, channels) as a stage to draw, named by its letter.

    Args:
        training: BatchNorm takes this image's mean and variance, and dropout draws; else BatchNorm
            takes `moving`, and dropout lets all pass.

    Raises:
        OperatorError: a setting breaks a rule.
    """
    values, stages = np.asarray(image, np.float32), []
    for step in block.steps:
        stage = replace(_STAGES[step](values, block, training, seed), name=step)
        stages.append(stage)
        values = stage.output
    return stages


def _stage_convolution(values: Floats, block: Block, training: bool, seed: int) -> Stage:
    [stage] = stage_conv2d(values, block.kernel, padding=block.padding, bias=block.bias)
    return replace(stage, kernel=block.kernel, bias=block.bias)  # these very arrays, not copies


def _stage_norm(values: Floats, block: Block, training: bool, seed: int) -> Stage:
    """As one factor and one summand for each channel: what batch normalisation comes down to."""
    done = _normalize(values[None], block, training)
    scale: Floats = 1 / np.sqrt(done.variance + np.float32(EPSILON))
    axes = (*map(link_one_to_one, values.shape[:2]), link_one_to_one(len(scale), weight_step=1))
    return Stage("B", Linkage(values.shape, axes), done.output[0], scale, -done.mean * scale)


def _stage_activation(values: Floats, block: Block, training: bool, seed: int) -> Stage:
    """Weight 1 where ReLU lets a number pass; other functions have no weights."""
    output = ACTIVATIONS[block.activation].function(values)
    weights = None
    if block.activation == "relu":
        weights = (values > 0).astype(np.float32).reshape(-1, 1)
    return Stage("A", Linkage(values.shape, _link_same(values.shape), weights), output)


def _stage_pooling(values: Floats, block: Block, training: bool, seed: int) -> Stage:
    [stage] = POOLINGS[block.pooling][1](values, block.pool_size, padding="same")
    return stage


def _stage_dropout(values: Floats, block: Block, training: bool, seed: int) -> Stage:
    done = dropout_steps(values, block.rate, rng=seed, training=training)
    weights = np.where(done.mask, np.float32(done.scale), np.float32(0)).reshape(-1, 1)
    return Stage("D", Linkage(values.shape, _link_same(values.shape), weights), done.output)


def _link_same(shape: Sequence[int]) -> tuple[AxisTaps, ...]:
    return tuple(link_one_to_one(size) for size in shape)


_STAGES: dict[str, Callable[[Floats, Block, bool, int], Stage]] = {
    "C": _stage_convolution,
    "B": _stage_norm,
    "A": _stage_activation,
    "P": _stage_pooling,
    "D": _stage_dropout,
}

"""What training a network asks of memory and of time, estimated from its declaration.

Memory is counted after Sohoni et al., «Low-Memory Neural Network Training», 2019, section 2: the
model's weights, what the optimizer keeps, and the activations that the way back needs. All numbers
are float32, of four bytes. Time is MACs by the speed that this machine has shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import TypeVar

import numpy as np

from cnnlib.arch.analysis import Summary, analyze
from cnnlib.arch.spec import Spec

BYTES_A_VALUE = 4
OPTIMIZER_SLOTS = {
    "adam": 2, "adamw": 2, "sgd": 0, "momentum": 1, "nesterov": 1, "rmsprop": 1
}  # fmt: skip
"""How many numbers Keras' optimizers keep of each trainable parameter: Adam two running means (of
the gradient and of its square), RMSprop one (of the square), momentum one, plain SGD none."""

PASSES = 3
"""Of a training step, in forward passes: forward one; back two more, as many MACs for the gradient
by the weights as for the gradient by the inputs."""

MOST_UNLIKE = 20
"""How many times the MACs of another network may be that a pace still tells of this one."""

EPOCH_IMAGES = 50_000  # CIFAR-10's training images


@dataclass(frozen=True)
class Memory:
    """Bytes that a training step needs; `activations` are those of one batch.

    `inference` is what remains when nothing is learned: the weights, and a layer's inputs and
    outputs, the largest such pair.
    """

    weights: int
    gradients: int
    optimizer: int
    activations: int
    inference: int

    @property
    def total(self) -> int:
        return self.weights + self.gradients + self.optimizer + self.activations


def estimate_memory(spec: Spec, batch_size: int, optimizer: str = "adam") -> Memory:
    """The memory of a training step with a batch.

        weights     4 · parameters
        gradients   4 · trainable parameters
        optimizer   4 · slots · trainable parameters
        activations 4 · batch · (values of the image + values of all layers' outputs)

    The true peak is another: the framework keeps further copies (an activation inside a
    convolution, dropout's masks, workspace), and gives back early what it no longer needs.

    Args:
        batch_size: images in a batch.
        optimizer: one of `OPTIMIZER_SLOTS`.

    Raises:
        LayerError: a layer does not fit what comes before it.
    """
    summary = analyze(spec)
    image = prod(spec.input_shape)
    kept = image + sum(row.values for row in summary.layers)
    largest = max(sum(map(prod, row.input_shapes)) + row.values for row in summary.layers)
    weights = BYTES_A_VALUE * summary.params
    learned = BYTES_A_VALUE * summary.trainable_params
    return Memory(
        weights=weights,
        gradients=learned,
        optimizer=OPTIMIZER_SLOTS[optimizer] * learned,
        activations=BYTES_A_VALUE * batch_size * kept,
        inference=weights + BYTES_A_VALUE * batch_size * largest,
    )


@dataclass(frozen=True)
class Pace:
    """One training's speed: `macs` of the network for one image, `images` a second."""

    macs: int
    images_per_second: float

    @property
    def macs_per_second(self) -> float:
        return PASSES * self.macs * self.images_per_second


AnyPace = TypeVar("AnyPace", bound=Pace)


def find_nearest(macs: int, paces: Iterable[AnyPace], count: int = 3) -> list[AnyPace]:
    """The paces of those networks that are most alike in MACs, by the ratio; at most `count`.

    Small networks keep a machine waiting more than large ones, so a pace tells little of a network
    that is more than `MOST_UNLIKE` times as large or as small.
    """
    known = [pace for pace in paces if pace.macs > 0 and pace.images_per_second > 0]
    ratios = [(max(pace.macs / macs, macs / pace.macs), pace) for pace in known]
    alike = [(ratio, pace) for ratio, pace in ratios if ratio <= MOST_UNLIKE]
    return [pace for _, pace in sorted(alike, key=lambda each: each[0])[:count]]


def estimate_seconds(summary: Summary, images: int, paces: Sequence[Pace]) -> float:
    """How long the training steps of so many images take: 3 · MACs · images / speed.

    Args:
        paces: at least one; their median speed counts.
    """
    speed = float(np.median([pace.macs_per_second for pace in paces]))
    return PASSES * summary.macs * images / speed

"""Dropout: in training each number is set to 0 by chance, and the others grow to make up for it.

Srivastava et al., «Dropout: a simple way to prevent neural networks from overfitting», JMLR 2014.
This is the inverted form of Keras and TensorFlow: scaled by 1 / (1 - rate) in training, so that
nothing is left to do in inference.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.errors import OperatorError
from cnnlib.ops.activations import as_floats
from cnnlib.ops.convolution.arguments import IMAGES, Floats, as_array, check_shape, is_positive
from cnnlib.ops.pooling.arguments import Chance, as_generator


@dataclass(frozen=True)
class DropoutSteps:
    """Dropout step by step.

    mask: x's shape, True where a number stays; all True in inference.
    scale: 1 / (1 - rate), what those that stay are multiplied by; 1 in inference.
    output: x's shape, float32.
    """

    mask: NDArray[np.bool_]
    scale: float
    output: Floats


def dropout(x: ArrayLike, rate: float, *, rng: Chance = None, training: bool = True) -> Floats:
    """Set each number to 0 with probability `rate` and divide the others by 1 - rate.

    Args:
        x: any shape.
        rate: 0 up to, but not including, 1; 0 changes nothing.
        rng: a NumPy generator, or a seed; one number is drawn for each of x, in order.
        training: False returns x as it is.

    Returns:
        x's shape, float32; its expectation is x.

    Raises:
        OperatorError: rate or rng breaks a rule.
    """
    return dropout_steps(x, rate, rng=rng, training=training).output


def dropout_steps(
    x: ArrayLike, rate: float, *, rng: Chance = None, training: bool = True
) -> DropoutSteps:
    """`dropout` with the mask and the scale."""
    values = as_floats("x", x)
    return _drop(values, rate, values.shape, rng, training)


def spatial_dropout2d(
    x: ArrayLike, rate: float, *, rng: Chance = None, training: bool = True
) -> Floats:
    """`dropout` of whole channels of an image, as `keras.layers.SpatialDropout2D`.

    Neighbouring cells of a feature map are much alike, so dropping single ones hides little
    (Tompson et al., CVPR 2015).

    Args:
        x: (images, rows, columns, channels).

    Raises:
        OperatorError: x, rate or rng breaks a rule.
    """
    values = as_array("x", x, IMAGES)
    drawn = (len(values), 1, 1, values.shape[-1])
    return _drop(values, rate, drawn, rng, training).output


def dropout_gradient(upstream: ArrayLike, steps: DropoutSteps) -> Floats:
    """The gradient by x: `upstream`, where the same mask let x through, times the same scale.

    Raises:
        OperatorError: `upstream` has not the mask's shape.
    """
    above = as_floats("upstream", upstream)
    check_shape("upstream", above.shape, steps.mask.shape, ", x's")
    return np.where(steps.mask, above * np.float32(steps.scale), np.float32(0))


def mean_of_draws(x: ArrayLike, rate: float, *, draws: int, rng: Chance = None) -> Iterator[Floats]:
    """The mean of 1, 2, … `draws` outputs of dropout: it comes nearer and nearer to x.

    Only the running sum is kept. After n draws a cell's standard error is
    |x| · √(rate / (1 - rate) / n).

    Args:
        draws: a whole number from 1 up.

    Returns:
        An iterator over arrays of x's shape, float32.

    Raises:
        OperatorError: an argument breaks a rule; at once, not at the first step.
    """
    if not is_positive(draws):
        raise OperatorError(f"draws must be a whole number from 1 up. Received: {draws!r}.")
    check_rate(rate)
    return _average(as_floats("x", x), rate, draws, as_generator(rng))


def _average(values: Floats, rate: float, draws: int, rng: np.random.Generator) -> Iterator[Floats]:
    total = np.zeros(values.shape)
    for count in range(1, draws + 1):
        total += dropout(values, rate, rng=rng)
        yield (total / count).astype(np.float32)


def check_rate(rate: float) -> None:
    """Raises OperatorError unless `rate` is a number from 0 up to, but not including, 1."""
    number = isinstance(rate, int | float | np.number) and not isinstance(rate, bool)
    if not number or not 0 <= rate < 1:
        raise OperatorError(
            "rate must be a number from 0 up to, but not including, 1: the share that is dropped. "
            f"At 1 nothing would be left to scale up. Received: {rate!r}."
        )


def _drop(
    values: Floats, rate: float, drawn: tuple[int, ...], rng: Chance, training: bool
) -> DropoutSteps:
    check_rate(rate)
    generator = as_generator(rng)
    if not training or rate == 0:
        return DropoutSteps(np.ones(values.shape, np.bool_), 1.0, values.copy())
    stays = np.broadcast_to(generator.random(drawn) >= rate, values.shape)
    scale = 1 / (1 - float(rate))
    return DropoutSteps(stays, scale, np.where(stays, values * np.float32(scale), np.float32(0)))

"""Batch normalisation: each channel shifted and scaled to mean 0 and variance 1, then to its own.

Ioffe & Szegedy, «Batch normalization: accelerating deep network training by reducing internal
covariate shift», ICML 2015, algorithms 1 and 2; settings as `keras.layers.BatchNormalization`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.errors import OperatorError
from cnnlib.ops.activations import as_floats
from cnnlib.ops.convolution.arguments import Floats, as_array, check_shape


@dataclass(frozen=True)
class BatchNormSteps:
    """Batch normalisation step by step; C channels.

    mean, variance: (C,), what x is normalised with: the batch's own in training, else the moving.
    x_hat: x's shape, (x - mean) / √(variance + epsilon).
    output: x's shape, gamma · x_hat + beta.
    moving_mean, moving_variance: (C,), as they are afterwards; None where none were given.
    """

    mean: Floats
    variance: Floats
    x_hat: Floats
    output: Floats
    moving_mean: Floats | None
    moving_variance: Floats | None


class BatchNormGradient(NamedTuple):
    """x: the input's shape. gamma, beta: (channels,)."""

    x: Floats
    gamma: Floats
    beta: Floats


def batch_norm(
    x: ArrayLike,
    gamma: ArrayLike,
    beta: ArrayLike,
    *,
    moving_mean: ArrayLike | None = None,
    moving_variance: ArrayLike | None = None,
    training: bool = True,
    momentum: float = 0.99,
    epsilon: float = 1e-3,
) -> Floats:
    """gamma · (x - mean) / √(variance + epsilon) + beta, for each channel.

    Args:
        x: (…, channels): any axes before the channels, all of them averaged over.
        gamma, beta: (channels,), learnt.
        moving_mean, moving_variance: (channels,). Needed in inference only.
        training: with the mean and variance of this batch; else with the moving ones.
        momentum: 0 to 1, see `batch_norm_steps`.
        epsilon: above 0; keeps the root away from 0.

    Returns:
        x's shape, float32.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    return batch_norm_steps(
        x,
        gamma,
        beta,
        moving_mean=moving_mean,
        moving_variance=moving_variance,
        training=training,
        momentum=momentum,
        epsilon=epsilon,
    ).output


def batch_norm_steps(
    x: ArrayLike,
    gamma: ArrayLike,
    beta: ArrayLike,
    *,
    moving_mean: ArrayLike | None = None,
    moving_variance: ArrayLike | None = None,
    training: bool = True,
    momentum: float = 0.99,
    epsilon: float = 1e-3,
) -> BatchNormSteps:
    """`batch_norm` with everything on the way.

    The variance is the biased one, divided by the count. In training the moving statistics become
    momentum · old + (1 - momentum) · this batch's; a layer starts with mean 0 and variance 1.
    """
    values = _as_batch(x)
    channels = values.shape[-1]
    scale, shift = _as_vector("gamma", gamma, channels), _as_vector("beta", beta, channels)
    moved = _as_moving(moving_mean, moving_variance, channels, training)
    _check_settings(momentum, epsilon)
    mean, variance = _measure(values) if training or moved is None else moved
    x_hat = (values - mean) / np.sqrt(variance + np.float32(epsilon))
    if moved and training:
        keep = np.float32(momentum)
        moved = (
            keep * moved[0] + (1 - keep) * mean,
            keep * moved[1] + (1 - keep) * variance,
        )
    return BatchNormSteps(mean, variance, x_hat, scale * x_hat + shift, *(moved or (None, None)))


def batch_norm_gradient(
    x: ArrayLike,
    upstream: ArrayLike,
    gamma: ArrayLike,
    *,
    moving_mean: ArrayLike | None = None,
    moving_variance: ArrayLike | None = None,
    training: bool = True,
    epsilon: float = 1e-3,
) -> BatchNormGradient:
    """By x, gamma and beta. In training x also moves the mean and the variance.

    There the gradient by x is gamma / √(variance + epsilon) times what is left of `upstream` when
    its mean is taken off, and its part along x_hat; in inference the factor alone.

    Args:
        upstream: x's shape, the gradient by the output.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    steps = batch_norm_steps(
        x,
        gamma,
        np.zeros_like(gamma, np.float32),
        moving_mean=moving_mean,
        moving_variance=moving_variance,
        training=training,
        epsilon=epsilon,
    )
    above = as_floats("upstream", upstream)
    check_shape("upstream", above.shape, steps.output.shape, ", x's")
    axes = tuple(range(above.ndim - 1))
    by_gamma, by_beta = (above * steps.x_hat).sum(axis=axes), above.sum(axis=axes)
    rest = above
    if training:
        count = steps.x_hat.size // steps.x_hat.shape[-1]
        rest = above - (by_beta + steps.x_hat * by_gamma) / np.float32(count)
    factor = as_floats("gamma", gamma) / np.sqrt(steps.variance + np.float32(epsilon))
    return BatchNormGradient(factor * rest, by_gamma, by_beta)


def _as_batch(x: ArrayLike) -> Floats:
    values = as_floats("x", x)
    if values.ndim < 2 or not values.size:
        raise OperatorError(
            "x must have the axes (…, channels), at least one before the channels and none empty. "
            f"Received shape {values.shape}."
        )
    return values


def _as_vector(name: str, value: ArrayLike, channels: int) -> Floats:
    vector = as_array(name, value, ("channels",))
    check_shape(name, vector.shape, (channels,), ", a number for each channel of x")
    return vector


def _as_moving(
    mean: ArrayLike | None, variance: ArrayLike | None, channels: int, training: bool
) -> tuple[Floats, Floats] | None:
    if mean is None and variance is None and training:
        return None
    if mean is None or variance is None:
        raise OperatorError(
            "moving_mean and moving_variance must both be given"
            f"{' or both left out' if training else ' when training=False'}. Take zeros and ones, "
            f"as a new layer has. Received: {'no' if mean is None else 'a'} moving_mean, "
            f"{'no' if variance is None else 'a'} moving_variance."
        )
    spread = _as_vector("moving_variance", variance, channels)
    if (spread < 0).any():
        raise OperatorError(
            f"moving_variance must be 0 or more everywhere. Received: {spread.min():g}."
        )
    return _as_vector("moving_mean", mean, channels), spread


def _check_settings(momentum: float, epsilon: float) -> None:
    if not 0 <= momentum <= 1:
        raise OperatorError(
            f"momentum must be from 0 to 1, the share of the old value that stays. "
            f"Received: {momentum!r}."
        )
    if not epsilon > 0:
        raise OperatorError(
            "epsilon must be above 0, or a channel of equal numbers would be divided by 0. Take "
            f"0.001, as Keras. Received: {epsilon!r}."
        )


def _measure(values: Floats) -> tuple[Floats, Floats]:
    axes = tuple(range(values.ndim - 1))
    return values.mean(axis=axes), values.var(axis=axes)

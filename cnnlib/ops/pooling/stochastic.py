"""Stochastic pooling: each window draws one of its cells, the larger the likelier.

Zeiler & Fergus, «Stochastic pooling for regularization of deep convolutional neural networks», ICLR
2013, section 3. It is meant for activations from 0 up, after a ReLU. Here a negative one has the
probability 0, so that pooling x is the same as pooling relu(x); a window without any positive cell
draws none and gives 0.
"""

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops.convolution.arguments import Floats, Sizes
from cnnlib.ops.linkage import Linkage
from cnnlib.ops.pooling.arguments import Chance, as_generator
from cnnlib.ops.pooling.switches import Switched, as_switches
from cnnlib.ops.pooling.windows import Windows, link, look, look_at_one


def stochastic_pool2d(
    x: ArrayLike,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
    rng: Chance = None,
    training: bool = True,
) -> Floats:
    """In training one cell of each window, drawn with p_i = a_i / Σ a; else their mean Σ p_i a_i.

    Args:
        x: (images, rows, columns, channels).
        pool_size, strides, padding: as `max_pool2d`.
        rng: a NumPy generator, or a seed; used in training only. One number is drawn for each
            output cell, in the output's order.

    Returns:
        (images, out rows, out columns, channels), float32, from 0 up.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    if training:
        drawn = stochastic_pool2d_with_switches(
            x, pool_size, strides=strides, padding=padding, rng=rng
        )
        return drawn.output
    windows = look(x, pool_size, strides=strides, padding=padding)
    means: Floats = (_weigh_by_share(windows) * windows.cells).sum(axis=0)
    return means


def stochastic_pool2d_with_switches(
    x: ArrayLike,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
    rng: Chance = None,
) -> Switched:
    """`stochastic_pool2d` in training, and which cell each window drew; -1 where it drew none.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    generator = as_generator(rng)
    windows = look(x, pool_size, strides=strides, padding=padding)
    heaps = _clip(windows).cumsum(axis=0, dtype=np.float64)
    marks = generator.random(windows.shape) * heaps[-1]
    taps = (heaps > marks).argmax(axis=0)  # the first heap that reaches beyond the mark
    found = heaps[-1] > 0
    output = np.where(found, windows.pick(taps), np.float32(0))
    return Switched(output, np.where(found, windows.locate(taps), -1))


def compute_probabilities(
    x: ArrayLike, pool_size: Sizes = 2, *, strides: Sizes | None = None, padding: str = "valid"
) -> Floats:
    """p_i of every window's cells: (taps, images, out rows, out columns, channels).

    A window's taps are counted row by row; its probabilities add up to 1, or are all 0.
    """
    return _weigh_by_share(look(x, pool_size, strides=strides, padding=padding))


def stochastic_pool2d_gradient(
    x: ArrayLike,
    upstream: ArrayLike,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
    switches: ArrayLike | None = None,
) -> Floats:
    """The gradient by x, to the cells that were drawn; without switches that of the mean Σ p_i a_i.

    The mean is Σ a² / Σ a; by a_j it is (2 a_j - mean) / Σ a, and 0 for a negative cell.

    Args:
        upstream: (images, out rows, out columns, channels).
        switches: what `stochastic_pool2d_with_switches` drew.

    Returns:
        x's shape.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    windows = look(x, pool_size, strides=strides, padding=padding)
    above = windows.as_upstream(upstream)
    if switches is not None:
        return windows.send_back(_weigh_by_switches(windows, switches) * above)
    activations = _clip(windows)
    sums = activations.sum(axis=0)
    means = (_weigh_by_share(windows) * activations).sum(axis=0)
    slopes = _divide(2 * activations - means, sums) * (activations > 0)
    return windows.send_back(slopes * above)


def link_stochastic_pool2d(
    image: ArrayLike,
    pool_size: Sizes = 2,
    *,
    strides: Sizes | None = None,
    padding: str = "valid",
    switches: ArrayLike | None = None,
) -> Linkage:
    """What `stochastic_pool2d` of one image (rows, columns, channels) reads.

    Args:
        switches: (out rows, out columns, channels), the drawn cells: they weigh 1. Without: every
            cell weighs its probability, as in inference.
    """
    windows = look_at_one(image, pool_size, strides=strides, padding=padding)
    if switches is None:
        return link(windows, _weigh_by_share(windows))
    return link(windows, _weigh_by_switches(windows, np.asarray(switches)[None]))


def _clip(windows: Windows) -> Floats:
    return np.maximum(windows.cells, 0)


def _weigh_by_share(windows: Windows) -> Floats:
    activations = _clip(windows)
    return _divide(activations, activations.sum(axis=0))


def _weigh_by_switches(windows: Windows, switches: ArrayLike) -> Floats:
    return windows.match(as_switches(switches, windows.shape, windows.sweep.sizes))


def _divide(parts: Floats, sums: Floats) -> Floats:
    """parts / sums, and 0 where a sum is 0."""
    return np.divide(parts, sums, out=np.zeros_like(parts), where=sums > 0)

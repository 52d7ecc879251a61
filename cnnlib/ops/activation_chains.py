"""What activations do to a gradient: curves, chains of layers, units that never fire."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.ops.activations import ACTIVATIONS, as_floats

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
FARTHEST = 12.0  # beyond it no activation has its steepest slope


def trace_curve(name: str, xs: ArrayLike, others: ArrayLike = ()) -> tuple[Floats, Floats]:
    """An activation and its derivative along xs.

    Args:
        name: a key of `ACTIVATIONS`.
        xs: (points,).
        others: (scores,), for softmax: the other scores, which stay as they are.

    Returns:
        (values, slopes), (points,) each.
    """
    activation, points = ACTIVATIONS[name], as_floats("xs", xs)
    if name != "softmax":
        return activation.function(points), activation.derivative(points)
    rest = np.broadcast_to(as_floats("others", others), (len(points), np.size(others)))
    rows = np.concatenate([points[:, np.newaxis], rest], axis=1)
    return activation.function(rows)[:, 0], activation.derivative(rows)[:, 0]


def find_steepest(name: str) -> float:
    """The largest |derivative|: 0.25 for sigmoid, 1 for tanh and ReLU."""
    return float(np.abs(trace_curve(name, np.linspace(-FARTHEST, FARTHEST, 9601))[1]).max())


def chain_gradients(
    name: str, z: ArrayLike, layers: int, *, weight: float = 1.0, bias: float = 0.0
) -> Doubles:
    """How much of a gradient passes back through 1, 2, … layers of one unit each.

    Each layer is f(z), and the next z = weight · f(z) + bias. After k layers the derivative of the
    last f by the first z is the product of k slopes and k - 1 weights.

    Args:
        name: a key of `ACTIVATIONS`, but softmax.
        z: any shape, what goes into the first activation.
        layers: how many.

    Returns:
        (layers,), the mean of |derivative| over all of z.
    """
    values = as_floats("z", z).ravel()
    product = np.ones(values.size)
    means = np.empty(layers)
    for layer in range(layers):
        product *= ACTIVATIONS[name].derivative(values)
        means[layer] = np.abs(product).mean()
        product *= weight
        values = np.float32(weight) * ACTIVATIONS[name].function(values) + np.float32(bias)
    return means


def count_dead(sums: ArrayLike, biases: ArrayLike) -> Doubles:
    """The share of ReLU units that never fire, for each bias.

    Args:
        sums: (…, units), what each unit adds up before its bias, over all that it is shown.
        biases: (points,), the same one for all units.

    Returns:
        (points,), 0 to 1.
    """
    values = as_floats("sums", sums)
    largest = values.reshape(-1, values.shape[-1]).max(axis=0)
    shifted = largest + as_floats("biases", biases)[:, np.newaxis]
    shares: Doubles = (shifted <= 0).mean(axis=1)
    return shares

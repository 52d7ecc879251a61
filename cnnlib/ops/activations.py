"""Activation functions, stable for large inputs, with their derivatives, as Keras computes them.

All take and give arrays of any shape, float32; x is what goes into the activation. Where a function
has a corner, at 0, the derivative is that of its left side, as TensorFlow's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import erf, pi, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution.arguments import Floats

LEAKY_SLOPE = 0.3
"""The default of `keras.layers.LeakyReLU`; `keras.activations.leaky_relu` has 0.2."""

FLAT = 0.01
"""A slope nearer to 0 than this counts as saturated."""

CUBIC = 0.044715
"""Of the approximate GELU (Hendrycks & Gimpel, 2016)."""

Doubles = NDArray[np.float64]
_erf = np.vectorize(erf, otypes=[np.float64])


def as_floats(name: str, value: ArrayLike) -> Floats:
    """`value` as float32, of any shape.

    Raises:
        OperatorError: it is not made of numbers.
    """
    try:
        return np.asarray(value, np.float32)
    except (TypeError, ValueError):
        kind = type(value).__name__
        raise OperatorError(f"{name} must be an array of numbers. Received: a {kind}.") from None


def relu(x: ArrayLike) -> Floats:
    """max(x, 0)."""
    return np.maximum(as_floats("x", x), np.float32(0))


def relu_derivative(x: ArrayLike) -> Floats:
    """1 above 0, else 0."""
    return np.where(as_floats("x", x) > 0, np.float32(1), np.float32(0))


def sigmoid(x: ArrayLike) -> Floats:
    """1 / (1 + e^-x); only e to negative numbers is computed, so nothing overflows."""
    values = as_floats("x", x)
    small = np.exp(-np.abs(values))
    shares: Floats = np.where(values >= 0, np.float32(1), small) / (1 + small)
    return shares


def sigmoid_derivative(x: ArrayLike) -> Floats:
    """σ(x) · σ(-x), which is σ(1 - σ) and keeps its digits far out."""
    values = as_floats("x", x)
    return sigmoid(values) * sigmoid(-values)


def tanh(x: ArrayLike) -> Floats:
    """(e^x - e^-x) / (e^x + e^-x)."""
    values: Floats = np.tanh(as_floats("x", x))
    return values


def tanh_derivative(x: ArrayLike) -> Floats:
    """1 - tanh², computed as 4 · σ'(2x), which keeps its digits far out."""
    return 4 * sigmoid_derivative(2 * as_floats("x", x))


def softmax(x: ArrayLike) -> Floats:
    """e^x over its sum along the last axis, after taking the largest off."""
    values = as_floats("x", x)
    if values.ndim == 0 or values.shape[-1] == 0:
        raise OperatorError(
            f"x must have a last axis with one number or more for softmax to share 1 among. "
            f"Received shape {values.shape}."
        )
    powers = np.exp(values - values.max(axis=-1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def softmax_derivative(x: ArrayLike) -> Floats:
    """p · (1 - p): each output by its own input. The whole of it is `softmax_jacobian`."""
    shares = softmax(x)
    return shares * (1 - shares)


def softmax_jacobian(x: ArrayLike) -> Floats:
    """(…, outputs, inputs): p_i · (δ_ij - p_j)."""
    shares = softmax(x)
    return shares[..., None] * (np.eye(shares.shape[-1], dtype=np.float32) - shares[..., None, :])


def leaky_relu(x: ArrayLike, negative_slope: float = LEAKY_SLOPE) -> Floats:
    """x, and negative_slope · x below 0."""
    values = as_floats("x", x)
    return np.where(values > 0, values, np.float32(negative_slope) * values)


def leaky_relu_derivative(x: ArrayLike, negative_slope: float = LEAKY_SLOPE) -> Floats:
    """1 above 0, else negative_slope."""
    return np.where(as_floats("x", x) > 0, np.float32(1), np.float32(negative_slope))


def elu(x: ArrayLike, alpha: float = 1.0) -> Floats:
    """x, and alpha · (e^x - 1) below 0."""
    values = as_floats("x", x)
    return np.where(values > 0, values, np.float32(alpha) * np.expm1(np.minimum(values, 0)))


def elu_derivative(x: ArrayLike, alpha: float = 1.0) -> Floats:
    """1 above 0, else alpha · e^x."""
    values = as_floats("x", x)
    return np.where(values > 0, np.float32(1), np.float32(alpha) * np.exp(np.minimum(values, 0)))


def gelu(x: ArrayLike, approximate: bool = False) -> Floats:
    """x · Φ(x), Φ the share of a standard normal below x; approximate: Φ by a tanh, as Keras."""
    values = as_floats("x", x).astype(np.float64)
    return (values * _share_below(values, approximate)).astype(np.float32)


def gelu_derivative(x: ArrayLike, approximate: bool = False) -> Floats:
    """Φ(x) + x · Φ'(x); Φ' is the normal density, or the slope of the tanh."""
    values = as_floats("x", x).astype(np.float64)
    share = _share_below(values, approximate)
    if approximate:  # the share is σ(2u), whose slope is σ(1 - σ) · 2u'
        slope = share * (1 - share) * 2 * sqrt(2 / pi) * (1 + 3 * CUBIC * values**2)
    else:
        slope = np.exp(-(values**2) / 2) / sqrt(2 * pi)
    return (share + values * slope).astype(np.float32)


def _share_below(values: Doubles, approximate: bool) -> Doubles:
    if approximate:
        return (1 + np.tanh(sqrt(2 / pi) * (values + CUBIC * values**3))) / 2
    share: Doubles = (1 + _erf(values / sqrt(2))) / 2
    return share


def silu(x: ArrayLike) -> Floats:
    """x · σ(x), also called swish."""
    values = as_floats("x", x)
    return values * sigmoid(values)


def silu_derivative(x: ArrayLike) -> Floats:
    """σ(x) + x · σ'(x)."""
    values = as_floats("x", x)
    return sigmoid(values) + values * sigmoid_derivative(values)


@dataclass(frozen=True)
class Activation:
    """One activation function, to draw and to explain.

    function, derivative: array in, array of the same shape out.
    keras_name: what `keras.activations.get` and a layer's `activation=` take. LeakyReLU and GELU
        have other settings there: `keras.layers.LeakyReLU()`, `gelu(x, approximate=True)`.
    formula: LaTeX. sentence: what it does, in plain English.
    """

    title: str
    function: Callable[..., Floats]
    derivative: Callable[..., Floats]
    keras_name: str
    formula: str
    sentence: str


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation("ReLU", relu, relu_derivative, "relu", r"\max(x, 0)",
        "Lets positive numbers pass and stops negative ones."),
    "sigmoid": Activation("Sigmoid", sigmoid, sigmoid_derivative, "sigmoid",
        r"\frac{1}{1 + e^{-x}}", "Squeezes every number between 0 and 1; flat far from 0."),
    "tanh": Activation("Tanh", tanh, tanh_derivative, "tanh", r"\frac{e^x - e^{-x}}{e^x + e^{-x}}",
        "Squeezes every number between −1 and 1; flat far from 0."),
    "softmax": Activation("Softmax", softmax, softmax_derivative, "softmax",
        r"\frac{e^{x_i}}{\sum_j e^{x_j}}", "Turns a row of scores into shares that add up to 1."),
    "leaky_relu": Activation("Leaky ReLU", leaky_relu, leaky_relu_derivative, "leaky_relu",
        rf"\begin{{cases}} x & x > 0 \\ {LEAKY_SLOPE}\,x & x \le 0 \end{{cases}}",
        "ReLU that lets a part of a negative number through, so that no unit dies."),
    "elu": Activation("ELU", elu, elu_derivative, "elu",
        r"\begin{cases} x & x > 0 \\ e^x - 1 & x \le 0 \end{cases}",
        "ReLU with a soft floor at −1 instead of a corner at 0."),
    "gelu": Activation("GELU", gelu, gelu_derivative, "gelu",
        r"x \cdot \frac{1}{2}\left(1 + \mathrm{erf}\frac{x}{\sqrt{2}}\right)",
        "A smooth ReLU: weighs a number by how likely a random one is smaller."),
    "gelu_tanh": Activation("GELU (tanh)", partial(gelu, approximate=True),
        partial(gelu_derivative, approximate=True), "gelu",
        r"\frac{x}{2}\left(1 + \tanh\left(\sqrt{2/\pi}\,(x + 0.044715\,x^3)\right)\right)",
        "GELU by a formula that is quicker to compute and almost the same."),
    "silu": Activation("SiLU", silu, silu_derivative, "silu", r"\frac{x}{1 + e^{-x}}",
        "A smooth ReLU: a number times its own sigmoid."),
}  # fmt: skip


def saturation_share(values: ArrayLike, name: str) -> float:
    """The share of the inputs at which the activation is so flat that hardly any gradient passes.

    Saturated means |derivative| < 0.01: for sigmoid beyond ±4.6, for tanh beyond ±3.0, for ReLU
    from 0 down, for ELU below -4.6, for leaky ReLU nowhere; for GELU and SiLU the left tail, and
    the few inputs at the bottom of their dip. For softmax each output by its own input.

    Args:
        values: what goes into the activation, any shape.
        name: a key of `ACTIVATIONS`.

    Returns:
        0 to 1; 0 where there are no values.

    Raises:
        OperatorError: the name is unknown.
    """
    if name not in ACTIVATIONS:
        raise OperatorError(f"name must be one of {', '.join(ACTIVATIONS)}. Received: {name!r}.")
    slopes = np.abs(ACTIVATIONS[name].derivative(values))
    return float((slopes < FLAT).mean()) if slopes.size else 0.0


def dead_share(outputs: ArrayLike) -> float:
    """The share of ReLU units that gave 0 for everything they were shown.

    Args:
        outputs: (…, units), what came out of the ReLU; a unit is a place of the last axis: a neuron
            of a dense layer, a filter of a convolution, over all images and places.

    Returns:
        0 to 1; 0 where nothing was shown.

    Raises:
        OperatorError: there is no axis before the units.
    """
    values = as_floats("outputs", outputs)
    if values.ndim < 2:
        raise OperatorError(
            f"outputs must have the axes (…, units), at least one before the units. "
            f"Received shape {values.shape}."
        )
    if not values.size:
        return 0.0
    dead = (values == 0).reshape(-1, values.shape[-1]).all(axis=0)
    return float(dead.mean())

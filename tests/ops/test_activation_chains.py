"""Slopes that multiply, units that never fire: against plain loops and finite differences."""

import math

import numpy as np
import pytest

from cnnlib.ops.activation_chains import chain_gradients, count_dead, find_steepest, trace_curve
from cnnlib.ops.activations import ACTIVATIONS, dead_share, relu, softmax

STEEPEST = {"relu": 1, "sigmoid": 0.25, "tanh": 1, "leaky_relu": 1, "elu": 1, "gelu": 1.1289,
            "silu": 1.0998, "softmax": 0.25}  # fmt: skip


@pytest.mark.parametrize("name", STEEPEST)
def test_the_steepest_slope(name) -> None:
    if name != "softmax":
        assert find_steepest(name) == pytest.approx(STEEPEST[name], abs=1e-4)
    else:
        _, slopes = trace_curve(name, np.linspace(-5, 5, 1001), [0.0])
        assert slopes.max() == pytest.approx(0.25, abs=1e-5)


def test_softmax_is_traced_by_its_first_score() -> None:
    values, slopes = trace_curve("softmax", [0.0, 2.0], [1.0, -1.0])
    expected = [softmax([first, 1.0, -1.0])[0] for first in (0.0, 2.0)]
    np.testing.assert_allclose(values, expected, rtol=1e-6)
    np.testing.assert_allclose(slopes, np.multiply(expected, np.subtract(1, expected)), rtol=1e-6)


@pytest.mark.parametrize("name", [name for name in STEEPEST if name not in ("softmax", "relu")])
def test_the_chain_is_the_derivative_of_the_whole(name) -> None:
    """By a finite difference through all layers, in one number."""
    weight, bias, z, step = 1.5, -0.2, 0.7, 1e-2

    def run(value: float) -> float:
        for _ in range(4):
            out = float(ACTIVATIONS[name].function(np.float32(value)))
            value = weight * out + bias
        return out

    slope = (run(z + step) - run(z - step)) / (2 * step)
    chain = chain_gradients(name, [z], 4, weight=weight, bias=bias)
    assert chain.shape == (4,)
    assert chain[-1] == pytest.approx(abs(slope), rel=2e-2, abs=1e-5)


def test_sigmoid_at_zero_loses_three_quarters_in_the_first_layer() -> None:
    chain = chain_gradients("sigmoid", np.zeros((2, 3)), 2)
    inner = 1 / (1 + math.exp(-0.5))
    assert chain[0] == pytest.approx(0.25)
    assert chain[1] == pytest.approx(0.25 * inner * (1 - inner))


def test_dead_units_are_those_that_relu_makes_zero() -> None:
    sums = np.random.default_rng(0).normal(size=(4, 5, 16)).astype(np.float32)
    biases = np.linspace(-3, 1, 9)
    expected = [dead_share(relu(sums + np.float32(bias))) for bias in biases]
    np.testing.assert_allclose(count_dead(sums, biases), expected)
    assert len(set(expected)) > 3

"""Activation functions: values by hand, far out, slopes, shares and errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnnlib.errors import OperatorError
from cnnlib.ops import activations as a

few = settings(deadline=None, max_examples=60)
numbers = st.floats(-20, 20, width=32)


@pytest.mark.parametrize(
    ("name", "x", "out", "slope"),
    [
        ("relu", [-2, 0, 3], [0, 0, 3], [0, 0, 1]),
        ("sigmoid", [0, np.log(3)], [0.5, 0.75], [0.25, 0.1875]),
        ("tanh", [0, np.log(2)], [0, 0.6], [1, 0.64]),
        ("softmax", [0, np.log(3)], [0.25, 0.75], [0.1875, 0.1875]),
        ("leaky_relu", [-2, 0, 3], [-0.6, 0, 3], [0.3, 0.3, 1]),
        ("elu", [-np.log(2), 0, 3], [-0.5, 0, 3], [0.5, 1, 1]),
        ("gelu", [0, 1, -1], [0, 0.8413447, -0.1586553], [0.5, 1.0833155, -0.0833155]),
        ("gelu_tanh", [0, 1, -1], [0, 0.8411920, -0.1588080], [0.5, 1.0829641, -0.0829641]),
        ("silu", [0, np.log(3)], [0, 0.75 * np.log(3)], [0.5, 0.75 + np.log(3) * 0.1875]),
    ],
)
def test_values_by_hand(name, x, out, slope):
    activation = a.ACTIVATIONS[name]
    np.testing.assert_allclose(activation.function(x), out, atol=1e-6)
    np.testing.assert_allclose(activation.derivative(x), slope, atol=1e-6)


@pytest.mark.parametrize("name", a.ACTIVATIONS)
@few
@given(x=arrays(np.float32, (2, 3), elements=numbers))
def test_derivative_is_the_slope(name, x):
    activation = a.ACTIVATIONS[name]
    x = np.where(abs(x) < 0.02, np.float32(0.02), x)  # a step away from the corners
    slopes = np.zeros(x.shape)
    for cell in np.ndindex(x.shape):  # softmax: by its own input alone
        up, down = x.copy(), x.copy()
        up[cell] += 0.01
        down[cell] -= 0.01
        step = float(up[cell]) - float(down[cell])
        slopes[cell] = (
            float(activation.function(up)[cell]) - float(activation.function(down)[cell])
        ) / step
    derivative = activation.derivative(x)
    assert derivative.dtype == activation.function(x).dtype == np.float32
    np.testing.assert_allclose(derivative, slopes, atol=1e-3)


@pytest.mark.parametrize("name", a.ACTIVATIONS)
def test_far_out_nothing_overflows(name):
    activation = a.ACTIVATIONS[name]
    far = np.array([-1e30, -1000, -100, 0, 100, 1000, 1e30], np.float32)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        out, slopes = activation.function(far), activation.derivative(far)
    assert np.isfinite(out).all()
    assert np.isfinite(slopes).all()


def test_tails_keep_their_digits():
    np.testing.assert_allclose(a.sigmoid([-30]), np.exp(np.float32([-30])), rtol=1e-5)
    np.testing.assert_allclose(a.sigmoid_derivative([30]), np.exp(np.float32([-30])), rtol=1e-5)
    np.testing.assert_allclose(a.tanh_derivative([10]), 4 * np.exp(np.float32([-20])), rtol=1e-5)
    np.testing.assert_allclose(a.elu([-1e-6]), [-1e-6], rtol=1e-5)


def test_softmax_runs_along_the_last_axis():
    x = np.array([[[1000, 1000], [0, np.log(3)]]], np.float32)
    np.testing.assert_allclose(a.softmax(x), [[[0.5, 0.5], [0.25, 0.75]]], rtol=1e-6)
    np.testing.assert_allclose(
        a.softmax_jacobian([0, np.log(3)]), [[0.1875, -0.1875], [-0.1875, 0.1875]], rtol=1e-6
    )
    jacobian = a.softmax_jacobian(x)
    assert jacobian.shape == (1, 2, 2, 2)
    diagonal = np.diagonal(jacobian, axis1=-2, axis2=-1)
    np.testing.assert_allclose(diagonal, a.softmax_derivative(x), rtol=1e-6)


def test_slopes_and_scales_of_ones_own():
    np.testing.assert_allclose(a.leaky_relu([-2], 0.2), [-0.4], rtol=1e-6)
    np.testing.assert_allclose(a.leaky_relu_derivative([-2], 0.2), [0.2], rtol=1e-6)
    np.testing.assert_allclose(a.elu([-np.log(2)], 2), [-1], rtol=1e-6)
    np.testing.assert_allclose(a.elu_derivative([-np.log(2)], 2), [1], rtol=1e-6)


def test_every_activation_is_explained():
    for activation in a.ACTIVATIONS.values():
        assert activation.title
        assert activation.formula.count("{") == activation.formula.count("}")
        assert activation.sentence.endswith(".")
        assert "\n" not in activation.sentence


@pytest.mark.parametrize(
    ("name", "values", "share"),
    [
        ("sigmoid", [-5, -4, 0, 4, 5, 6, 7, 8], 5 / 8),
        ("tanh", [-3.1, -2.9, 0, 3.1], 0.5),
        ("relu", [-1, 0, 1, 0.001], 0.5),
        ("leaky_relu", [-100, 0, 100], 0),
        ("elu", [-5, -4, 5], 1 / 3),
        ("gelu", [-5, 0, 5, 9], 0.25),
        ("silu", [-12, 0, 5, 12], 0.25),
        ("softmax", [[10, 0], [0, 0]], 0.5),
        ("relu", [], 0),
    ],
)
def test_saturation_share(name, values, share):
    assert a.saturation_share(values, name) == pytest.approx(share)


def test_dead_share():
    outputs = np.zeros((2, 3, 3, 4), np.float32)
    outputs[1, 2, 0, 1] = 0.1
    outputs[0, :, :, 3] = 2
    assert a.dead_share(outputs) == 0.5
    assert a.dead_share([[0, 1], [0, 0], [0, 2]]) == 0.5
    assert a.dead_share(np.zeros((0, 3))) == 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: a.relu("no"), ["x must", "str"]),
        (lambda: a.softmax(3), ["x must", "softmax", "()"]),
        (lambda: a.softmax(np.zeros((2, 0))), ["x must", "(2, 0)"]),
        (lambda: a.saturation_share([1], "step"), ["name", "sigmoid", "'step'"]),
        (lambda: a.dead_share([1, 2]), ["outputs", "(…, units)", "(2,)"]),
    ],
)
def test_errors_name_the_argument_the_rule_and_the_value(call, words):
    with pytest.raises(OperatorError) as caught:
        call()
    for word in [*words, "Received"]:
        assert word in str(caught.value)

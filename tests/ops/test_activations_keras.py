"""Activation functions and their derivatives against Keras' own."""

import numpy as np
import pytest

from cnnlib.ops import activations as a

pytestmark = pytest.mark.keras

X = np.concatenate([np.linspace(-30, 30, 601), [0, 1e-4, -1e-4, 200, -200]]).astype(np.float32)


def get_theirs(name):
    """Leaky ReLU and the approximate GELU have other defaults there."""
    import keras

    if name == "leaky_relu":
        return keras.layers.LeakyReLU()
    if name == "gelu_tanh":
        return lambda x: keras.activations.gelu(x, approximate=True)
    return keras.activations.get(a.ACTIVATIONS[name].keras_name)


@pytest.mark.parametrize("name", [name for name in a.ACTIVATIONS if name != "softmax"])
def test_activation(name):
    import tensorflow as tf

    x = tf.constant(X)
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = get_theirs(name)(x)
    activation = a.ACTIVATIONS[name]
    np.testing.assert_allclose(activation.function(X), out, atol=2e-6, rtol=1e-5)
    slopes = tape.gradient(out, x)
    # TensorFlow's own float32 loses up to 3e-6 in the approximate GELU's tail.
    np.testing.assert_allclose(activation.derivative(X), slopes, atol=5e-6, rtol=1e-5)


def test_softmax_and_its_jacobian():
    import keras
    import tensorflow as tf

    x = tf.constant(np.random.default_rng(0).normal(0, 3, (4, 5)).astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = keras.activations.softmax(x)
    np.testing.assert_allclose(a.softmax(x), out, atol=1e-6)
    np.testing.assert_allclose(a.softmax_jacobian(x), tape.batch_jacobian(out, x), atol=1e-6)


def test_keras_names():
    import keras

    for activation in a.ACTIVATIONS.values():
        assert keras.activations.get(activation.keras_name).__name__ == activation.keras_name

"""Batch normalisation and its gradient against Keras' own layer."""

import numpy as np
import pytest

from cnnlib.ops.normalization import batch_norm_gradient, batch_norm_steps

pytestmark = pytest.mark.keras


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("settings", [{}, {"momentum": 0.6, "epsilon": 0.1}])
@pytest.mark.parametrize("shape", [(4, 5, 6, 3), (7, 2), (3, 4, 1)])
def test_layer(shape, settings, training):
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(len(shape))
    x = rng.normal(3, 2, shape).astype(np.float32)
    upstream = rng.normal(size=shape).astype(np.float32)
    gamma, beta, mean = rng.normal(size=(3, shape[-1])).astype(np.float32)
    variance = rng.uniform(0.5, 3, shape[-1]).astype(np.float32)
    layer = keras.layers.BatchNormalization(**settings)
    layer.build(shape)
    layer.set_weights([gamma, beta, mean, variance])
    given = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(given)
        out = layer(given, training=training)
    slopes = tape.gradient(out, [given, *layer.trainable_weights], output_gradients=upstream)

    moving = {"moving_mean": mean, "moving_variance": variance, "training": training}
    steps = batch_norm_steps(x, gamma, beta, **moving, **settings)
    np.testing.assert_allclose(steps.output, out, atol=1e-5, rtol=1e-5)
    theirs = layer.get_weights()
    np.testing.assert_allclose(steps.moving_mean, theirs[2], atol=1e-6, rtol=1e-5)
    np.testing.assert_allclose(steps.moving_variance, theirs[3], atol=1e-6, rtol=1e-5)
    settings = {name: value for name, value in settings.items() if name == "epsilon"}
    ours = batch_norm_gradient(x, upstream, gamma, **moving, **settings)
    for mine, other in zip(ours, slopes, strict=True):
        np.testing.assert_allclose(mine, np.asarray(other), atol=2e-5, rtol=1e-4)

"""The declaration's two readings agree: what the analysis counts is what Keras builds."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.layers import (
    Conv2D,
    Dense,
    Dropout,
    Flatten,
)
from cnnlib.arch.spec import INPUT, Spec
from cnnlib.errors import SpecError
from tests.arch.spec_draws import make_specs


def assert_equal_readings(spec: Spec) -> None:
    from cnnlib.backend.model_builder import build_model

    summary, model = analyze(spec), build_model(spec)
    assert summary.params == model.count_params()
    assert summary.trainable_params == _count(model.trainable_weights)
    assert {layer.name for layer in model.layers} == {INPUT, *(row.name for row in summary.layers)}
    for row in summary.layers:
        layer = model.get_layer(row.name)
        assert row.output_shape == tuple(layer.output.shape[1:]), row.name
        assert row.params == layer.count_params(), row.name
        assert row.trainable_params == _count(layer.trainable_weights), row.name
        given = layer.input if isinstance(layer.input, list) else [layer.input]
        assert row.input_shapes == tuple(tuple(each.shape[1:]) for each in given), row.name
        assert row.sources == tuple(each._keras_history.operation.name for each in given), row.name


def _count(weights: list) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


@pytest.mark.parametrize("name", zoo.names())
def test_every_zoo_network_as_it_is(name) -> None:
    assert_equal_readings(zoo.get(name))


@pytest.mark.parametrize("name", zoo.trainable_names())
def test_every_zoo_network_on_other_images(name) -> None:
    assert_equal_readings(zoo.get(name, input_shape=(28, 28, 1), classes=4))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(make_specs())
def test_any_network_that_the_rules_allow(spec: Spec) -> None:
    try:
        analyze(spec)
    except SpecError:
        return
    assert_equal_readings(spec)


def test_keras_refuses_what_the_rules_refuse_where_paths_meet() -> None:
    """Our two rules of merging, asked of Keras itself."""
    import keras

    image = keras.Input((8, 8, 3))
    half = keras.layers.MaxPooling2D()(image)
    with pytest.raises(ValueError, match="shape"):
        keras.layers.Concatenate()([image, half])
    with pytest.raises(ValueError, match="shape"):
        keras.layers.Add()([image, half])


@pytest.mark.parametrize("name", ["resnet18", "inception10", "inception_resnet"])
def test_the_receptive_field_is_where_keras_gradient_is_not_zero(name: str) -> None:
    """Where an output cell in the middle depends on the image: the widest path's window."""
    import keras
    import tensorflow as tf

    from cnnlib.backend.model_builder import build_model

    side = 2 * max(analyze(zoo.get(name)).receptive_field) + 40
    spec = zoo.get(name, input_shape=(side, side, 3))
    last = [row for row in analyze(spec).layers if row.receptive_field][-1]
    keras.utils.set_random_seed(0)
    full = build_model(spec)
    model = keras.Model(full.input, full.get_layer(last.name).output)
    image = tf.Variable(np.random.default_rng(0).random((1, side, side, 3), np.float32))
    with tf.GradientTape() as tape:
        output = model(image)
        cell = tf.reduce_sum(output[0, output.shape[1] // 2, output.shape[2] // 2])
    seen = np.any(np.asarray(tape.gradient(cell, image)) != 0, axis=(0, 3))
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == analyze(spec).receptive_field


def test_l2_joins_the_loss_of_the_layer_that_asks_for_it() -> None:
    from cnnlib.backend.model_builder import build_model

    model = build_model(zoo.get("resnet18"))
    assert len(model.losses) == 1
    kernel = model.layers[-1].kernel.numpy()
    assert np.isclose(float(model.losses[0]), 0.01 * np.sum(kernel**2), rtol=1e-4)


def test_what_the_rules_forbid_is_said_before_keras_is_asked() -> None:
    from cnnlib.backend.model_builder import build_model

    with pytest.raises(SpecError, match="window must fit"):
        build_model(Spec("x", "X", (4, 4, 1), (Conv2D(filters=1, kernel_size=5),)))


def test_our_models_train_batch_normalisation_and_dropout() -> None:
    """The trap of `def call(self, x)`: moving statistics that stay, dropout that never drops."""
    import keras

    from cnnlib.backend.model_builder import build_model

    keras.utils.set_random_seed(0)
    model = build_model(zoo.get("baseline"))
    rng = np.random.default_rng(0)
    images = rng.random((256, 32, 32, 3), dtype=np.float32)
    labels = rng.integers(0, 10, 256)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(images, labels, batch_size=32, epochs=1, verbose=0)
    mean = model.get_layer("batch_normalization_1").moving_mean.numpy()
    variance = model.get_layer("batch_normalization_1").moving_variance.numpy()
    assert np.all(mean != 0), "batch normalisation ran in inference mode during fit"
    assert np.all(variance != 1)

    dropout = model.get_layer("dropout_1")
    before, after = keras.Model(model.input, [dropout.input, dropout.output])(images, training=True)
    alive = np.asarray(before) != 0
    share = np.mean(np.asarray(after)[alive] == 0)
    assert 0.19 < share < 0.21, "dropout(0.2) did not drop a fifth"


def test_dropout_drops_within_fit_itself() -> None:
    """Fits from the same weights with other seeds differ with dropout, and agree without."""
    import keras

    from cnnlib.backend.model_builder import build_model

    def weights_after_fit(rate: float, seed: int) -> np.ndarray:
        layers = (Flatten(), Dropout(rate=rate), Dense(units=3, activation="softmax"))
        keras.utils.set_random_seed(seed)
        model = build_model(Spec("x", "X", (6, 6, 1), layers))
        rng = np.random.default_rng(0)
        model.set_weights([rng.random(w.shape) for w in model.get_weights()])
        images, labels = rng.random((32, 6, 6, 1)), rng.integers(0, 3, 32)
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(images, labels, batch_size=32, epochs=1, shuffle=False, verbose=0)
        return np.concatenate([w.ravel() for w in model.get_weights()])

    assert np.allclose(weights_after_fit(0.0, 1), weights_after_fit(0.0, 2))
    assert not np.allclose(weights_after_fit(0.5, 1), weights_after_fit(0.5, 2))

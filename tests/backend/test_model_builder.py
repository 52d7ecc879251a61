"""The declaration's two readings agree: what the analysis counts is what Keras builds."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.spec import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Spec,
)
from cnnlib.errors import SpecError

PADDING = st.sampled_from(["valid", "same"])
SPATIAL = st.one_of(
    st.builds(
        Conv2D,
        filters=st.sampled_from([2, 4, 6]),
        kernel_size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
        padding=PADDING,
        strides=st.integers(1, 3),
        groups=st.sampled_from([1, 2]),
        use_bias=st.booleans(),
    ),
    st.builds(
        Conv2D,
        filters=st.integers(1, 5),
        kernel_size=st.integers(1, 4),
        padding=PADDING,
        dilation_rate=st.integers(1, 3),
        activation=st.sampled_from(["relu", "sigmoid", "tanh", "linear"]),
    ),
    st.builds(MaxPooling2D, pool_size=st.integers(1, 3), padding=PADDING),
    st.builds(
        MaxPooling2D, pool_size=st.integers(1, 4), strides=st.integers(1, 3), padding=PADDING
    ),
    st.builds(BatchNormalization),
    st.builds(Activation),
    st.builds(Dropout, rate=st.floats(0, 0.9)),
)
HEAD = st.lists(st.builds(Dense, units=st.integers(1, 9), use_bias=st.booleans()), max_size=2)
SPECS = st.builds(
    lambda shape, body, head: Spec("any", "Any", shape, (*body, Flatten(), *head)),
    st.tuples(st.integers(1, 17), st.integers(1, 17), st.integers(1, 4)),
    st.lists(SPATIAL, max_size=6),
    HEAD,
)


def assert_equal_readings(spec: Spec) -> None:
    from cnnlib.backend.model_builder import build_model

    summary, model = analyze(spec), build_model(spec)
    assert summary.params == model.count_params()
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert summary.trainable_params == trainable
    layers = model.layers[1:]  # without the input
    assert [layer.name for layer in layers] == [row.name for row in summary.layers]
    for row, layer in zip(summary.layers, layers, strict=True):
        assert row.output_shape == tuple(layer.output.shape[1:]), row.name
        assert row.params == layer.count_params(), row.name


@pytest.mark.parametrize("name", zoo.names())
@pytest.mark.parametrize(("shape", "classes"), [((32, 32, 3), 10), ((28, 28, 1), 4)])
def test_every_zoo_network(name, shape, classes) -> None:
    assert_equal_readings(zoo.get(name, input_shape=shape, classes=classes))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SPECS)
def test_any_network_that_the_rules_allow(spec: Spec) -> None:
    try:
        analyze(spec)
    except SpecError:
        return
    assert_equal_readings(spec)


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

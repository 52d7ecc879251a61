"""Models that Keras built, read without Keras: the same layers, shapes and counts."""

import gzip
import io
import json
import math
import zipfile
from pathlib import Path

import numpy as np
import pytest

from cnnlib.arch import zoo
from cnnlib.arch.reading import Reading, read_file
from cnnlib.errors import SpecError

EXAMPLES = Path(__file__).parents[2] / "cnnlib" / "ui" / "reading" / "examples"


@pytest.fixture(autouse=True)
def _fresh_names() -> None:
    import keras

    keras.backend.clear_session()


def read_model(model) -> Reading:
    return read_file(io.BytesIO(model.to_json().encode()))


def save(model, folder: Path) -> Path:
    path = folder / "model.keras"
    model.save(path)
    return path


def count(weights) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def find_layer(model, name: str):
    for part in name.split("#")[0].split("/"):
        model = next(
            each for each in getattr(model, "operations", model.layers) if each.name == part
        )
    return model


def assert_equal_to_keras(model, reading: Reading) -> None:
    """Every known row, and the totals but for what is listed as unknown."""
    summary = reading.summary
    unknown = {row.name for row in summary.unknown}
    assert unknown == reading.reasons.keys()
    missing = missing_trainable = 0
    for row in summary.layers:
        layer = find_layer(model, row.name)
        if not hasattr(layer, "weights"):  # an operation, as `x * 2` makes it
            assert row.params == 0
            continue
        assert row.kind in (type(layer).__name__, "Activation"), row.name
        if row.name in unknown:
            missing += layer.count_params()
            missing_trainable += count(layer.trainable_weights)
            continue
        if row.name not in reading.reused:
            assert row.params == layer.count_params(), row.name
            assert row.trainable_params == count(layer.trainable_weights), row.name
        if not reading.free_size and "/" not in row.name:
            assert row.output_shape == tuple(layer.output.shape[1:]), row.name
    assert summary.params + missing == model.count_params()
    assert summary.trainable_params + missing_trainable == count(model.trainable_weights)


@pytest.mark.parametrize("name", zoo.names())
def test_a_zoo_network_that_keras_saved_is_the_declaration_again(name: str) -> None:
    from cnnlib.backend.model_builder import build_model

    spec = zoo.get(name, input_shape=(64, 64, 3)) if "imagenet" in name else zoo.get(name)
    if name == "alexnet_imagenet":
        spec = zoo.get(name, input_shape=(67, 67, 3))
    model = build_model(spec)
    reading = read_model(model)
    assert_equal_to_keras(model, reading)
    assert reading.is_declared
    assert not reading.reasons
    own = {layer.name: layer.arguments for layer in reading.make_own_spec().layers}
    assert own == {layer.name: layer.arguments for layer in spec.layers}


@pytest.mark.parametrize(
    ("name", "unknown"),
    [
        ("MobileNetV2", set()),
        ("ResNet50", set()),
        ("Xception", set()),
        ("InceptionV3", set()),
        ("MobileNetV3Small", set()),
        ("EfficientNetB0", {"Normalization"}),
        ("ConvNeXtTiny", {"Normalization", "LayerNormalization", "LayerScale"}),
    ],
)
def test_a_famous_model(name: str, unknown: set[str]) -> None:
    import keras

    model = getattr(keras.applications, name)(weights=None, classes=10)
    reading = read_model(model)
    assert_equal_to_keras(model, reading)
    assert {row.kind for row in reading.summary.unknown} == unknown


def test_models_within_models_frozen_layers_and_layers_used_twice() -> None:
    import keras
    from keras import layers

    base = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(4, 3, padding="same"), layers.BatchNormalization()],
        name="base",
    )
    base.trainable = False
    first, second = keras.Input((8, 8, 3), name="first"), keras.Input((8, 8, 3), name="second")
    shared = layers.Conv2D(5, 3, padding="same", name="shared")
    joined = layers.Concatenate()([shared(base(first)), shared(base(second))])
    pooled = layers.GlobalAveragePooling2D()(joined)
    outputs = [layers.Dense(2, name="what")(pooled), layers.Dense(4, name="where")(pooled)]
    model = keras.Model([first, second], outputs)
    reading = read_model(model)
    assert_equal_to_keras(model, reading)
    assert reading.inputs == {"first": (8, 8, 3), "second": (8, 8, 3)}
    assert reading.outputs == 2
    assert reading.frozen == {
        "base/conv2d", "base/batch_normalization", "base/conv2d#2", "base/batch_normalization#2",
    }  # fmt: skip
    assert reading.reused == {"base/conv2d#2", "base/batch_normalization#2", "shared#2"}
    used_twice = {row.name: row.macs for row in reading.summary.layers}
    assert used_twice["shared#2"] == used_twice["shared"] == 8 * 8 * 5 * 3 * 3 * 4
    assert not reading.is_declared


def test_a_dense_network_of_flat_images() -> None:
    import keras
    from keras import layers

    model = keras.Sequential(
        [keras.Input((784,)), layers.Dense(128, "relu"), layers.PReLU(), layers.Dense(10)]
    )
    reading = read_model(model)
    assert_equal_to_keras(model, reading)
    assert [row.output_shape for row in reading.summary.layers] == [(128,), (128,), (10,)]
    assert [row.kind for row in reading.summary.unknown] == ["PReLU"]


def test_layers_without_weights_have_their_shapes() -> None:
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input((12, 10, 3)), layers.Rescaling(1 / 255), layers.RandomFlip(),
            layers.ZeroPadding2D(((1, 2), (0, 3))), layers.Conv2D(4, 3, activation="mish"),
            layers.LeakyReLU(), layers.ReLU(max_value=6.0), layers.ReLU(negative_slope=0.1),
            layers.UpSampling2D((2, 3)), layers.Cropping2D(2), layers.SpatialDropout2D(0.2),
            layers.GaussianNoise(0.1), layers.BatchNormalization(scale=False),
            layers.Permute((3, 1, 2)), layers.Reshape((4, -1)), layers.Softmax(),
            layers.Flatten(), layers.RepeatVector(3), layers.Activation("gelu"),
        ]
    )  # fmt: skip
    reading = read_model(model)
    assert_equal_to_keras(model, reading)
    assert not reading.summary.unknown
    assert "mish" in reading.remarks["conv2d"]


def test_attention_and_own_code_are_unknown_and_keras_numbers_fill_the_gap(tmp_path) -> None:
    """What the weights file holds for a layer is what Keras counts for it."""
    import keras
    from keras import layers

    from cnnlib.backend.model_reading import read_with_keras

    image = keras.Input((8, 8, 3))
    row = layers.Reshape((64, 3))(image)
    row = layers.MultiHeadAttention(2, 4)(row, row)
    row = layers.Bidirectional(layers.LSTM(4))(row)
    row = layers.Dropout(0.5, seed=1)(row)
    model = keras.Model(image, layers.Dense(2)(row))
    path = save(model, tmp_path)
    reading = read_file(path.open("rb"))
    assert_equal_to_keras(model, reading)
    answer = read_with_keras(str(path))
    assert answer["params"] == model.count_params() == answer["stored_total"]
    assert {name: row[0] for name, row in answer["layers"].items() if row[0]} == answer["stored"]
    for unknown in reading.summary.unknown:
        assert answer["stored"][unknown.name] == model.get_layer(unknown.name).count_params()


def test_names_of_nested_layers_are_those_of_the_reading(tmp_path: Path) -> None:
    import keras
    from keras import layers

    from cnnlib.backend.model_reading import read_with_keras

    inner = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(2, 3)], name="inner")
    middle = keras.Sequential([inner, layers.LayerNormalization(name="norm")], name="middle")
    image = keras.Input((8, 8, 3))
    path = save(keras.Model(image, layers.Flatten()(middle(image))), tmp_path)
    answer = read_with_keras(str(path))
    rows = read_file(path.open("rb")).summary.layers
    assert list(answer["layers"])[1:] == [row.name for row in rows]
    assert answer["stored"] == {"middle/inner/conv2d": 56, "middle/norm": 4}


def test_a_lambda_never_runs_and_an_unknown_class_is_said(tmp_path: Path) -> None:
    import keras
    from keras import layers

    from cnnlib.backend.model_reading import read_with_keras

    class Swirl(layers.Layer):
        def build(self, shape):
            self.kernel = self.add_weight(shape=(7, shape[-1]))

        def call(self, x):
            return x

    image = keras.Input((8, 8, 3))
    for strange in (layers.Lambda(lambda x: x * 2), Swirl(name="swirl")):
        path = save(keras.Model(image, layers.Flatten()(strange(image))), tmp_path)
        answer = read_with_keras(str(path))
        assert answer["layers"] is None
        assert answer["reason"]
        assert len(answer["reason"]) < 400
        assert strange.name in read_file(path.open("rb")).reasons
    assert answer["stored"] == {"swirl": 21}


def test_weights_that_are_not_there_are_not_believed(tmp_path: Path) -> None:
    import h5py

    from cnnlib.backend.model_builder import build_model
    from cnnlib.backend.model_reading import count_stored

    path = save(build_model(zoo.get("lenet5")), tmp_path)
    hollow = tmp_path / "hollow.h5"
    with h5py.File(hollow, "w") as file:
        file.create_dataset("layers/dense/vars/0", shape=(10**6, 10**6), dtype="f4", chunks=True)
    forged = tmp_path / "forged.keras"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(forged, "w") as target:
        target.writestr("config.json", archive.read("config.json"))
        target.writestr("model.weights.h5", hollow.read_bytes())
    with pytest.raises(SpecError, match="does not hold"):
        count_stored(forged)
    with zipfile.ZipFile(forged, "w") as target:
        target.writestr("config.json", b"{}")
        target.writestr("model.weights.h5", b"noise")
    with pytest.raises(SpecError, match="damaged"):
        count_stored(forged)


def test_the_weights_are_those_of_the_model(tmp_path: Path) -> None:
    from cnnlib.backend.model_builder import build_model
    from cnnlib.backend.model_reading import read_with_keras

    model = build_model(zoo.get("lenet5"))
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(np.zeros((1, 32, 32, 3)), np.zeros(1), verbose=0)  # the optimizer stores numbers too
    answer = read_with_keras(str(save(model, tmp_path)))
    assert answer["params"] == answer["stored_total"] == 62_006
    assert answer["reason"] is None


@pytest.mark.parametrize("name", ["MobileNetV2", "EfficientNetB0"])
def test_the_pages_examples_are_what_keras_writes(name: str) -> None:
    import keras

    written = json.loads(getattr(keras.applications, name)(weights=None).to_json())
    kept = json.loads(gzip.decompress((EXAMPLES / f"{name.lower()}.json.gz").read_bytes()))
    kept_layers, layers = kept["config"]["layers"], written["config"]["layers"]
    assert len(kept_layers) == len(layers)
    for one, other in zip(kept_layers, layers, strict=True):
        assert one["class_name"] == other["class_name"]
        assert one.get("build_config") == other.get("build_config")

import dataclasses
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.arch import zoo
from cnnlib.arch.layers import (
    ACTIVATIONS,
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
)
from cnnlib.arch.spec import Spec
from cnnlib.errors import RunError, SpecError
from cnnlib.runs.config import MAX_SEED, RunConfig


def test_the_defaults_are_the_notes() -> None:
    config = RunConfig()
    assert (config.optimizer, config.batch_size, config.epochs) == ("adam", 32, 5)
    assert config.learning_rate == 0.001


def test_settings_survive_json() -> None:
    config = RunConfig(network="lenet5", limit=500, learning_rate=0.01, seed=3)
    assert RunConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    "setting",
    [
        {"network": "nosuchnet"},
        {"dataset": ""},
        {"epochs": 0},
        {"epochs": 2.5},
        {"epochs": True},
        {"epochs": 10**6},
        {"batch_size": 0},
        {"batch_size": 10**6},
        {"limit": 0},
        {"limit": -5},
        {"optimizer": "newton"},
        {"learning_rate": 0},
        {"learning_rate": -1.0},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"learning_rate": "0.1"},
        {"seed": -1},
        {"seed": 2**31},
        {"checkpoint": "middle"},
        {"schedule": "linear"},
        {"warmup": -0.5},
        {"warmup": 5.5},  # more than its five epochs
        {"warmup": float("nan")},
        {"label_smoothing": 0.6},
        {"label_smoothing": True},
        {"weight_decay": 1.5},
        {"weight_decay": "0.1"},
        {"patience": -1},
        {"patience": 1.5},
        {"acceleration": "on"},
        {"deterministic": 1},
        {"watch": "gradient"},
    ],
)
def test_an_impossible_setting_names_itself_and_what_was_received(setting) -> None:
    ((name, value),) = setting.items()
    with pytest.raises(RunError, match=f"{name} must be") as error:
        RunConfig(**setting)
    assert repr(value) in str(error.value)


def test_what_is_watched_has_one_spelling() -> None:
    config = RunConfig(watch=" machine, gradients ,machine")
    assert config.watch == "gradients,machine"
    assert config.watched == {"gradients", "machine"}
    assert RunConfig(watch="").watched == frozenset()


def test_a_recipe_survives_json_and_is_told_in_words() -> None:
    config = RunConfig(
        optimizer="nesterov", schedule="one-cycle", warmup=0.5, label_smoothing=0.1,
        weight_decay=0.0005, patience=3, acceleration="measured", deterministic=True, watch="",
    )  # fmt: skip
    assert through_json(config) == config
    assert config.describe_recipe() == (
        "one-cycle schedule, warm-up 0.5, label smoothing 0.1, weight decay 0.0005, early stopping "
        "after 3, acceleration where measured, deterministic"
    )
    assert RunConfig().describe_recipe() == ""


def test_whole_numbers_are_taken_where_real_ones_are_meant() -> None:
    """JSON and people write 1 for 1.0, and Keras takes no whole learning rate."""
    config = RunConfig(learning_rate=1, warmup=2, label_smoothing=0, weight_decay=1)
    assert config == RunConfig(learning_rate=1.0, warmup=2.0, weight_decay=1.0)
    reals = (config.learning_rate, config.warmup, config.label_smoothing, config.weight_decay)
    assert {type(value) for value in reals} == {float}


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(RunError, match="no setting named momentum"):
        RunConfig.from_dict({"momentum": 0.9})


def test_settings_cannot_change_under_a_run() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RunConfig().epochs = 6  # type: ignore[misc]


# -- networks of one's own -------------------------------------------------------------------------

TINY = {
    "name": "tiny",
    "title": "My own <b>net</b>",
    "input_shape": [8, 8, 3],
    "layers": [
        {"kind": "Conv2D", "filters": 4, "kernel_size": 3, "padding": "same"},
        {"kind": "Flatten"},
        {"kind": "Dense", "units": 10, "activation": "softmax"},
    ],
}
SOFTMAX = {"kind": "Dense", "units": 10, "activation": "softmax"}
DENSE, CONV = {"kind": "Dense", "units": 9}, {"kind": "Conv2D", "filters": 4, "kernel_size": 3}
WIDE = {"kind": "Dense", "units": 100_000}


def through_json(config: RunConfig) -> RunConfig:
    return RunConfig.from_dict(json.loads(json.dumps(config.to_dict())))


def test_a_network_of_ones_own_is_a_setting() -> None:
    config = RunConfig(spec=TINY, seed=4)
    assert (config.network, config.title) == ("tiny", "My own <b>net</b>")
    assert [layer.name for layer in config.spec.layers] == ["conv2d_1", "flatten_1", "dense_1"]
    assert config.make_spec((8, 8, 3), 10) is config.spec
    assert through_json(config) == config == RunConfig(spec=config.spec, seed=4)
    assert dataclasses.replace(config, seed=5).spec == config.spec
    assert RunConfig(**{**config.to_dict(), "seed": 4}) == config
    assert len({config, through_json(config)}) == 1


def test_a_zoo_network_is_written_as_before_there_were_own_ones() -> None:
    """So an older lab's supervisor reads the rows of a newer one's pages, and the other way."""
    config = RunConfig(network="lenet5")
    assert set(config.to_dict()) == {
        "network", "dataset", "limit", "epochs", "batch_size", "optimizer", "learning_rate",
        "seed", "continue_from", "checkpoint",
    }  # fmt: skip
    assert config.title == "LeNet-5"
    assert config.make_spec((28, 28, 1), 4) == zoo.get("lenet5", input_shape=(28, 28, 1), classes=4)


@pytest.mark.parametrize(
    ("shape", "classes", "sentence"),
    [
        ((32, 32, 3), 10, "takes images of 8 × 8 × 3; this data set has 32 × 32 × 3"),
        ((8, 8, 1), 10, "this data set has 8 × 8 × 1"),
        ((8, 8, 3), 4, "tells 10 classes apart; this data set has 4"),
    ],
)
def test_a_network_and_a_data_set_must_go_together(shape, classes, sentence) -> None:
    with pytest.raises(SpecError, match=sentence):
        RunConfig(spec=TINY).make_spec(shape, classes)


def with_layers(*layers: object, **changes: object) -> dict[str, object]:
    return {**TINY, "layers": list(layers), **changes}


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ([], "network declaration"),
        ("baseline", "network declaration"),
        (True, "network declaration"),
        ({}, "layers must be a list"),
        (with_layers(), "at least one layer"),
        ({**TINY, "layers": "Conv2D"}, "layers must be a list"),
        ({**TINY, "layers": {"0": {}}}, "layers must be a list"),
        ({**TINY, "code": "import os"}, "A network has no 'code'"),
        ({**TINY, "name": "../../etc"}, "name must be"),
        ({**TINY, "name": "a/b"}, "name must be"),
        ({**TINY, "name": "tiny\n"}, "name must be"),
        ({**TINY, "name": ""}, "name must be"),
        ({**TINY, "name": "n" * 33}, "name must be"),
        ({**TINY, "name": ["tiny"]}, "name must be a text"),
        ({**TINY, "title": None}, "title must be a text"),
        ({**TINY, "title": ""}, "title must be one line"),
        ({**TINY, "title": "x" * 81}, "title must be one line"),
        ({**TINY, "title": "two\nlines"}, "title must be one line"),
        ({**TINY, "title": "\u202eevil"}, "title must be one line"),
        ({**TINY, "title": "\ud800"}, "title must be one line"),
        ({**TINY, "input_shape": 8}, "input_shape must be"),
        ({**TINY, "input_shape": "883"}, "input_shape must be"),
        ({**TINY, "input_shape": [8, 8]}, "input_shape must be"),
        ({**TINY, "input_shape": [8, 8, 3.0]}, "input_shape must be"),
        ({**TINY, "input_shape": [-8, 8, 3]}, "input_shape must be"),
        (with_layers(5, SOFTMAX), "A layer must be declared"),
        (with_layers(None), "A layer must be declared"),
        (with_layers({"kind": "Lambda", "function": "eval"}), "kind must be one of"),
        (with_layers({"kind": ["Conv2D"]}), "kind must be one of"),
        (with_layers({"kind": "Conv2D", "filters": 4}), "Conv2D needs filters, kernel_size"),
        (with_layers({**CONV, "module": "os"}), "Conv2D takes"),
        (with_layers({**CONV, "filters": "4"}), "filters must be"),
        (with_layers({**CONV, "filters": 1e3}), "filters must be"),
        (with_layers({**CONV, "filters": 10**9}), "filters must be"),
        (with_layers({**CONV, "kernel_size": [3, 3, 3]}), "kernel_size must be"),
        (with_layers({**CONV, "use_bias": "yes"}), "use_bias must be"),
        (with_layers({**CONV, "activation": "cnnlib.os.system"}), "activation must be"),
        (with_layers({**CONV, "strides": 2, "dilation_rate": 2}, {"kind": "Flatten"}, SOFTMAX),
         "strides or dilation_rate must be 1"),
        (with_layers({"kind": "Dropout", "rate": float("nan")}), "rate must be"),
        (with_layers({"kind": "Dropout", "rate": 1}), "rate must be"),
        (with_layers({**CONV, "name": "a/b"}), "layer's name must be"),
        (with_layers({**CONV, "name": "image"}), "name must be unique"),
        (with_layers({**CONV, "block": "<b>"}), "block's name must be"),
        (with_layers({**CONV, "inputs": "image"}), "inputs must be a list"),
        (with_layers({**CONV, "inputs": [["image"]]}), "inputs must be a text"),
        (with_layers({**CONV, "inputs": ["later"]}, {**CONV, "name": "later"}), "layers before it"),
        (with_layers({**CONV, "name": "self", "inputs": ["self"]}), "layers before it"),
        (with_layers({**CONV, "inputs": ["image", "image"]}), "takes one input"),
        (with_layers(CONV, {"kind": "Add"}), "joins two inputs"),
        (with_layers(CONV, {**CONV, "inputs": ["image"]}), "Nobody uses: conv2d_1"),
        (with_layers(CONV, {"kind": "Add", "inputs": ["image", "conv2d_1"]}), "one shape"),
        (with_layers({"kind": "Foreign", "class_name": "X"}), "kind must be one of"),
        (with_layers({**CONV, "name": "x" * 65}), "layer's name must be"),
        (with_layers({**CONV, "name": "c"}, {**CONV, "name": "c"}), "name must be unique"),
        (with_layers({**CONV, "kernel_size": 9}, {"kind": "Flatten"}, SOFTMAX), "must fit into"),
        (with_layers({"kind": "Flatten"}, CONV), "needs an input of"),
        (with_layers(CONV), "The last layer must"),
        (with_layers(SOFTMAX), "The last layer must"),
        (with_layers({"kind": "Flatten"}, DENSE), "The last layer must"),
        (with_layers({"kind": "Flatten"}, {**SOFTMAX, "units": 1}), "The last layer must"),
        (with_layers(*[{"kind": "Flatten"}] * 256, SOFTMAX), "at most 256. Received: 257 layers"),
        (with_layers({"kind": "Flatten"}, WIDE, WIDE, SOFTMAX), "at most 50,000,000 parameters"),
        (with_layers({**CONV, "filters": 4500}, {"kind": "GlobalMaxPooling2D"}, SOFTMAX,
                     input_shape=[64, 64, 1]), "at most 12,000,000 values"),
        (with_layers(*[{**CONV, "filters": 512, "kernel_size": 7}] * 2, {"kind": "Flatten"},
                     SOFTMAX, input_shape=[44, 44, 1]), "at most 5,000,000,000 MACs"),
        (with_layers({"kind": "Flatten"}, SOFTMAX, input_shape=[100_000, 100_000, 3]),
         "must have at most"),
    ],
)  # fmt: skip
def test_a_hostile_network_is_refused_with_one_sentence(spec, sentence) -> None:
    with pytest.raises((RunError, SpecError), match=re.escape(sentence)) as error:
        RunConfig(spec=spec)
    assert len(str(error.value)) < 400
    assert "\n" not in str(error.value)


def test_a_spec_that_was_built_here_is_checked_too() -> None:
    layers = (Flatten(), Dense(units=10))
    with pytest.raises(SpecError, match="The last layer must"):
        RunConfig(spec=Spec("mine", "Mine", (8, 8, 3), layers))


def test_a_network_of_the_zoo_beside_a_spec_is_refused() -> None:
    with pytest.raises(RunError, match="network must be left out beside a spec"):
        RunConfig(network="lenet5", spec=TINY)
    with pytest.raises(RunError, match="network must be one of"):
        RunConfig(network="tiny")


@pytest.mark.parametrize("name", zoo.trainable_names())
def test_every_network_of_the_zoo_is_small_enough_to_be_ones_own(name) -> None:
    spec = dataclasses.replace(zoo.get(name), name="mine")
    assert through_json(RunConfig(spec=spec)).spec == spec


letters = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=31)
titles = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=80)
odd = st.integers(0, 1).map(lambda n: 2 * n + 1)
steps = st.one_of(
    st.builds(Conv2D, filters=st.sampled_from([1, 2, 8]), kernel_size=st.tuples(odd, odd),
              padding=st.just("same"), strides=st.integers(1, 2), use_bias=st.booleans(),
              activation=st.sampled_from(ACTIVATIONS)),
    st.builds(BatchNormalization, momentum=st.floats(0, 1, exclude_max=True),
              epsilon=st.floats(0, 1, exclude_max=True)),
    st.builds(Activation, activation=st.sampled_from(ACTIVATIONS)),
    st.builds(MaxPooling2D, pool_size=st.integers(1, 3), padding=st.just("same")),
    st.builds(Dropout, rate=st.floats(0, 1, exclude_max=True)),
)  # fmt: skip


@given(
    name=letters.map(lambda text: f"n{text}"),
    title=titles,
    shape=st.tuples(*[st.integers(1, 40)] * 2, st.sampled_from([1, 3])),
    layers=st.lists(steps, max_size=8),
    classes=st.integers(2, 100),
    seed=st.integers(0, MAX_SEED),
)
def test_every_network_survives_the_store(name, title, shape, layers, classes, seed) -> None:
    end = (Flatten(), Dense(units=classes, activation="softmax"))
    config = RunConfig(spec=Spec(name, title, shape, (*layers, *end)), seed=seed)
    again = through_json(config)
    assert again == config
    assert again.to_dict() == config.to_dict()
    assert again.make_spec(shape, classes) == config.spec

"""Declarations: frozen, JSON-ready, and refused with the rule that they break."""

import json

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from cnnlib.arch.spec import Spec
from cnnlib.errors import SpecError


@pytest.mark.parametrize("name", zoo.names())
def test_a_declaration_survives_json(name: str) -> None:
    spec = zoo.get(name)
    assert Spec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_nameless_layers_are_numbered_by_kind_as_keras_spells_them() -> None:
    names = [layer.name for layer in zoo.get("baseline").layers]
    assert names == [
        "conv2d_1",
        "batch_normalization_1",
        "activation_1",
        "max_pooling2d_1",
        "dropout_1",
        "flatten_1",
        "dense_1",
        "dropout_2",
        "dense_2",
    ]


def test_two_layers_of_one_name_are_refused() -> None:
    with pytest.raises(SpecError, match="'a' 2 times"):
        Spec("x", "X", (8, 8, 1), (Flatten(name="a"), Dense(name="a", units=2)))


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda: Conv2D(filters=0, kernel_size=3), "filters must be a whole number"),
        (lambda: Conv2D(filters=True, kernel_size=3), "filters must be a whole number"),
        (lambda: Conv2D(filters=4, kernel_size=(3, 3, 3)), "kernel_size must be one or two"),
        (lambda: Conv2D(filters=4, kernel_size=0), "kernel_size must be a whole number"),
        (lambda: Conv2D(filters=4, kernel_size="3"), "kernel_size must be one or two"),
        (lambda: Conv2D(filters=4, kernel_size=3, strides=0), "strides must be a whole"),
        (lambda: Conv2D(filters=4, kernel_size=3, padding="full"), "padding must be one of"),
        (lambda: Conv2D(filters=4, kernel_size=3, activation="swish"), "activation must be one"),
        (lambda: Conv2D(filters=5, kernel_size=3, groups=2), "multiple of groups=2"),
        (lambda: Dropout(rate=1.0), "rate must be at least 0 and less than 1"),
        (lambda: Dropout(rate=float("nan")), "rate must be at least 0"),
        (lambda: Dense(units=10**9), "units must be a whole number from 1 to 100,000"),
        (lambda: MaxPooling2D(pool_size=(2,)), "pool_size must be one or two"),
        (lambda: Spec("x", "X", (8, 8), (Flatten(),)), "input_shape must be"),
        (lambda: Spec("x", "X", (8, 8, 1), ()), "at least one layer"),
        (lambda: zoo.get("alexnet9"), "network must be one of"),
        (lambda: zoo.get("baseline", classes=1), "classes must be at least 2"),
    ],
)
def test_an_impossible_setting_names_its_rule(make, rule) -> None:
    with pytest.raises(SpecError, match=rule):
        make()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "x", "title": "x", "input_shape": [8, 8, 1], "layers": [{"kind": "Lambda"}]},
        {"name": "x", "title": "x", "input_shape": [8, 8, 1], "layers": [{"kind": "Dense"}]},
        {"name": "x", "title": "x", "input_shape": 5, "layers": [{"kind": "Flatten"}]},
        {"name": "x", "title": "x", "input_shape": [8, 8, 1], "layers": "Flatten"},
        {
            "name": "x",
            "title": "x",
            "input_shape": [8, 8, 1],
            "layers": [{"kind": "Flatten", "function": "os.system"}],
        },
    ],
)
def test_what_is_no_declaration_is_refused_in_one_sentence(data) -> None:
    with pytest.raises(SpecError):
        Spec.from_dict(data)

"""Declarations: frozen, JSON-ready, and refused with the rule that they break."""

import json

import pytest
from hypothesis import given

from cnnlib.arch import zoo
from cnnlib.arch.layer_data import layer_from_dict, layer_to_dict
from cnnlib.arch.layers import (
    Add,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    MaxPooling2D,
    SeparableConv2D,
)
from cnnlib.arch.spec import Block, Branches, Spec
from cnnlib.errors import SpecError
from tests.arch.spec_draws import make_specs


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


def conv(name: str = "", **arguments) -> Conv2D:
    return Conv2D(name=name, filters=4, kernel_size=1, **arguments)


def test_branches_begin_at_one_point_and_meet() -> None:
    inner = Branches(((conv("c"),), ()), Concatenate(name="join"))
    parts = (
        conv("a"),
        Branches(((conv("b"), inner), (conv("d"),), ()), Add(name="sum")),
        conv("e"),
    )
    spec = Spec("x", "X", (8, 8, 4), parts)
    assert dict(zip([layer.name for layer in spec.layers], spec.sources, strict=True)) == {
        "a": ("image",),
        "b": ("a",),
        "c": ("b",),
        "join": ("c", "b"),
        "d": ("a",),
        "sum": ("join", "d", "a"),
        "e": ("sum",),
    }
    assert [layer.inputs for layer in spec.layers] == [
        (), (), (), ("c", "b"), ("a",), ("join", "d", "a"), ()
    ]  # fmt: skip
    assert not spec.is_chain


def test_branches_can_begin_at_the_image() -> None:
    spec = Spec("x", "X", (8, 8, 4), (Branches(((conv("a"),), (conv("b"),)), Add()),))
    assert spec.sources == (("image",), ("image",), ("a", "b"))


def test_blocks_are_numbered_by_kind_and_mark_their_layers() -> None:
    def make_block(*parts):
        return Block("residual", (Branches((parts, ()), Add()),))

    nested = make_block(conv(), Block("inner", (conv(),)))
    spec = Spec("x", "X", (8, 8, 4), (make_block(conv()), conv(), nested))
    assert [layer.block for layer in spec.layers] == [
        "residual_1", "residual_1", "", "residual_2", "inner_1", "residual_2"
    ]  # fmt: skip


def test_a_new_layer_gets_a_name_that_nobody_bears() -> None:
    spec = Spec("x", "X", (8, 8, 4), (conv(), conv("conv2d_1"), conv("conv2d_3"), conv()))
    names = [layer.name for layer in spec.layers]
    assert names == ["conv2d_2", "conv2d_1", "conv2d_3", "conv2d_4"]


@given(make_specs())
def test_layers_that_are_laid_out_stay_as_they_are(spec: Spec) -> None:
    assert Spec(spec.name, spec.title, spec.input_shape, spec.layers) == spec
    assert Spec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@given(make_specs())
def test_a_layer_takes_only_what_comes_before_it_and_all_are_used(spec: Spec) -> None:
    seen = ["image"]
    for layer, sources in zip(spec.layers, spec.sources, strict=True):
        assert set(sources) <= set(seen)
        seen.append(layer.name)
    used = {source for sources in spec.sources for source in sources}
    assert set(seen[1:-1]) <= used


def test_a_declaration_says_only_what_differs_from_keras_defaults() -> None:
    layer = Conv2D(filters=4, kernel_size=(3, 3), strides=(2, 1), inputs=("image",))
    assert layer_to_dict(layer) == {
        "kind": "Conv2D", "inputs": ["image"], "filters": 4, "kernel_size": 3, "strides": [2, 1]
    }  # fmt: skip
    assert layer_from_dict(layer_to_dict(layer)) == layer


def test_what_older_versions_wrote_is_still_read() -> None:
    """All arguments in full, pairs as lists, no inputs and no blocks."""
    old = {"kind": "MaxPooling2D", "name": "p", "pool_size": [2, 2], "strides": [2, 2],
           "padding": "valid"}  # fmt: skip
    assert layer_from_dict(old) == MaxPooling2D(name="p", pool_size=2)


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
        (lambda: Conv2D(filters=4, kernel_size=3, activation="eval"), "activation must be one"),
        (lambda: Conv2D(filters=4, kernel_size=3, l2=-1), "l2 must be at least 0"),
        (lambda: Conv2D(filters=4, kernel_size=3, strides=2, dilation_rate=2), "takes only one"),
        (lambda: DepthwiseConv2D(kernel_size=3, strides=(1, 2)), "same down and across"),
        (lambda: SeparableConv2D(filters=2, kernel_size=3, depth_multiplier=0), "depth_multiplier"),
        (lambda: Dense(units=4, inputs="image"), "inputs must be a list"),
        (lambda: Spec("x", "X", (8, 8, 1), (Add(),)), "joins two inputs or more"),
        (lambda: Spec("x", "X", (8, 8, 1), (Flatten(inputs=("image", "image")),)), "takes one"),
        (
            lambda: Spec("x", "X", (8, 8, 1), (Flatten(inputs=("b",)), Dense(name="b", units=1))),
            "before it",
        ),
        (lambda: Spec("x", "X", (8, 8, 1), (Flatten(), Flatten(inputs=("image",)))), "Nobody uses"),
        (lambda: Spec("x", "X", (8, 8, 1), (Flatten(name="image"),)), "must be unique"),
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
        {"name": "x", "title": "x", "input_shape": [8, 8, 1], "layers": [{5: 5}]},
        {"name": "x", "title": "x", "layers": [{"kind": "Flatten"}]},
        None,
    ],
)
def test_what_is_no_declaration_is_refused_in_one_sentence(data) -> None:
    with pytest.raises(SpecError):
        Spec.from_dict(data)

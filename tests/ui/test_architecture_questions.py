"""Keras' answers about whole networks, in words; what is asked, and under which token."""

from typing import Any

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.ui.architecture.questions import (
    describe_count,
    describe_step,
    register_count,
    register_step,
)

OURS = [("conv", (4, 4, 2), 20, 20), ("bn", (4, 4, 2), 8, 4)]
VERSIONS = {"keras": "3", "tensorflow": "2", "seconds": 0.01}


def count(*rows: list[Any]) -> dict[str, Any]:
    return describe_count(OURS, {"rows": list(rows), **VERSIONS})


def test_equal_layer_by_layer() -> None:
    answer = count(["conv", [4, 4, 2], 20, 20], ["bn", [4, 4, 2], 8, 4])
    assert (answer["state"], answer["verdict"]) == ("done", "equal")
    assert answer["text"] == "equals Keras, layer by layer: 2 layers, 28 parameters"
    assert ["of them trainable", "24"] in answer["details"]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([["conv", [4, 4, 2], 20, 20]], "which has 1 layer, not 2"),
        ([["conv", [4, 4, 2], 20, 20], ["bn", [4, 4, 2], 8, 8]],
         "in 1 of 2 layers. The first: Keras has bn with the output 4 × 4 × 2, 8 parameters, 8 tr"),
        ([["conv", [5, 4, 2], 20, 20], ["bn", [5, 4, 2], 8, 4]], "in 2 of 2 layers"),
        ([["other", [4, 4, 2], 20, 20], ["bn", [4, 4, 2], 8, 4]], "Keras has other"),
    ],
)  # fmt: skip
def test_any_difference_is_said(rows, text: str) -> None:
    answer = count(*rows)
    assert answer["verdict"] == "differs"
    assert text in answer["text"]


def test_a_measured_step() -> None:
    answer = describe_step(
        100,
        {"seconds": 0.2, "first_seconds": 1.5, "steps": 20, "images_per_second": 500.0,
         "peak_bytes": 12_000_000, **VERSIONS | {"seconds": 0.2}},
    )  # fmt: skip
    assert answer["text"] == (
        "200 ms a step of 100 images, 500 images/s: 1 min 40 s an epoch of 50,000 images"
    )
    assert ["Memory grew by", "12 MB"] in answer["details"]


def test_one_question_for_one_network() -> None:
    specs = [zoo.get("lenet5"), zoo.get("lenet5", classes=7), zoo.get("mlp")]
    tokens = [register_count(spec, analyze(spec)) for spec in specs]
    assert len(set(tokens)) == 3
    assert register_count(zoo.get("lenet5"), analyze(zoo.get("lenet5"))) == tokens[0]


def test_each_measurement_is_its_own() -> None:
    spec = zoo.get("lenet5")
    asked = [(32, "adam", 1), (32, "adam", 2), (33, "adam", 1), (32, "sgd", 1)]
    assert len({register_step(spec, *each) for each in asked}) == 4

"""Every reason gives the number that the analysis counts, and its arithmetic is right."""

import math
import re

import pytest
from hypothesis import HealthCheck, assume, given, settings

from cnnlib.arch import zoo
from cnnlib.arch.analysis import LayerSummary, analyze
from cnnlib.arch.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Foreign,
    Layer,
    SeparableConv2D,
)
from cnnlib.arch.reasons import (
    CHANNELS,
    FIELD_HEIGHT,
    FIELD_WIDTH,
    FIXED,
    HEIGHT,
    LEARNED,
    MACS,
    PARAMS,
    UNITS,
    VALUES,
    WIDTH,
    explain_layer,
)
from cnnlib.arch.spec import Spec
from cnnlib.errors import SpecError
from cnnlib.ops.formulas import Formula
from tests.arch.spec_draws import make_specs

TO_PYTHON = (
    (r"\left\lceil", "ceil("), (r"\right\rceil", ")"), (r"\cdot", "*"), (r"\,", " "),
    (r"\max", "max"), (r"\min", "min"), ("{,}", ""),
)  # fmt: skip


def evaluate(latex: str) -> float:
    """What a formula's numbers give, read as arithmetic."""
    text = re.sub(r"\\t?frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", latex)
    for old, new in TO_PYTHON:
        text = text.replace(old, new)
    assert re.fullmatch(r"(ceil|max|min|[\d\s+\-*/(),])+", text), text
    return float(eval(text, {"ceil": math.ceil, "max": max, "min": min}))


def list_expected(row: LayerSummary) -> dict[str, int]:
    """What the analysis says, by the formulas' names."""
    expected = {PARAMS: row.params, MACS: row.macs}
    if len(row.output_shape) == 1:
        expected[UNITS] = row.output_shape[0]
    else:
        expected |= dict(zip((HEIGHT, WIDTH, CHANNELS), row.output_shape, strict=True))
        expected[VALUES] = row.values
    if row.receptive_field:
        expected |= dict(zip((FIELD_HEIGHT, FIELD_WIDTH), row.receptive_field, strict=True))
    if row.kind == "BatchNormalization":
        expected[LEARNED] = row.trainable_params
        expected[FIXED] = row.params - row.trainable_params
    return expected


def check(spec: Spec) -> None:
    for layer, row in zip(spec.layers, analyze(spec).layers, strict=True):
        formulas = explain_layer(layer, row)
        found = {formula.name: formula.result for formula in formulas}
        expected = list_expected(row)
        assert {name: found.get(name) for name in expected} == expected, layer
        for formula in formulas:
            assert evaluate(formula.numbers) == formula.result, (layer, formula)


@pytest.mark.parametrize("name", zoo.names())
def test_the_zoo(name: str) -> None:
    check(zoo.get(name))


@given(make_specs())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_any_network(spec: Spec) -> None:
    try:
        analyze(spec)
    except SpecError:
        assume(False)
    check(spec)


def explain_first(layer: Layer, shape: tuple[int, int, int]) -> dict[str, Formula]:
    spec = Spec("x", "X", shape, (layer,))
    return {formula.name: formula for formula in explain_layer(layer, analyze(spec).layers[0])}


@pytest.mark.parametrize(
    ("layer", "shape", "params", "macs"),
    [
        (
            Conv2D(filters=6, kernel_size=5, padding="same"),
            (32, 32, 3),
            r"5 \cdot 5 \cdot 3 \cdot 6 + 6",  # the issue's own: 456
            r"5 \cdot 5 \cdot 3 \cdot 32 \cdot 32 \cdot 6",
        ),
        (
            Conv2D(filters=6, kernel_size=(1, 3), groups=2, use_bias=False),
            (8, 8, 4),
            r"1 \cdot 3 \cdot 2 \cdot 6",
            r"1 \cdot 3 \cdot 2 \cdot 8 \cdot 6 \cdot 6",
        ),
        (
            DepthwiseConv2D(kernel_size=3, depth_multiplier=2),
            (8, 8, 4),
            r"3 \cdot 3 \cdot 4 \cdot 2 + 8",
            r"3 \cdot 3 \cdot 6 \cdot 6 \cdot 4 \cdot 2",
        ),
        (
            SeparableConv2D(filters=5, kernel_size=3),
            (8, 8, 4),
            r"3 \cdot 3 \cdot 4 \cdot 1 + 4 \cdot 1 \cdot 5 + 5",
            r"3 \cdot 3 \cdot 6 \cdot 6 \cdot 4 \cdot 1 + 4 \cdot 1 \cdot 6 \cdot 6 \cdot 5",
        ),
        (BatchNormalization(), (8, 8, 6), r"4 \cdot 6", "0"),
        (Dense(units=5), (2, 3, 4), r"4 \cdot 5 + 5", r"2 \cdot 3 \cdot 4 \cdot 5"),
        (Flatten(), (2, 3, 4), "0", "0"),
    ],
)  # fmt: skip
def test_as_a_learner_would_write_it(layer, shape, params: str, macs: str) -> None:
    formulas = explain_first(layer, shape)
    assert (formulas[PARAMS].numbers, formulas[MACS].numbers) == (params, macs)


def test_a_field_that_the_image_cuts_off() -> None:
    formulas = explain_first(Conv2D(filters=1, kernel_size=(9, 3), padding="same"), (5, 32, 1))
    assert formulas[FIELD_HEIGHT].numbers == r"\min(1 + (9 - 1)\cdot 1,\, 5)"
    assert formulas[FIELD_WIDTH].numbers == r"1 + (3 - 1)\cdot 1"


def test_a_number_that_needs_no_arithmetic_is_said_once() -> None:
    latex = explain_first(Conv2D(filters=1024, kernel_size=1), (2, 2, 1))[CHANNELS].to_latex()
    assert latex.count("1{,}024") == 1


def test_nothing_is_said_of_a_layer_that_nobody_knows() -> None:
    layer = Foreign(class_name="Secret", name="s", params=7, output_shape=(3,))
    assert explain_first(layer, (8, 8, 3)) == {}

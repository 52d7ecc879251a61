"""The activation page's script: every activation, weights and biases, shares, depth."""

import math

import numpy as np
import pytest

from cnnlib.ops.activations import ACTIVATIONS
from cnnlib.ops.patterns import make_pattern
from cnnlib.ui.activation.settings import EXAMPLES, NAMES, make_settings
from tests.pages.topic_page import address, errors, open_topic, press, run, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "activation.py"
FIRST = float(make_pattern("random", 5, 5)[0, 0, 0]) - 5  # z of the cell that is told at first


def headings(page) -> list[str]:
    return [heading.value for heading in page.subheader]


def table(page):
    return page.dataframe[0].value.set_index("activation")


@pytest.mark.parametrize("name", NAMES)
def test_every_activation_shows_all_parts_and_its_numbers(name) -> None:
    page = open_topic(PAGE, function=name, channels=3, weight="-1.3")
    assert not errors(page)
    assert {"By hand", "Dying units"} <= set(headings(page))
    assert "keras.Sequential" in page.code[0].value
    assert ("LeakyReLU" if name == "leaky_relu" else f"activation='{name}'") in page.code[0].value
    z = -1.3 * (make_pattern("random", 5, 5, 3) - 5)
    value = ACTIVATIONS[name].function(z)[0, 0, 0]
    mantissa = f"{value:.4g}".split("e")[0]
    assert rf"\mathbf{{{mantissa}" in text(page)
    assert table(page).loc[ACTIVATIONS[name].title, "mean output"] == pytest.approx(
        float(ACTIVATIONS[name].function(z).mean()), abs=1e-4
    )


@pytest.mark.parametrize("title", EXAMPLES)
def test_every_example_opens_and_its_link_says_the_same(title) -> None:
    page = open_topic(PAGE)
    press(page, title)
    assert not errors(page)
    again = open_topic(PAGE, **address(page))
    assert text(again) == text(page)


def test_the_formula_of_sigmoid_in_numbers() -> None:
    page = open_topic(PAGE, function="sigmoid", weight="0.5", bias="1")
    z = 0.5 * FIRST + 1
    assert rf"0.5 \cdot {FIRST:g} + 1" in text(page)
    assert rf"\frac{{1}}{{1 + e^{{{-z:g}}}}}" in text(page)
    assert rf"\mathbf{{{1 / (1 + math.exp(-z)):.4g}}}" in text(page)


def test_saturation_appears_with_the_weight() -> None:
    def share(weight: float) -> float:
        page = open_topic(PAGE, function="tanh", weight=weight)
        z = weight * (make_pattern("random", 5, 5) - 5)
        expected = (1 - np.tanh(z.astype(float)) ** 2 < 0.01).mean()
        assert f"**{expected:.1%}** are saturated" in text(page)
        assert table(page).loc["Tanh", "saturated"] == pytest.approx(expected)
        return float(expected)

    assert share(0.1) < share(1) < share(5)


def test_a_low_bias_kills_all_units_and_a_high_one_none() -> None:
    page = open_topic(PAGE, bias=-10, weight="0.1")
    assert "**64 of 64** units give 0" in text(page)
    page.slider(key="activation_bias").set_value(10.0).run()
    assert "**0 of 64** units give 0" in text(page)


def test_ten_sigmoid_layers_leave_a_millionth_at_most() -> None:
    page = open_topic(PAGE)
    press(page, "Ten sigmoid layers")
    assert "nowhere steeper than 0.25" in text(page)
    assert f"0.25^10 = **{0.25**10:.2e}**" in text(page)
    page = open_topic(PAGE, function="sigmoid", layers=3, weight=2)
    assert f"0.25^3 · 2^2 = **{0.25**3 * 4:.4g}**" in text(page)


def test_predicting_covers_the_output_until_the_answer() -> None:
    page = open_topic(PAGE, predict=1)
    assert "By hand" not in headings(page)
    zeros = int((make_pattern("random", 5, 5) <= 5).sum())
    guesses = {number.label: number for number in page.number_input}
    guesses["Outputs that are 0"].set_value(zeros)
    guesses["Outputs below 0"].set_value(1)
    press(page, "Reveal")
    assert f"✓ Outputs that are 0: **{zeros}**" in text(page)
    assert "Outputs below 0: you said 1; it is **0**" in text(page)
    assert "By hand" in headings(page)


HOSTILE = [
    {"function": "gelu_tanh", "weight": "nan", "bias": "99"},
    {"function": "__class__", "size": 0, "channels": 7, "layers": 31},
    {"beside": "relu.relu", "edits": "input.0=1e9", "cell": "z.9.9.9"},
    {"beside": "evil", "cell": "slope.-1"},
    {"beside": "", "cell": "weight.0", "source": "image", "image": 99999999},
    {"edits": "input.0=1000000~input.1=-1000000", "weight": 10, "layers": 30, "function": "gelu"},
]


@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_an_impossible_address_leads_to_a_page_that_works(query) -> None:
    page = open_topic(PAGE, **query)
    assert not errors(page)
    assert page.code


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_every_control_at_its_end_answers(name, end) -> None:
    page = open_topic(PAGE, function=name, source="image")
    for slider in page.slider:
        slider.set_value(slider.min if end == "low" else slider.max)
    for number in page.number_input:
        number.set_value(number.min if end == "low" else number.max)
    page.multiselect[0].set_value([] if end == "low" else NAMES)
    run(page)
    assert not errors(page)


def test_softmax_of_one_channel_says_why_it_is_1() -> None:
    page = open_topic(PAGE, function="softmax")
    assert "Softmax of a single channel is always 1" in text(page)
    assert table(page).loc["Softmax", "smallest output"] == 1


def test_an_upload_that_is_gone_is_one_line() -> None:
    page = open_topic(PAGE, source="upload", upload="0" * 16)
    (error,) = errors(page)
    assert "Upload it again" in error
    assert page.slider


def test_every_setting_is_read_back_from_what_it_writes() -> None:
    for setting in make_settings():
        if setting.default not in ("", None, {}):
            assert setting.parse(setting.format(setting.default)) == setting.default

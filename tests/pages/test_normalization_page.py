"""The batch normalisation page's script: batches, modes, moving statistics, the forgotten call."""

import re

import numpy as np
import pytest

from cnnlib.runs import client
from cnnlib.runs.arrays import decode_array, encode_array
from cnnlib.ui.normalization.batches import make_batch
from cnnlib.ui.normalization.experiment import follow
from cnnlib.ui.normalization.settings import EXAMPLES, make_settings
from tests.pages.topic_page import address, errors, open_topic, press, run, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "normalization.py"


def headings(page) -> list[str]:
    return [heading.value for heading in page.subheader]


@pytest.mark.parametrize("title", EXAMPLES)
def test_every_example_opens_and_shows_all_parts(title) -> None:
    page = open_topic(PAGE)
    press(page, title)
    assert not errors(page)
    assert "By hand" in headings(page)
    assert "layers.BatchNormalization" in page.code[-1].value
    again = open_topic(PAGE, **address(page))  # by its link
    assert not errors(again)
    assert text(again) == text(page)


def test_the_numbers_of_the_chosen_channel_are_filled_in() -> None:
    values = make_batch("numbers", 4, 0).values[..., 1].astype(np.float64)
    page = open_topic(PAGE, channel=1)
    told = text(page)
    assert rf"\mathbf{{{values.mean():.4g}}}" in told
    assert rf"\mathbf{{{values.var():.4g}}}" in told
    x_hat = (values.flat[0] - values.mean()) / np.sqrt(values.var() + 1e-3)
    assert rf"\mathbf{{{x_hat:.4g}}}" in told


def test_all_equal_numbers_become_beta() -> None:
    page = open_topic(PAGE)
    press(page, "All equal: why ε")
    told = text(page)
    assert r"\frac{5 - 5}{\sqrt{0 + 0.001}}" in told
    assert address(page)["edits"].startswith("input.0=5")


def test_one_more_batch_moves_the_statistics() -> None:
    page = open_topic(PAGE, batches=0, momentum="0.5", mode="inference")
    assert "A new layer has seen nothing: moving mean 0, variance 1." in text(page)
    assert r"\mu = \mathbf{0}" in text(page)
    press(page, "One more batch")
    mean = make_batch("numbers", 4, 0).values[..., 0].mean()
    assert address(page)["batches"] == "1"
    assert f"After 1 batch: moving mean {mean / 2:.4g}" in text(page)
    assert rf"0.5 \cdot 0 + 0.5 \cdot {mean:.4g}" in text(page)


@pytest.mark.parametrize("momentum", [0, 0.5, 0.99])
def test_the_moving_mean_is_a_weighted_sum_of_all_batches(momentum) -> None:
    """In closed form: batch k of n has the weight (1 - m) · m^(n - k)."""
    x = np.arange(16, dtype=np.float32).reshape(2, 2, 2, 2)
    rng = np.random.default_rng(0)
    means, variances = rng.normal(size=(2, 7, 2)).astype(np.float32)
    means[0], variances[0] = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    moving = follow(x, means, variances, momentum, 7)
    weights = (1 - momentum) * momentum ** np.arange(6, -1, -1, dtype=float)
    np.testing.assert_allclose(moving.mean[-1], weights @ means, atol=1e-5)
    expected = weights @ variances + momentum**7
    np.testing.assert_allclose(moving.variance[-1], expected, atol=1e-5)


def test_predicting_covers_what_comes_out() -> None:
    page = open_topic(PAGE, predict=1)
    assert "By hand" not in headings(page)
    guesses = {number.label: number for number in page.number_input}
    guesses["Parameters of the layer"].set_value(8)
    guesses["Trainable parameters"].set_value(8)
    guesses["Mean of x̂, channel 0, rounded"].set_value(0)
    guesses["Variance of x̂, channel 0, rounded"].set_value(1)
    press(page, "Reveal")
    told = text(page)
    assert "✓ Parameters of the layer: **8**" in told
    assert "you said 8; it is **4**" in told
    assert "✓ Mean of x̂, channel 0, rounded: **0**" in told
    assert "✓ Variance of x̂, channel 0, rounded: **1**" in told
    assert "By hand" in headings(page)


def test_the_curve_keeps_its_choice_while_covered() -> None:
    page = open_topic(PAGE, predict=1, curve="tanh")
    run(page)
    assert address(page)["curve"] == "tanh"


HOSTILE = [
    {"source": "evil", "images": 99, "first": -1, "mode": "x", "momentum": "2"},
    {"gamma_0": "nan", "beta_1": "1e999", "epsilon": "0", "batches": "1000", "channel": 7},
    {"edits": "input.0=1e999", "cell": "output.-1", "curve": "../x", "trained": "yes"},
    {"cell": "output.9.9.9.9", "edits": "input.99999=3"},
    {"cell": "mean.0.0.0.0", "first": 9_999_999, "source": "images", "images": 8},
]


@pytest.mark.parametrize("query", HOSTILE)
def test_an_impossible_address_leads_to_a_page_that_works(query) -> None:
    page = open_topic(PAGE, **query)
    assert not errors(page)
    assert page.code


@pytest.mark.parametrize("source", ["numbers", "images"])
@pytest.mark.parametrize("mode", ["training", "inference"])
@pytest.mark.parametrize("end", ["low", "high"])
def test_every_control_at_its_end_answers(source, mode, end) -> None:
    page = open_topic(PAGE, source=source, mode=mode)
    for slider in page.slider:
        slider.set_value(slider.min if end == "low" else slider.max)
    for number in page.number_input:
        number.set_value(number.min if end == "low" else number.max)
    page.select_slider[0].set_value("0.00001" if end == "low" else "10")
    run(page)
    assert not errors(page)


def test_every_setting_is_read_back_from_what_it_writes() -> None:
    for setting in make_settings():
        if setting.default not in (None, {}):
            assert setting.parse(setting.format(setting.default)) == setting.default


def answer_by_hand(question, *, x, momentum, steps):
    """What Keras should answer: one batch again and again; the forgetful one stays."""
    assert question == "train_without_training"
    batch = decode_array(x)
    axes = tuple(range(batch.ndim - 1))
    left = momentum ** np.arange(steps + 1)[:, None]
    moved = {"moving_mean": encode_array((1 - left) * batch.mean(axis=axes)),
             "moving_variance": encode_array(left + (1 - left) * batch.var(axis=axes))}  # fmt: skip
    stuck = {"moving_mean": encode_array(0 * left * np.ones(batch.shape[-1])),
             "moving_variance": encode_array(0 * left + np.ones(batch.shape[-1]))}  # fmt: skip
    models = {"functional": moved, "forgetful": stuck, "mindful": moved}
    return {"models": models, "keras": "3.test"}


def wait_until_told(page, pattern: str):
    for _ in range(40):
        if re.search(pattern, text(page)) or errors(page):
            return page
        page = run(page)
    raise AssertionError(f"never told {pattern!r}")


def test_the_button_has_keras_train_and_the_link_keeps_it(monkeypatch) -> None:
    monkeypatch.setattr(client, "is_warm", lambda: True)
    monkeypatch.setattr(client, "ask", answer_by_hand)
    page = open_topic(PAGE, momentum="0.9", first=1)
    assert "3.test" not in text(page)
    press(page, "Train with Keras")
    assert address(page)["trained"] == "1"
    page = wait_until_told(page, r"3\.test")
    told = text(page)
    assert "`call(self, x)`: **stuck at 0 and 1**" in told
    assert "`functional model`: moved to" in told
    assert "agree with this page’s formula" in told


def test_another_answer_is_said_to_differ(monkeypatch) -> None:
    def answer(question, **arguments):
        return answer_by_hand(question, **{**arguments, "momentum": 0.3})

    monkeypatch.setattr(client, "is_warm", lambda: True)
    monkeypatch.setattr(client, "ask", answer)
    page = wait_until_told(open_topic(PAGE, trained=1, first=2), r"3\.test")
    assert "**differ from** this page’s formula" in text(page)


def test_what_keras_makes_of_it_may_fail(monkeypatch) -> None:
    monkeypatch.setattr(client, "is_warm", lambda: True)
    monkeypatch.setattr(client, "ask", lambda question, **_: {"models": {}})
    page = wait_until_told(open_topic(PAGE, trained=1, first=3), "nothing")
    (error,) = errors(page)
    assert "cannot be read" in error
    assert [button for button in page.button if button.label == "Try again"]

"""The parameters page's script: the notes' numbers, settings by link, prediction."""

import pytest

from tests.pages.topic_page import address, errors, open_topic, press, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "parameters.py"


def counts(page) -> list[str]:
    return [metric.value for metric in page.metric]


@pytest.mark.parametrize(
    ("example", "conv", "formula"),
    [
        ("3×3 on grey", "10", r"3 \cdot 3 \cdot 1 + 1"),
        ("3×3 on colour", "28", r"3 \cdot 3 \cdot 3 + 1"),
        ("5×5 on colour", "76", r"5 \cdot 5 \cdot 3 + 1"),
    ],
)
def test_the_notes_kernels(example: str, conv: str, formula: str) -> None:
    page = open_topic(PAGE, filters=7, size=3)
    press(page, example)
    assert counts(page)[0] == conv
    assert formula in text(page)
    assert not errors(page)


def test_the_notes_dense_network_and_its_lines() -> None:
    page = open_topic(PAGE)
    press(page, "784 → 128 → 10")
    assert counts(page)[1] == "101,770"
    assert r"784 \cdot 128 + 128" in text(page)
    assert r"128 \cdot 10 + 10" in text(page)
    assert "layers.Dense(units=128)," in page.code[1].value


def test_a_link_and_the_controls_count_the_same() -> None:
    page = open_topic(PAGE)
    page.number_input(key="parameters_filters").set_value(32).run()
    page.number_input(key="parameters_channels").set_value(3).run()
    page.toggle(key="parameters_bias").set_value(False).run()
    assert address(page) == {"channels": "3", "filters": "32", "bias": "0"}
    assert counts(page)[0] == "864"
    assert counts(open_topic(PAGE, **address(page))) == counts(page)


def test_predict_hides_both_counts_until_they_are_said() -> None:
    page = open_topic(PAGE, predict=1)
    assert not page.metric
    guesses = {number.label: number for number in page.number_input}
    guesses["Convolution"].set_value(10)
    guesses["Dense network"].set_value(100_480)
    press(page, "Reveal")
    assert "✓ Convolution: **10**" in text(page)
    assert "you said 100,480; it is **101,770**" in text(page)
    assert counts(page) == ["10", "101,770"]


def test_what_is_too_large_for_keras_is_said() -> None:
    page = open_topic(PAGE, size=256, channels=512, filters=512, kernel=11, units=4096)
    assert text(page).count("are not sent to Keras") == 2
    assert counts(page)[1] == "137,438,998,538"
    assert not errors(page)


def test_the_smallest_of_all() -> None:
    page = open_topic(PAGE, size=1, channels=1, filters=1, kernel=1, units=1, classes=1, bias=0)
    assert counts(page) == ["1", "2"]
    assert not errors(page)


def test_what_the_address_says_wrongly_is_passed_over() -> None:
    page = open_topic(PAGE, size=0, channels="x", filters=-1, kernel=12, units=1e9, classes="",
                      bias="no", cell="input.1.1.1.1.1.1")  # fmt: skip
    assert counts(page) == ["10", "101,770"]
    assert address(page) == {}

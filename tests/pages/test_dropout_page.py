"""The dropout page's script: examples, draws by link, prediction, rules."""

import pytest

from cnnlib.ui.dropout.settings import EXAMPLES, make_settings
from tests.pages.topic_page import address, errors, open_topic, press, run, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "dropout.py"


def test_begins_with_units_and_says_what_fell() -> None:
    page = open_topic(PAGE)
    assert not errors(page)
    assert address(page) == {}
    assert "**16 of 40** fell in this draw" in text(page)  # counted in NumPy's draw of seed 0
    assert r"\frac{1}{1 - 0.5}" in text(page)
    assert "layers.Dropout(rate=0.5)" in page.code[0].value
    assert "Input(shape=(6,))" in page.code[0].value
    assert page.dataframe[0].value["rate"].tolist()[0] == 0.2


@pytest.mark.parametrize("title", EXAMPLES)
def test_every_example_shows_all_parts(title) -> None:
    page = open_topic(PAGE, rate=30, draw=5)
    press(page, title)
    assert not errors(page)
    assert "By hand" in [header.value for header in page.subheader]
    assert "draw" not in address(page)


def test_another_draw_is_another_address() -> None:
    page = open_topic(PAGE)
    before = text(page)
    press(page, "Draw again")
    assert address(page) == {"draw": "1"}
    assert text(page) != before


def test_in_inference_nothing_falls() -> None:
    page = open_topic(PAGE, phase="inference")
    assert "all 40 stay as they are" in text(page)
    assert "**8 of 8** units of the hidden layer stay" in text(page)


def test_another_example_has_another_network() -> None:
    page = open_topic(PAGE)
    page.slider(key="dropout_example").set_value(4).run()
    assert address(page) == {"example": "4"}
    assert "**4 of 8** units" in text(page)  # the last row of the mask of seed 0


@pytest.mark.parametrize("of", ["units", "maps"])
@pytest.mark.parametrize("rate", [0, 95, 100])
@pytest.mark.parametrize("size", [1, 32])
def test_the_ends_of_the_sliders(of, rate, size) -> None:
    page = open_topic(PAGE, of=of, rate=rate, size=size, channels=3, source="image")
    if rate == 100:
        (error,) = errors(page)
        assert "rate must be a number from 0 up to, but not including, 1" in error
        page.slider(key="dropout_rate").set_value(20)
        run(page)
    assert not errors(page)
    assert page.code
    if rate == 0:
        assert "nothing to average" in text(page)


def test_predicting_takes_two_decimals() -> None:
    page = open_topic(PAGE, predict=1, rate=30)
    assert not page.code
    guesses = {number.label: number for number in page.number_input}
    guesses["How many of 40 fall on average"].set_value(12)
    guesses["What the others are multiplied by"].set_value(1.43)
    press(page, "Reveal")
    assert page.code
    assert "✓ How many of 40 fall on average: **12**" in text(page)
    assert "✓ What the others are multiplied by: **1.4286**" in text(page)


@pytest.mark.parametrize(
    "query",
    [
        {"rate": "33", "draw": "-1", "of": "cats", "phase": "sleeping"},
        {"rate": "nan", "example": "5", "cell": "mask.9.9", "predict": "yes"},
        {"size": "0", "channels": "²", "source": "../x", "upload": "zz"},
        {"cell": "output.99.99", "rate": "1e1"},
    ],
)
def test_what_the_address_says_wrongly_is_passed_over(query) -> None:
    page = open_topic(PAGE, **query)
    assert not errors(page)
    assert set(address(page)) <= {"cell"}


def test_every_setting_is_read_back_from_what_it_writes() -> None:
    for setting in make_settings():
        if setting.default not in ("", None, {}):
            assert setting.parse(setting.format(setting.default)) == setting.default

"""The padding page's script: settings by link and by control, prediction, rules."""

import pytest

from tests.pages.topic_page import address, errors, open_topic, press, text

pytestmark = pytest.mark.usefixtures("with_synthetic")


def table(page) -> dict[str, dict[str, str]]:
    return page.dataframe[0].value.to_dict()


def test_begins_with_the_notes_example() -> None:
    page = open_topic("padding.py")
    assert [slider.value for slider in page.slider] == [5, 3, 1, 1]
    assert "1 zero on every side." in text(page)
    assert table(page)["SAME"]["output"] == "5 × 5"
    assert table(page)["VALID"]["output"] == "3 × 3"
    assert r"\mathbf{5}" in text(page)
    assert "padding='same'" in page.code[0].value
    assert not errors(page)
    assert address(page) == {}


def test_where_the_odd_zero_goes() -> None:
    page = open_topic("padding.py", size=6, stride=2)
    assert "0 zeros above and on the left, **1 below and on the right**" in text(page)
    assert table(page)["SAME"]["zeros after"] == "1"
    assert table(page)["VALID"]["unread rows"] == "1"


def test_a_control_reaches_the_address_and_the_formula() -> None:
    page = open_topic("padding.py")
    page.slider(key="padding_size").set_value(9).run()
    page.button_group(key="padding_padding").set_value("valid").run()
    assert address(page) == {"size": "9", "padding": "valid"}
    assert r"\frac{9 - 3 + 1}{1}" in text(page)
    assert "No zeros are added." in text(page)


def test_an_example_sets_everything() -> None:
    page = open_topic("padding.py", size=11, kernel=7, stride=3)
    press(page, "VALID leaves a row out")
    assert address(page) == {"size": "6", "stride": "2", "padding": "valid"}
    assert "No window reads row and column 5" in text(page)


def test_an_example_leaves_the_prediction_on() -> None:
    page = open_topic("padding.py", predict=1)
    press(page, "Dilated")
    assert address(page) == {"size": "8", "dilation": "2", "predict": "1"}


def test_predict_hides_the_output_until_it_is_said() -> None:
    page = open_topic("padding.py", predict=1, size=6, stride=2)
    assert "By hand" not in [heading.value for heading in page.subheader]
    (guess,) = [number for number in page.number_input if number.label == "Rows of the output"]
    guess.set_value(3)
    press(page, "Reveal")
    assert "✓ Rows of the output: **3**, as you said." in text(page)
    assert "By hand" in [heading.value for heading in page.subheader]


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ({"size": 3, "kernel": 5, "padding": "valid"}, "must fit into the input"),
        ({"stride": 2, "dilation": 2}, "not both"),
    ],
)
def test_an_impossible_setting_says_its_rule_and_can_be_left(query, rule) -> None:
    page = open_topic("padding.py", **query)
    (error,) = errors(page)
    assert rule in error
    page.slider(key="padding_stride").set_value(1).run()
    page.button_group(key="padding_padding").set_value("same").run()
    assert not errors(page)


def test_what_the_address_says_wrongly_is_passed_over() -> None:
    page = open_topic("padding.py", size=13, kernel="x", stride=0, dilation="²", padding="full",
                      predict="yes", cell="output.9", edits="kernel.1=nan")  # fmt: skip
    assert [slider.value for slider in page.slider] == [5, 3, 1, 1]
    assert not errors(page)
    assert address(page) == {}


@pytest.mark.parametrize("size", [1, 12])
@pytest.mark.parametrize("kernel", [1, 7])
@pytest.mark.parametrize("stride", [1, 4])
def test_every_end_of_the_sliders_works_with_same(size, kernel, stride) -> None:
    assert not errors(open_topic("padding.py", size=size, kernel=kernel, stride=stride))

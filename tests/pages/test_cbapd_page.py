"""The CBAPD page's script: every example, every order by button and by link, rules."""

from itertools import permutations

import pytest

from cnnlib.ui.cbapd.settings import EXAMPLES, make_settings, parse_order
from tests.pages.topic_page import address, errors, open_topic, press, text

pytestmark = pytest.mark.usefixtures("with_synthetic")
PAGE = "cbapd.py"


def layers_of(page) -> list[str]:
    lines = [line.strip() for line in page.code[0].value.splitlines()]
    calls = [line.removeprefix("layers.") for line in lines if line.startswith("layers.")]
    return [call.split("(")[0] for call in calls]


NOTES = ["Conv2D", "BatchNormalization", "Activation", "MaxPooling2D", "Dropout"]


def test_begins_with_the_notes_order() -> None:
    page = open_topic(PAGE)
    assert not errors(page)
    assert address(page) == {}
    assert layers_of(page) == NOTES
    table = page.dataframe[0].value
    assert list(table["step"]) == ["Input", "Convolution", "BatchNorm", "Activation", "Pooling",
                                   "Dropout"]  # fmt: skip
    assert list(table["parameters"]) == [0, 10, 4, 0, 0, 0]
    assert list(table["shape"])[1:5] == ["6 × 6 × 1"] * 3 + ["3 × 3 × 1"]
    assert "Activation ↔ Pooling: **max |Δ| = 0**" in text(page)
    assert "BatchNorm ↔ Activation: **max |Δ| = 0**" not in text(page)
    assert "feature extractor, and that is CBAPD" in text(page)


@pytest.mark.parametrize("title", EXAMPLES)
def test_every_example_shows_all_parts(title) -> None:
    page = open_topic(PAGE, order="dpABC", rate=75)
    press(page, title)
    assert not errors(page)
    assert len(layers_of(page)) == 5
    assert "By hand" in [header.value for header in page.subheader]


def test_steps_move_and_switch_by_their_cards() -> None:
    page = open_topic(PAGE)
    page.button(key="cbapd_Later_B").click().run()
    assert address(page) == {"order": "CABPD"}
    assert layers_of(page) == [NOTES[place] for place in (0, 2, 1, 3, 4)]
    page.toggle(key="cbapd_on_D").set_value(False).run()
    assert address(page) == {"order": "CABPd"}
    assert "Dropout" not in layers_of(page)
    page.button(key="cbapd_Earlier_B").click().run()
    page.toggle(key="cbapd_on_D").set_value(True).run()
    assert address(page) == {}
    page.session_state["cbapd_order"] = "CABPD"  # the first of two clicks, not drawn yet
    page.button(key="cbapd_Later_B").click().run()
    assert address(page) == {"order": "CAPBD"}
    page.session_state["cbapd_order"] = "CBAPD"
    page.toggle(key="cbapd_on_B").set_value(False).run()
    assert address(page) == {"order": "CbAPD"}
    page.toggle(key="cbapd_on_B").set_value(True).run()
    assert page.button(key="cbapd_Earlier_C").disabled
    assert page.button(key="cbapd_Later_D").disabled


@pytest.mark.parametrize("order", ["".join(order) for order in permutations("CBAPD")][::17])
@pytest.mark.parametrize("phase", ["training", "inference"])
def test_every_order_by_its_link(order, phase) -> None:
    page = open_topic(PAGE, order=order, phase=phase, channels=2, filters=2, rate=50)
    assert not errors(page)
    assert len(layers_of(page)) == 5


def test_all_switched_off() -> None:
    page = open_topic(PAGE, order="cbapd")
    assert not errors(page)
    assert "Switch one on" in text(page)


def test_predicting_covers_the_steps() -> None:
    page = open_topic(PAGE, predict=1)
    assert not page.code
    guesses = {number.label: number for number in page.number_input}
    guesses["Rows that come out"].set_value(3)
    guesses["Parameters in all"].set_value(14)
    press(page, "Reveal")
    assert page.code
    assert "✓ Rows that come out: **3**" in text(page)
    assert "✓ Parameters in all: **14**" in text(page)
    page.button(key="cbapd_Later_C").click().run()
    assert not page.code  # another order, another question


def test_a_kernel_that_does_not_fit_says_its_rule_and_can_be_changed() -> None:
    page = open_topic(PAGE, size=2)
    (error,) = errors(page)
    assert "kernel must fit into the input" in error
    page.selectbox(key="cbapd_padding").set_value("same").run()
    assert not errors(page)


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_every_control_dragged_to_its_end_answers(end, padding) -> None:
    page = open_topic(PAGE, padding=padding)
    for widget in [*page.slider, *page.number_input]:
        if widget.key and widget.key.startswith("cbapd_"):
            widget.set_value(widget.min if end == "low" else widget.max)
    page.run()
    assert not page.exception
    assert all("went wrong" not in error for error in errors(page))


@pytest.mark.parametrize(
    "query",
    [
        {"order": "CBAPX", "rate": "100", "phase": "x", "pool_size": "9"},
        {"order": "CCBAP", "kernel": "evil", "filters": "0", "kernel_size": "99"},
        {"edits": "kernel.999=5~nowhere.1=2", "cell": "stage_9.1.2.3"},
        {"order": "ＣＢＡＰＤ", "draw": "-3", "activation": "softmax", "pooling": "min"},
    ],
)
def test_what_the_address_says_wrongly_is_passed_over(query) -> None:
    page = open_topic(PAGE, **query)
    assert not errors(page)
    assert layers_of(page) == NOTES
    assert set(address(page)) <= {"cell", "edits"}


def test_edits_in_the_address_are_computed_with() -> None:
    """A kernel of zeros but for 1 in the middle leaves the image's inner cells as they are."""
    edits = "~".join(f"kernel.{place}={int(place == 4)}" for place in range(9))
    page = open_topic(PAGE, edits=edits, source="numbers", pattern="ramp", order="Cbapd")
    row = page.dataframe[0].value.set_index("step").loc["Convolution"]
    assert (row["smallest"], row["largest"]) == (9, 54)  # of 0 to 63 in 8 × 8
    assert [button for button in page.button if button.label == "Undo my numbers"]


def test_orders_that_are_none() -> None:
    for word in ("", "CBAP", "CBAPDD", "CBAPE", "cbapdC"):
        with pytest.raises(ValueError, match=word or None):
            parse_order(word)
    assert parse_order("dPaBc") == "dPaBc"


def test_every_setting_is_read_back_from_what_it_writes() -> None:
    for setting in make_settings():
        if setting.default not in ("", None, {}):
            assert setting.parse(setting.format(setting.default)) == setting.default

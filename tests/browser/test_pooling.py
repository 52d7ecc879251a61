"""The pooling page as a learner uses it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.grids import (
    expect_sum,
    hover,
    marked,
    path_of,
    pin,
    wait_for_grids,
)
from tests.browser.visit import Visit

PAGE = "pooling-lab"
EQUALS = {
    "max": "equals Keras exactly",
    "stochastic": "equals the definition in TensorFlow",
    "netvlad": "equals the definition in TensorFlow",
}


def expect_badge(visitor: Visit, text: str, count: int = 1) -> None:
    badges = visitor.page.get_by_text(re.compile(text))
    expect(badges).to_have_count(count, timeout=120_000)


def test_the_notes_example_forward_and_back(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    hover(visitor, "output", 0, 0, 0)
    expect_sum(visitor, "5·0.25", "= 3.25")
    assert marked(visitor, "input", "direct") == [[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0]]
    hover(visitor, "output", 0, 1, 0)
    expect_sum(visitor, "= 5.25")
    expect_badge(visitor, "^equals Keras exactly")
    visitor.page.get_by_text("Gradient", exact=True).first.click()
    expect(visitor.part("grid-upstream")).to_be_visible()
    wait_for_grids(visitor)
    hover(visitor, "gradient", 1, 1, 0)
    expect_sum(visitor, "1·0.25 = 0.25")
    assert marked(visitor, "upstream", "direct") == [[0, 0, 0]]
    expect_badge(visitor, "^equals TensorFlow’s gradient exactly")


def test_an_edited_input_moves_the_winner_and_travels_by_link(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?kind=max&view=gradient")
    wait_for_grids(visitor)
    pin(visitor, "gradient", 0, 0, 0)
    expect_sum(visitor, "= 0")
    pin(visitor, "input", 0, 0, 0)
    visitor.page.keyboard.type("9")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(re.compile(r"edits=input\.0(%3D|=)9"))
    visitor.wait_until_idle()
    hover(visitor, "gradient", 0, 0, 0)
    expect_sum(visitor, "1")
    expect(visitor.part("grid-sum").first).to_have_attribute("data-value", "1")
    other = visit(lab, path_of(visitor))
    wait_for_grids(other)
    hover(other, "gradient", 0, 0, 0)
    expect(other.part("grid-sum").first).to_have_attribute("data-value", "1")
    expect_badge(other, "^equals TensorFlow’s gradient exactly")


@pytest.mark.parametrize("kind", EQUALS)
def test_kinds_equal_keras_or_their_definition_on_a_phone_too(kind, lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?kind={kind}", width=400, dark=True)
    wait_for_grids(visitor)
    expect_badge(visitor, f"^{EQUALS[kind]}")
    visitor.expect_no_sideways_scrolling()


def test_another_kind_by_click_and_a_broken_rule_is_mended(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    visitor.page.get_by_role("radio", name="Median").or_(
        visitor.page.get_by_role("button", name="Median", exact=True)
    ).click()
    expect(visitor.page).to_have_url(re.compile("kind=median"))
    wait_for_grids(visitor)
    hover(visitor, "output", 0, 0, 0)
    expect_sum(visitor, "= 3")
    visitor.open(f"{PAGE}?kind=median&size=1")
    expect(visitor.part("stAlertContentError")).to_contain_text("pool_size must fit")
    visitor.page.get_by_role("spinbutton", name="Window k").fill("1")
    visitor.page.keyboard.press("Enter")
    expect(visitor.part("stAlertContentError")).to_have_count(0)
    wait_for_grids(visitor)

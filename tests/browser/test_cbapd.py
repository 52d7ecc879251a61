"""The CBAPD laboratory as a learner uses it."""

import re

import pytest
from playwright.sync_api import expect

from cnnlib.data import load
from tests.browser.grids import (
    click,
    expect_equal_to_keras,
    expect_sum,
    hover,
    marked,
    path_of,
    pin,
    stage,
    wait_for_grids,
)

PAGE = "cbapd-lab"


@pytest.fixture(autouse=True)
def images(lab) -> None:
    """Drawn before a page needs them: that takes seconds."""
    load("synthetic")


def test_a_last_cell_lights_up_in_every_step(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    hover(visitor, "d", 1, 1, 0)
    window = [[row, column, 0] for row in (2, 3) for column in (2, 3)]
    assert marked(visitor, "p") == [[1, 1, 0]]
    for step in ("a", "b", "c"):
        assert marked(visitor, step) == window
    reached = [[row, column, 0] for row in range(2, 6) for column in range(2, 6)]
    assert marked(visitor, "input") == reached
    expect_equal_to_keras(visitor)
    visitor.expect_no_sideways_scrolling()
    phone = visit(lab, f"{PAGE}?size=32&channels=3&filters=4", width=400, dark=True)
    wait_for_grids(phone)
    phone.expect_no_sideways_scrolling()


def test_numbers_by_hand_through_convolution_and_activation(lab, visit) -> None:
    """Columns of 0 0 9 9 under Sobel, upside down by −1: 36 falls below 0, and ReLU stops it."""
    visitor = visit(lab, f"{PAGE}?source=numbers&pattern=edge&size=4&order=CAbpd")
    wait_for_grids(visitor)
    hover(visitor, "a", 0, 0, 0)
    expect_sum(visitor, "36")
    click(visitor, "bias", 0)
    visitor.page.keyboard.type("-40")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(re.compile(r"edits=bias\.0(%3D|=)-40"))
    visitor.wait_until_idle()
    pin(visitor, "a", 0, 0, 0)
    expect_sum(visitor, "0 (not taken: −4)")
    expect_equal_to_keras(visitor)
    other = visit(lab, path_of(visitor))
    wait_for_grids(other)
    expect_sum(other, "0 (not taken: −4)")
    expect_equal_to_keras(other)
    other.button("Undo my numbers").click()
    expect_sum(other, "36")


def test_steps_move_by_keyboard_and_training_equals_keras(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    visitor.button("Later").nth(1).press("Enter")
    expect(visitor.page).to_have_url(re.compile("order=CABPD"))
    visitor.wait_until_idle()
    order = visitor.page.evaluate(
        "[...document.querySelector('.lab-grids').labGrids.model.grids.keys()]"
    )
    assert [name for name in order if len(name) == 1] == ["c", "a", "b", "p", "d"]
    visitor.page.get_by_role("radio", name="Training").click()
    expect(visitor.page.get_by_text("In training mode, without dropout")).to_be_visible()
    expect_equal_to_keras(visitor)
    other = visit(lab, path_of(visitor))
    wait_for_grids(other)
    expect(other.page.get_by_text("In training mode, without dropout")).to_be_visible()
    expect(stage(other, "d")).to_have_attribute("data-rows", "3")
    visitor.page.get_by_role("switch", name="Dropout").or_(
        visitor.page.get_by_role("checkbox", name="Dropout")
    ).first.focus()
    visitor.page.keyboard.press("Space")
    expect(visitor.page).to_have_url(re.compile("order=CABPd"))
    expect(stage(visitor, "d")).to_have_count(0)

"""The padding page in a browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.grids import (
    expect_equal_to_keras,
    hover,
    locate,
    marked,
    path_of,
    pin,
    wait_for_grids,
)

PAGE = "padding-lab"


def test_a_corner_reads_its_zeros_and_equals_keras(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    hover(visitor, "output", 4, 4, 0)
    window = [[row, column, 0] for row in (4, 5, 6) for column in (4, 5, 6)]
    assert marked(visitor, "padded") == window
    real = [cell for cell in marked(visitor, "input") if max(cell) < 5]
    assert real == [[3, 3, 0], [3, 4, 0], [4, 3, 0], [4, 4, 0]]
    expect(visitor.part("grid-sum")).to_contain_text("Output[row 4, column 4]")
    hover(visitor, "padded", 1, 1, 0)
    assert [0, 0, 0] in marked(visitor, "input")
    expect_equal_to_keras(visitor)


def test_a_link_shows_the_same_setting_and_cell(lab, visit) -> None:
    first = visit(lab, f"{PAGE}?size=7&stride=2&padding=valid")
    wait_for_grids(first)
    pin(first, "output", 2, 1, 0)
    second = visit(lab, path_of(first))
    wait_for_grids(second)
    expect(second.part("linked-grids")).to_have_attribute("data-cell", "output:2,1,0")
    expect(second.part("grid-padded")).to_have_count(0)
    assert marked(second, "input") == marked(first, "input")


def test_typing_into_the_kernel_changes_the_output_and_the_link(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    visitor.page.mouse.dblclick(*locate(visitor, "kernel", 1, 1, 0, 0))
    visitor.part("grid-edit").fill("5")
    visitor.part("grid-edit").press("Enter")
    expect(visitor.page).to_have_url(re.compile(r"edits=kernel\.4(=|%3D)5"))
    wait_for_grids(visitor)
    hover(visitor, "output", 2, 2, 0)
    expect(visitor.part("grid-sum")).to_contain_text("·5")
    expect_equal_to_keras(visitor)


def test_an_impossible_setting_says_its_rule_and_the_controls_lead_out(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?size=3&kernel=5&padding=valid")
    alert = visitor.part("stAlertContentError")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("the kernel must fit into the input")
    visitor.main.get_by_role("radio", name="SAME").click()
    expect(alert).to_have_count(0)
    wait_for_grids(visitor)


def test_prediction_comes_before_the_output(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?predict=1&size=6&stride=2")
    wait_for_grids(visitor)
    expect(visitor.part("grid-output")).to_have_count(0)
    visitor.main.get_by_label("Rows of the output").fill("3")
    visitor.button("Reveal").click()
    expect(visitor.page.get_by_text("as you said")).to_be_visible()
    expect(visitor.part("grid-output")).to_have_count(1)


@pytest.mark.parametrize("dark", [False, True])
def test_narrow(lab, visit, dark) -> None:
    visitor = visit(lab, f"{PAGE}?size=12&kernel=7&stride=4", width=400, dark=dark)
    wait_for_grids(visitor)
    visitor.expect_no_sideways_scrolling()

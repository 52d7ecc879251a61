"""The parameters page in a browser."""

import re

from playwright.sync_api import expect

from tests.browser.grids import (
    expect_equal_to_keras,
    hover,
    marked,
    path_of,
    wait_for_grids,
)

PAGE = "counting-parameters"


def test_every_output_cell_meets_the_same_weights(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    visitor.page.get_by_role("button", name="3×3 on colour").click()
    expect(visitor.page).to_have_url(re.compile("channels=3"))
    wait_for_grids(visitor)
    for cell in ((0, 0, 0), (4, 2, 0)):
        hover(visitor, "output", *cell)
        assert len(marked(visitor, "kernel")) == 27
        assert len(marked(visitor, "input")) == 27
        assert marked(visitor, "bias") == [[0]]


def test_the_notes_numbers_are_what_keras_counts(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?channels=1")
    values = visitor.part("stMetricValue")
    expect(values).to_have_text(["10", "101,770"])
    expect_equal_to_keras(visitor, 2)
    for details in visitor.button("Details of the comparison").all():
        details.click()
    expect(visitor.main).to_contain_text(re.compile(r"Parameters\s*101,770"))


def test_a_link_shows_the_same_counts(lab, visit) -> None:
    first = visit(lab, PAGE)
    filters = first.main.get_by_role("spinbutton", name="Filters")
    filters.fill("32")
    filters.press("Enter")
    expect(first.page).to_have_url(re.compile("filters=32"))
    expect(first.part("stMetricValue").first).to_have_text("320")
    second = visit(lab, path_of(first), width=400, dark=True)
    expect(second.part("stMetricValue")).to_have_text(["320", "101,770"])
    second.expect_no_sideways_scrolling()


def test_a_wrong_link_is_passed_over(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?kernel=99&channels=0&filters=x&cell=a.b")
    expect(visitor.part("stMetricValue").first).to_have_text("10")
    expect(visitor.part("stAlertContentError")).to_have_count(0)

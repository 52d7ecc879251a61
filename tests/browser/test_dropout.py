"""The dropout laboratory as a learner uses it."""

import re

import pytest
from playwright.sync_api import expect

from cnnlib.data import load
from tests.browser.grids import (
    expect_equal_to_keras,
    expect_sum,
    hover,
    marked,
    path_of,
    pin,
    wait_for_grids,
)

PAGE = "dropout-lab"


@pytest.fixture(autouse=True)
def images(lab) -> None:
    """Drawn before a page needs them: that takes seconds."""
    load("synthetic")


def expect_lines(visitor, count: int) -> None:
    """So many connections are drawn in the small network."""
    visitor.page.wait_for_function(
        """(count) => {
            const [plot] = document.querySelectorAll('.js-plotly-plot');
            const lines = (plot?.data ?? []).filter((trace) => trace.mode === 'lines');
            return lines.reduce((sum, trace) => sum + trace.x.length / 3, 0) === count;
        }""",
        arg=count,
    )


def read_connections(visitor) -> tuple[str, int]:
    """The line under the network, and how many connections it says are left."""
    line = visitor.page.get_by_text("of the hidden layer stay").inner_text()
    return line, int(re.search(r"with (\d+) of 61 connections", line)[1])


def test_a_cell_that_stays_is_scaled_and_one_that_falls_is_0(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    hover(visitor, "output", 0, 0)
    expect_sum(visitor, "7·2", "= 14")
    hover(visitor, "output", 0, 1)
    expect_sum(visitor, "5·0", "= 0")
    assert marked(visitor, "input") == [[0, 1]]
    expect_equal_to_keras(visitor, 2)
    visitor.expect_no_sideways_scrolling()
    phone = visit(lab, f"{PAGE}?of=maps&rate=20", width=400, dark=True)
    wait_for_grids(phone)
    phone.expect_no_sideways_scrolling()
    expect_equal_to_keras(phone)


def test_a_draw_and_its_network_travel_by_link(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    _, before = read_connections(visitor)
    expect_lines(visitor, before)
    visitor.button("Draw again").click()
    expect(visitor.page).to_have_url(re.compile("draw=1"))
    visitor.wait_until_idle()
    pin(visitor, "output", 1, 2)
    told = visitor.part("grid-sum").inner_text()
    line, left = read_connections(visitor)
    assert left != before
    expect_lines(visitor, left)
    other = visit(lab, path_of(visitor))
    wait_for_grids(other)
    expect(other.part("grid-sum")).to_contain_text(told.splitlines()[0])
    assert read_connections(other)[0] == line
    expect_lines(other, left)
    other.page.get_by_role("radio", name="Inference").click()
    expect(other.page.get_by_text("all 40 stay as they are")).to_be_visible()
    expect_lines(other, 61)  # of 6·8 + 8·4 weights those that are not 0


def test_keras_draws_by_itself_when_asked(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?rate=20")
    visitor.page.get_by_role("button", name=re.compile("Let Keras draw")).click()
    told = visitor.page.get_by_text("numbers fell")
    expect(told).to_contain_text("of 38,000 numbers fell", timeout=60_000)
    share = float(re.search(r"fell, ([\d.]+)%", told.inner_text())[1])
    assert 18.5 < share < 21.5


def test_a_rate_of_1_says_its_rule_and_can_be_left(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?rate=100")
    expect(visitor.part("stAlertContentError")).to_contain_text("not including, 1")
    visitor.page.get_by_role("slider", name="Rate p").press("ArrowLeft")
    expect(visitor.part("stAlertContentError")).to_have_count(0)
    wait_for_grids(visitor)

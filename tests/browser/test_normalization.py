"""The batch normalisation page as a learner uses it."""

import re

from playwright.sync_api import expect

from cnnlib.ui.normalization.batches import make_batch
from tests.browser.grids import (
    click,
    expect_equal_to_keras,
    expect_sum,
    hover,
    marked,
    path_of,
    pin,
    wait_for_grids,
)

PAGE = "batch-normalisation"


def test_a_cell_reads_its_whole_channel_and_both_modes_equal_keras(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    channel = [[1, image, row, column] for image in range(4) for row in (0, 1) for column in (0, 1)]
    hover(visitor, "mean", 1, 0, 0, 0)
    assert marked(visitor, "input") == channel
    mean = make_batch("numbers", 4, 0).values[..., 1].mean()
    expect(visitor.part("grid-sum")).to_contain_text(re.compile(rf"mean\(160, .*\) = {mean:.5g}"))
    hover(visitor, "variance", 1, 0, 0, 0)
    expect(visitor.part("grid-sum")).to_contain_text("variance(160, ")
    hover(visitor, "output", 1, 2, 0, 1)
    assert marked(visitor, "input") == channel
    hover(visitor, "x_hat", 1, 2, 0, 1)
    expect_sum(visitor, "Input x", "Mean μ", "reads 1 cell of Variance σ²")
    expect_equal_to_keras(visitor, 2)
    visitor.expect_no_sideways_scrolling()


def test_an_edit_and_a_pinned_cell_travel_by_link(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?gamma_0=2&beta_0=3&channel=0")
    wait_for_grids(visitor)
    expect(visitor.part("stSlider").first).to_be_visible()  # its script has come
    pin(visitor, "output", 0, 1, 1, 0)
    click(visitor, "input", 0, 1, 1, 0)
    visitor.page.keyboard.type("50")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(re.compile(r"edits=input\.6(%3D|=)50"))
    visitor.wait_until_idle()
    expect_equal_to_keras(visitor, 2)
    other = visit(lab, path_of(visitor))
    wait_for_grids(other)
    expect_sum(other, "Shift β", "3")
    expect(other.page.get_by_text("Normalised: image 1, row 1, column 0")).to_be_visible()
    expect_equal_to_keras(other, 2)
    theirs = other.part("grid-sum").get_attribute("data-value")
    hover(visitor, "output", 0, 1, 1, 0)
    ours = visitor.part("grid-sum").get_attribute("data-value")
    assert ours == theirs


def test_keras_trains_and_the_forgetful_model_stays(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?source=images&momentum=0.9")
    wait_for_grids(visitor)
    visitor.button("Train with Keras").click()
    expect(visitor.page).to_have_url(re.compile("trained=1"))
    expect(visitor.page.get_by_text("stuck at 0 and 1")).to_have_count(1, timeout=120_000)
    expect(visitor.page.get_by_text("agree with this page’s formula")).to_be_visible()
    expect(visitor.page.get_by_text("moved to")).to_have_count(2)
    visitor.button("One more batch").click()
    expect(visitor.page.get_by_text(re.compile("^After 11 batches"))).to_be_visible()


def test_narrow_and_dark(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?mode=inference&batches=100&momentum=0.9", width=400, dark=True)
    wait_for_grids(visitor)
    visitor.expect_no_sideways_scrolling()

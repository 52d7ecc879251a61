"""The activation page as a learner uses it."""

import re

from playwright.sync_api import expect

from tests.browser.grids import (
    click,
    expect_equal_to_keras,
    hover,
    marked,
    path_of,
    pin,
    wait_for_grids,
)

PAGE = "activations"


def test_a_cell_says_what_the_activation_makes_of_it(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?function=sigmoid&weight=0&bias=1")
    wait_for_grids(visitor)
    hover(visitor, "output", 2, 3, 0)
    assert marked(visitor, "z") == [[2, 3, 0]]
    assert marked(visitor, "input") == [[2, 3, 0]]
    expect(visitor.part("grid-sum")).to_contain_text("Sigmoid(1) = 0.7311")
    hover(visitor, "slope", 2, 3, 0)
    expect(visitor.part("grid-sum")).to_contain_text("Sigmoid′(1) = 0.1966")
    hover(visitor, "z", 2, 3, 0)
    expect(visitor.part("grid-sum")).to_contain_text("1 (bias)")
    expect_equal_to_keras(visitor)
    visitor.expect_no_sideways_scrolling()


def test_softmax_reads_the_channels_of_its_place(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?function=softmax&size=2&channels=3&weight=0")
    wait_for_grids(visitor)
    hover(visitor, "output", 1, 0, 2)
    assert marked(visitor, "z") == [[1, 0, channel] for channel in range(3)]
    expect(visitor.part("grid-sum")).to_contain_text("Softmax(0, 0, 0) = 0.3333")
    expect_equal_to_keras(visitor)


def test_an_edited_number_and_its_cell_travel_by_link(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    expect(visitor.part("stSlider").first).to_be_visible()  # its script has come
    pin(visitor, "output", 0, 1, 0)
    click(visitor, "input", 0, 1, 0)
    visitor.page.keyboard.type("-7")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(re.compile(r"edits=input\.1(%3D|=)-7"))
    visitor.wait_until_idle()
    visitor.page.get_by_role("radio", name="Leaky ReLU").or_(
        visitor.page.get_by_role("button", name="Leaky ReLU", exact=True)
    ).click()
    expect(visitor.page).to_have_url(re.compile("function=leaky_relu"))
    visitor.wait_until_idle()
    other = visit(lab, path_of(visitor))
    wait_for_grids(other)
    hover(other, "output", 0, 1, 0)
    expect(other.part("grid-sum")).to_contain_text("Leaky ReLU(−7) = −2.1")
    expect_equal_to_keras(other)
    expect_equal_to_keras(visitor)


def test_narrow_and_dark_with_a_whole_image(lab, visit) -> None:
    visitor = visit(
        lab, f"{PAGE}?source=image&size=32&channels=3&function=gelu", width=400, dark=True
    )
    wait_for_grids(visitor)
    expect_equal_to_keras(visitor)
    visitor.expect_no_sideways_scrolling()

"""The receptive field page in a browser."""

import re

from playwright.sync_api import expect

from tests.browser.grids import (
    expect_equal_to_keras,
    hover,
    marked,
    path_of,
    pin,
    wait_for_grids,
)

PAGE = "receptive-fields"
LENET = f"{PAGE}?size=32&layers=c5-p2s2-c5-p2s2"


def test_a_cell_lights_up_its_field_in_every_grid(lab, visit) -> None:
    visitor = visit(lab, LENET)
    wait_for_grids(visitor)
    hover(visitor, "layer4", 4, 0, 0)
    seen = marked(visitor, "image")
    assert len(seen) == 16 * 16
    assert (seen[0], seen[-1]) == ([16, 0, 0], [31, 15, 0])
    assert len(marked(visitor, "layer3")) == 4
    hover(visitor, "layer1", 0, 3, 0)
    assert len(marked(visitor, "image")) == 25
    expect_equal_to_keras(visitor)


def test_a_link_shows_the_same_stack_and_cell(lab, visit) -> None:
    first = visit(lab, LENET)
    wait_for_grids(first)
    pin(first, "layer3", 2, 2, 0)
    second = visit(lab, path_of(first))
    wait_for_grids(second)
    expect(second.part("linked-grids")).to_have_attribute("data-cell", "layer3:2,2,0")
    assert marked(second, "image") == marked(first, "image")


def test_the_editor_by_keyboard_and_mouse(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    visitor.button("Add a layer").click()
    expect(visitor.page).to_have_url(re.compile("layers=c3-c3-c3"))
    expect(visitor.part("grid-layer3")).to_have_count(1)
    kernel = visitor.main.get_by_role("spinbutton", name="Kernel")
    kernel.fill("4")
    kernel.press("Enter")
    expect(visitor.page).to_have_url(re.compile("layers=c3-c4-c3"))
    visitor.main.get_by_role("radio", name=re.compile("^conv1")).click()
    expect(kernel).to_have_value("3")
    visitor.button("Later").click()
    expect(visitor.page).to_have_url(re.compile("layers=c4-c3-c3"))
    visitor.button("LeNet-5").click()
    expect(visitor.part("grid-layer4")).to_have_count(1)


def test_a_large_network_is_drawn_as_nested_fields(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    visitor.button("VGG16 (ImageNet)").click()
    expect(visitor.page.get_by_text("The red frame is 212 × 212 pixels")).to_be_visible()
    visitor.main.get_by_role("radio", name="top left").click()
    expect(visitor.page.get_by_text("rows and columns −90 to 121")).to_be_visible()
    visitor.expect_no_sideways_scrolling()
    phone = visit(lab, path_of(visitor), width=400, dark=True)
    expect(phone.page.get_by_text("rows and columns −90 to 121")).to_be_visible()
    phone.expect_no_sideways_scrolling()


def test_an_impossible_stack_says_its_rule_and_the_editor_leads_out(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?layers=p2d2-c3")
    alert = visitor.part("stAlertContentError")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("Keras' pooling has none")
    visitor.button("Remove").click()
    expect(alert).to_have_count(0)
    wait_for_grids(visitor)

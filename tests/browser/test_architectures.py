"""The Architectures page in a browser: pick a network, click layers and blocks, share the link."""

import re

from playwright.sync_api import expect

from tests.browser.grids import path_of
from tests.browser.visit import Visit

PAGE = "architectures-lab"
SLOW = 30_000  # milliseconds; a busy machine draws late


def choose_network(visitor: Visit, title: str) -> None:
    visitor.main.get_by_role("combobox", name="Network").click()
    visitor.page.get_by_role("option", name=title, exact=True).click()


def node(visitor: Visit, layer: str):
    return visitor.page.locator(f".lab-net [data-layers*='\"{layer}\"']").first


def expect_sum(visitor: Visit, numbers: str) -> None:
    """KaTeX keeps the LaTeX that it was given."""
    shown = visitor.page.locator(".st-key-lab_layer annotation").filter(has_text=numbers)
    expect(shown.first).to_be_attached(timeout=SLOW)


def test_from_a_network_to_the_reason_for_a_number_and_by_link_to_the_class(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    expect_sum(visitor, r"5 \cdot 5 \cdot 3 \cdot 6 + 6")
    choose_network(visitor, "LeNet-5")
    expect(visitor.part("stMetricValue").first).to_have_text("62,006", timeout=SLOW)
    node(visitor, "dense_1").click()
    expect_sum(visitor, r"400 \cdot 120 + 120")
    expect(node(visitor, "dense_1")).to_have_attribute("aria-pressed", "true", timeout=SLOW)
    expect(visitor.page).to_have_url(re.compile("network=lenet5.*layer=dense_1"), timeout=SLOW)
    badge = visitor.part("keras-badge").first
    expect(badge).to_have_attribute("data-state", "equal", timeout=90_000)
    expect(badge).to_contain_text("equals Keras, layer by layer: 8 layers, 62,006 parameters")

    second = visit(lab, path_of(visitor), width=400, dark=True)
    expect_sum(second, r"400 \cdot 120 + 120")
    expect(node(second, "dense_1")).to_have_attribute("aria-pressed", "true", timeout=SLOW)
    second.expect_no_sideways_scrolling()
    second.main.get_by_text("Boxes, as papers draw them").click()
    expect(second.page.locator(".lab-net-volume")).to_have_count(9, timeout=SLOW)  # the image's too
    node(second, "conv2d_2").click()
    expect_sum(second, r"5 \cdot 5 \cdot 6 \cdot 16 + 16")
    second.expect_no_sideways_scrolling()


def test_a_row_of_the_table_and_the_keyboard_choose_layers(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?network=lenet5")
    table = visitor.part("stDataFrame")
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    visitor.page.mouse.click(box["x"] + 16, box["y"] + 3.5 * 35)  # beside the third row
    expect(visitor.page).to_have_url(re.compile("layer=conv2d_2"), timeout=SLOW)
    expect_sum(visitor, r"5 \cdot 5 \cdot 6 \cdot 16 + 16")
    chosen = node(visitor, "conv2d_2")
    chosen.focus()
    chosen.press("End")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(re.compile("layer=dense_3"), timeout=SLOW)
    expect_sum(visitor, r"84 \cdot 10 + 10")


def test_a_block_opens_and_closes(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?network=resnet18")
    block = visitor.page.locator(".lab-net [data-block=residual_3]")
    expect(block).to_have_attribute("aria-expanded", "false", timeout=SLOW)
    block.click()
    expect(visitor.page).to_have_url(re.compile("open=residual_3"), timeout=SLOW)
    node(visitor, "conv2d_6").hover()
    expect(visitor.page.locator(".lab-net-tip")).to_contain_text(
        "conv2d_6: Conv2D, 3 × 3, stride 2"
    )
    node(visitor, "conv2d_6").click()
    expect_sum(visitor, r"3 \cdot 3 \cdot 64 \cdot 128")
    expect(block).to_have_attribute("aria-expanded", "true", timeout=SLOW)
    block.click()
    expect(block).to_have_attribute("aria-expanded", "false", timeout=SLOW)
    visitor.button("Change it").click()
    expect(visitor.page).to_have_url(re.compile("network-builder"), timeout=SLOW)

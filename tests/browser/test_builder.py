"""The builder as a visitor uses it: LeNet from nothing, an error and its mending, and training."""

import json
import re

from playwright.sync_api import expect

from cnnlib.arch import zoo
from cnnlib.data import load
from tests.browser.lab import wait_for

PAGE = "network-builder"
SLOW = 60_000  # milliseconds: the machine trains beside the test


def row(visitor, name: str):
    """The list's row of a layer or block."""
    called = visitor.page.locator(".name").get_by_text(name, exact=True)
    return visitor.main.locator(".cnnlab-row label").filter(has=called)


def field(visitor, key: str):
    return visitor.main.locator(f".st-key-builder_{key}")


def fill(visitor, key: str, value: object) -> None:
    box = field(visitor, key).get_by_role("spinbutton")
    box.fill(str(value))
    box.press("Enter")
    expect(box).to_have_value(re.compile(f"^{value}"))
    visitor.wait_until_idle()


def select(visitor, key: str, option: str) -> None:
    box = field(visitor, key).get_by_role("combobox")
    choice = visitor.page.get_by_role("option", name=option, exact=True)

    def open_list() -> bool:
        box.focus()
        box.press("ArrowDown")  # a click that scrolls there would close the list again
        visitor.page.wait_for_timeout(500)
        return choice.is_visible()

    wait_for(open_list, why="the list, which a rerun may close")
    choice.click()
    expect(box).to_have_value(option)
    visitor.wait_until_idle()


def add(visitor, piece: str, name: str) -> None:
    """Add a piece and wait until its row, `name`, is the chosen one."""
    visitor.main.get_by_role("radio", name=piece, exact=True).click()
    visitor.wait_until_idle()
    field(visitor, "add_add").get_by_role("button").click()
    expect(row(visitor, name).get_by_role("radio")).to_be_checked(timeout=SLOW)
    visitor.wait_until_idle()


def add_dense(visitor, units: int, name: str) -> None:
    visitor.main.get_by_role("radio", name="Dense + dropout", exact=True).click()
    fill(visitor, "add_dense_units", units)
    # Left by the click: the number and the click come together, and both count.
    field(visitor, "add_dense_rate").get_by_role("spinbutton").fill("0")
    field(visitor, "add_add").get_by_role("button").click()
    expect(row(visitor, name).get_by_role("radio")).to_be_checked(timeout=SLOW)
    select(visitor, "edit_Dense_activation", "sigmoid")


def test_lenet_from_nothing_with_an_error_mended_and_trained(lab, store, visit) -> None:
    load("synthetic")
    visitor = visit(lab, PAGE)
    page, alert = visitor.page, visitor.part("stAlertContentError")
    fill(visitor, "add_conv_filters", 6)
    fill(visitor, "add_conv_kernel_size", 5)
    select(visitor, "add_conv_padding", "valid")
    select(visitor, "add_conv_activation", "sigmoid")
    add(visitor, "Convolution", "conv2d_1")
    expect(row(visitor, "conv2d_1")).to_contain_text("28×28×6")
    add(visitor, "Pooling", "max_pooling2d_1")

    row(visitor, "flatten_1").click()  # the wrong place for the next convolution
    expect(field(visitor, "add_add")).to_contain_text("Add after flatten_1")
    visitor.main.get_by_role("radio", name="Convolution", exact=True).click()
    fill(visitor, "add_conv_filters", 16)
    fill(visitor, "add_conv_kernel_size", 5)
    select(visitor, "add_conv_padding", "valid")
    select(visitor, "add_conv_activation", "sigmoid")
    field(visitor, "add_add").get_by_role("button").click()
    expect(alert).to_contain_text("Layer conv2d_2: Conv2D needs an input of (height, width,")
    expect(row(visitor, "conv2d_2")).to_have_class(re.compile("broken"))
    expect(field(visitor, "train").get_by_role("button")).to_be_disabled()
    visitor.button("Move conv2d_2 before flatten_1").click()
    expect(alert).to_have_count(0, timeout=SLOW)
    visitor.wait_until_idle()  # the old row stays until the new ones are all there
    expect(row(visitor, "conv2d_2")).to_contain_text("10×10×16", timeout=SLOW)

    add(visitor, "Pooling", "max_pooling2d_2")
    row(visitor, "flatten_1").click()
    expect(field(visitor, "add_add")).to_contain_text("Add after flatten_1")
    add_dense(visitor, 120, "dense_2")
    add_dense(visitor, 84, "dense_3")
    expect(visitor.part("stMetricValue").first).to_have_text("62,006")
    expect(visitor.part("stMetricValue").nth(1)).to_have_text("651,720")

    field(visitor, "train").get_by_role("button").click()
    page.get_by_text("62,006 parameters").wait_for()
    page.get_by_role("slider", name="Training images").press("Home")
    page.get_by_text("16 steps an epoch").wait_for()
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("1")
    epochs.press("Enter")
    page.get_by_text("16 steps an epoch, 16 in all.").wait_for()
    visitor.button("Start training").click()
    visitor.expect_status("finished")
    run = store.get(visitor.run_id)
    assert run.config.title == "My network"
    lenet = [{**layer.arguments, "name": ""} for layer in zoo.get("lenet5").layers]
    assert [{**layer.arguments, "name": ""} for layer in run.config.spec.layers] == lenet


def test_by_keyboard_a_block_is_opened_and_its_layer_changed(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?network=resnet20")
    row(visitor, "residual_1").click()
    expect(row(visitor, "add_1")).to_be_visible(timeout=SLOW)
    chosen = visitor.main.locator(".cnnlab-row :checked")
    chosen.press("ArrowDown")
    expect(visitor.page).to_have_url(re.compile(r"at=4\.1"))
    expect(chosen).to_be_focused()
    filters = field(visitor, "edit_Conv2D_filters").get_by_role("spinbutton")
    filters.fill("24")
    filters.press("Enter")
    expect(visitor.part("stMetricValue").first).to_have_text(
        f"{274_042 + 2 * 3 * 3 * 16 * 8 + 4 * 8:,}"
    )
    visitor.button("Undo").click()
    expect(filters).to_have_value("16")


def test_the_json_that_leaves_is_the_json_that_comes_back_on_a_phone_too(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?network=inception10")
    download = visitor.download(visitor.button("Download JSON"))
    assert download.suggested_filename == "my-inception10.json"
    content = download.path().read_bytes()
    declared = json.loads(content)
    assert declared["layers"] == zoo.get("inception10").to_dict()["layers"]
    phone = visit(lab, PAGE, width=400, dark=True)
    phone.main.locator("summary", has_text="Open JSON").click()
    file = {"name": "mine.json", "mimeType": "application/json", "buffer": content}
    phone.page.locator("input[type=file]").set_input_files(file)
    expect(phone.page.get_by_text("mine.json")).to_be_visible()
    phone.wait_until_idle()
    phone.button("Open it").click()
    expect(row(phone, "inception_4")).to_be_attached(timeout=SLOW)
    phone.expect_no_sideways_scrolling()
    link = phone.page.locator("code", has_text=f"{PAGE}?spec=").inner_text().strip()
    assert link.startswith(lab.url)
    other = visit(lab, link.removeprefix(lab.url))
    expect(row(other, "inception_4")).to_be_attached(timeout=SLOW)
    expect(other.part("stMetricValue").first).to_have_text(
        phone.part("stMetricValue").first.inner_text()
    )

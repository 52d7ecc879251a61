"""The data set page: filter, choose by mouse and keyboard, and pass a link on."""

import re
from collections import Counter

import pytest
from playwright.sync_api import Locator, expect

from cnnlib.ui.datasets import WAITING_SECONDS
from tests.browser.visit import Visit
from tests.data.cifar_files import make_files, write_archive


def thumbnails(visitor: Visit) -> Locator:
    return visitor.page.locator(".cnnlab-thumbnails [role=option]")


def chosen(visitor: Visit) -> Locator:
    return visitor.page.locator(".cnnlab-thumbnails [aria-selected=true]")


def choose_class(visitor: Visit, name: str) -> None:
    visitor.part("stMain").get_by_role("button", name=name, exact=True).click()
    expect(thumbnails(visitor).first).to_have_attribute("aria-label", re.compile(f"^{name}, "))


def expect_image(visitor: Visit, index: str, name: str) -> None:
    """The detail shows the image of that index, and the address names it."""
    expect(
        visitor.page.get_by_text(re.compile(rf"^Image {int(index):,}, label \d"))
    ).to_be_visible()
    expect(visitor.main.get_by_role("heading", level=3, name=name, exact=True)).to_be_visible()
    expect(visitor.page).to_have_url(re.compile(rf"[?&]index={index}(&|$)"))


def test_a_class_filters_and_a_click_shows_the_image(lab, visit) -> None:
    visitor = visit(lab, "data-set")
    expect(thumbnails(visitor)).to_have_count(48)
    expect(visitor.page.get_by_text("2,500 training images, page 1 of 53")).to_be_visible()
    choose_class(visitor, "frog")
    expect(visitor.page.get_by_text(re.compile(r"^250 training images"))).to_be_visible()
    labels = [label.get_attribute("aria-label") for label in thumbnails(visitor).all()]
    assert all(label.startswith("frog, image ") for label in labels)
    fifth = thumbnails(visitor).nth(4)
    index = fifth.get_attribute("data-index")
    fifth.click()
    expect_image(visitor, index, "frog")
    expect(chosen(visitor)).to_have_attribute("data-index", index)
    expect(visitor.page).to_have_url(re.compile(r"classes=frog"))

    other = visit(lab, visitor.page.url.removeprefix(lab.url))
    expect_image(other, index, "frog")
    expect(chosen(other)).to_have_attribute("data-index", index)
    expect(thumbnails(other).first).to_have_attribute("aria-label", labels[0])


def test_two_classes_and_the_other_split(lab, visit) -> None:
    visitor = visit(lab, "data-set?split=test&classes=cat&classes=dog")
    expect(visitor.page.get_by_text(re.compile(r"^100 test images"))).to_be_visible()
    expect(thumbnails(visitor)).to_have_count(48)
    labels = [label.get_attribute("aria-label") for label in thumbnails(visitor).all()]
    assert {label.split(",")[0] for label in labels} == {"cat", "dog"}


def test_the_keyboard_is_enough(lab, visit) -> None:
    visitor = visit(lab, "data-set")
    keyboard = visitor.page.keyboard
    chosen(visitor).focus()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    third = thumbnails(visitor).nth(2)
    expect(third).to_be_focused()
    keyboard.press("Enter")
    expect(third).to_have_attribute("aria-selected", "true")
    index = third.get_attribute("data-index")
    expect(visitor.page).to_have_url(re.compile(rf"index={index}(&|$)"))
    visitor.wait_until_idle()
    expect(third).to_be_focused()  # the rerun left the focus where it was
    keyboard.press("ArrowLeft")
    expect(thumbnails(visitor).nth(1)).to_be_focused()
    keyboard.press("End")
    expect(thumbnails(visitor).last).to_be_focused()
    keyboard.press("ArrowRight")
    expect(thumbnails(visitor).last).to_be_focused()


def test_another_page_of_the_grid_is_in_the_address(lab, visit) -> None:
    visitor = visit(lab, "data-set")
    first = thumbnails(visitor).first.get_attribute("data-index")
    visitor.part("stPagination").get_by_role("button", name="Page 2", exact=True).click()
    expect(visitor.page.get_by_text("page 2 of 53")).to_be_visible()
    expect(thumbnails(visitor).first).not_to_have_attribute("data-index", first)
    expect(visitor.page).to_have_url(re.compile(r"page=2"))
    visitor.page.reload()
    visitor.wait_until_idle()
    expect(visitor.page.get_by_text("page 2 of 53")).to_be_visible()


@pytest.mark.parametrize("address", ["index=1234", "index=1234&page=2"])
def test_a_link_to_an_image_opens_its_page_and_paging_leaves_it(lab, visit, address) -> None:
    visitor = visit(lab, f"data-set?{address}")
    expect(visitor.page.get_by_text("page 26 of 53")).to_be_visible()
    expect(chosen(visitor)).to_have_attribute("data-index", "1234")
    expect(visitor.page.get_by_text("Image 1,234, label")).to_be_visible()
    visitor.part("stPagination").get_by_role("button", name="Page 27", exact=True).click()
    expect(visitor.page.get_by_text("page 27 of 53")).to_be_visible()
    expect(visitor.page).not_to_have_url(re.compile("index="))
    expect(visitor.page).to_have_url(re.compile(r"page=27"))
    expect(chosen(visitor)).to_have_attribute("data-index", str(26 * 48))
    thumbnails(visitor).nth(5).click()
    expect(visitor.page).to_have_url(re.compile(rf"index={26 * 48 + 5}(&|$)"))
    expect(visitor.page.get_by_text("page 27 of 53")).to_be_visible()


def test_a_wrong_address_shows_the_first_page_and_is_corrected(lab, visit) -> None:
    visitor = visit(lab, "data-set?index=99999&per_page=7&view=Grey&page=x")
    expect(thumbnails(visitor)).to_have_count(48)
    expect(chosen(visitor)).to_have_attribute("data-index", "0")
    expect(visitor.page).to_have_url(re.compile(r"/data-set$"))


@pytest.mark.parametrize("width", [400, 1280, 1700])
@pytest.mark.parametrize("size", [48, 96])
def test_the_grid_fills_whole_rows_evenly(lab, visit, width, size) -> None:
    visitor = visit(lab, f"data-set?per_page={size}", width=width)
    expect(thumbnails(visitor)).to_have_count(size)
    boxes = [box.bounding_box() for box in thumbnails(visitor).all()]
    rows = Counter(round(box["y"]) for box in boxes)
    assert len(set(rows.values())) == 1
    assert {box["width"] for box in boxes} == {boxes[0]["width"]}
    assert 48 <= boxes[0]["width"] <= 90
    grid = visitor.page.locator(".cnnlab-thumbnails").bounding_box()
    left = min(box["x"] for box in boxes) - grid["x"]
    right = grid["x"] + grid["width"] - max(box["x"] + box["width"] for box in boxes)
    assert abs(left - right) < 1
    assert left < 8
    visitor.expect_no_sideways_scrolling()


def test_the_facts_stand_in_one_row(lab, visit) -> None:
    visitor = visit(lab, "data-set")
    expect(visitor.part("stMetric")).to_have_count(3)
    assert len({metric.bounding_box()["y"] for metric in visitor.part("stMetric").all()}) == 1


def test_on_a_phone_a_tap_brings_the_image_into_sight(lab, visit) -> None:
    visitor = visit(lab, "data-set", width=400, height=800)
    picture = visitor.page.locator(".st-key-image_detail .js-plotly-plot")
    grid = visitor.page.locator(".cnnlab-thumbnails")
    expect(picture).to_be_visible()
    assert picture.bounding_box()["y"] < grid.bounding_box()["y"]
    thumbnails(visitor).nth(45).click()
    expect(visitor.page.get_by_text("Image 45, label")).to_be_in_viewport()
    visitor.wait_until_idle()
    expect(picture).to_be_in_viewport(ratio=0.9)
    visitor.expect_no_sideways_scrolling()


def test_on_a_wide_screen_the_image_is_beside_the_grid(lab, visit) -> None:
    visitor = visit(lab, "data-set")
    detail = visitor.page.locator(".st-key-image_detail").bounding_box()
    grid = visitor.page.locator(".cnnlab-thumbnails").bounding_box()
    assert detail["x"] > grid["x"] + grid["width"]


def test_a_channel_shows_the_numbers_of_the_image(lab, visit) -> None:
    visitor = visit(lab, "data-set")
    visitor.main.get_by_role("radio", name="Green").or_(
        visitor.main.get_by_role("button", name="Green", exact=True)
    ).first.click()
    expect(visitor.page.get_by_text("All 1,024 green values")).to_be_visible()
    values = visitor.page.wait_for_function(
        """() => {
            const chart = [...document.querySelectorAll('.js-plotly-plot')]
                .find((plot) => plot._fullData?.[0]?.type === 'heatmap');
            const z = chart?._fullData[0].z.map((row) => [...row]);
            return z && [z.length, z[0].length, Math.min(...z.flat()), Math.max(...z.flat())];
        }"""
    ).json_value()
    assert values[:2] == [32, 32]
    assert 0 <= values[2] < values[3] <= 255
    expect(visitor.page).to_have_url(re.compile(r"view=Green"))
    visitor.page.reload()
    visitor.wait_until_idle()
    expect(visitor.page.get_by_text("All 1,024 green values")).to_be_visible()


def test_a_wrong_path_for_cifar10_is_one_line_and_the_page_goes_on(lab, visit) -> None:
    visitor = visit(lab, "data-set")
    visitor.page.get_by_text("I have the file, or this machine has no internet").click()
    field = visitor.page.get_by_role("textbox", name="File or folder")
    field.fill("/no/such/cifar-10-python.tar.gz")
    visitor.button("Import").click()
    alert = visitor.part("stAlertContentError")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("/no/such/cifar-10-python.tar.gz")
    expect(visitor.button("Import")).to_be_visible()
    expect(field).to_have_value("/no/such/cifar-10-python.tar.gz")
    other = visit(lab, "data-set")
    expect(other.page.get_by_text("This is the synthetic set")).to_be_visible()
    expect(other.part("stAlertContentError")).to_have_count(0)
    field.fill("  ")
    visitor.button("Import").click()
    expect(alert).to_have_text(re.compile("Name a file or folder first"))
    expect(thumbnails(visitor)).to_have_count(48)


def test_what_is_being_typed_outlives_the_looks_at_the_job(lab, visit) -> None:
    visitor = visit(lab, "data-set")
    visitor.page.get_by_text("I have the file, or this machine has no internet").click()
    field = visitor.page.get_by_role("textbox", name="File or folder")
    field.press_sequentially("~/Down")
    visitor.page.wait_for_timeout(1000 * (WAITING_SECONDS + 2))
    expect(field).to_be_focused()
    field.press_sequentially("loads")
    expect(field).to_have_value("~/Downloads")


def test_the_real_set_comes_from_a_file_and_every_open_page_gets_it(
    fresh_lab, tmp_path, visit
) -> None:
    archive = write_archive(tmp_path / "cifar-10-python.tar.gz", make_files())
    watching = visit(fresh_lab, "data-set")
    visitor = visit(fresh_lab, "data-set")
    visitor.page.get_by_text("I have the file, or this machine has no internet").click()
    visitor.page.get_by_role("textbox", name="File or folder").fill(f'"{archive.parent}" ')
    visitor.button("Import").click()
    expect(visitor.page.get_by_text("60 training images, page 1 of 2")).to_be_visible()
    for each in (visitor, watching):  # the second one by itself
        expect(each.page.get_by_text("60 training images, page 1 of 2")).to_be_visible()
        expect(each.page.get_by_text("synthetic set")).to_have_count(0)
    expect(thumbnails(visitor)).to_have_count(48)
    other = visit(fresh_lab, "training")
    expect(other.page.get_by_role("combobox", name=re.compile("Data set"))).to_have_value(
        re.compile("CIFAR-10")
    )

"""The data set page: filter, choose by mouse and keyboard, and pass a link on."""

import re
import zipfile
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from cnnlib.data import load
from cnnlib.ui.datasets import WAITING_SECONDS
from tests.browser.lab import Lab
from tests.browser.visit import Visit
from tests.data.cifar_files import make_files, write_archive


def thumbnails(visitor: Visit) -> Locator:
    return visitor.page.locator(".cnnlab-thumbnails [role=option]")


def chosen(visitor: Visit) -> Locator:
    return visitor.page.locator(".cnnlab-thumbnails [aria-selected=true]")


def look(visit: Callable[..., Visit], lab: Lab, path: str, **options: object) -> Visit:
    """Open the page and wait for its first thumbnail, as long as a busy machine needs."""
    visitor = visit(lab, path, **options)
    thumbnails(visitor).first.wait_for()
    return visitor


def choose(visitor: Visit, name: str) -> None:
    """One of several: a view of the image, a channel."""
    visitor.main.get_by_role("radio", name=name, exact=True).click()


def choose_class(visitor: Visit, name: str) -> None:
    visitor.part("stMain").get_by_role("button", name=name, exact=True).click()
    expect(thumbnails(visitor).first).to_have_attribute("aria-label", re.compile(f"^{name}, "))


def expect_image(visitor: Visit, index: str, name: str) -> None:
    """The detail shows the image of that index, and the address names it."""
    expect(visitor.page.get_by_text(re.compile(rf"^Image {int(index):,} of the "))).to_be_visible()
    expect(visitor.main.get_by_role("heading", level=3, name=name, exact=True)).to_be_visible()
    expect(visitor.page).to_have_url(re.compile(rf"[?&]index={index}(&|$)"))


def test_a_class_filters_and_a_click_shows_the_image(lab, visit) -> None:
    visitor = look(visit, lab, "data-set")
    expect(thumbnails(visitor)).to_have_count(48)
    expect(visitor.page.get_by_text("2,500 training images, page 1 of 53")).to_be_visible()
    choose_class(visitor, "frog")
    expect(visitor.page.get_by_text(re.compile(r"^250 of 2,500 training images"))).to_be_visible()
    labels = [label.get_attribute("aria-label") for label in thumbnails(visitor).all()]
    assert all(label.startswith("frog, image ") for label in labels)
    fifth = thumbnails(visitor).nth(4)
    index = fifth.get_attribute("data-index")
    fifth.click()
    expect_image(visitor, index, "frog")
    expect(chosen(visitor)).to_have_attribute("data-index", index)
    expect(visitor.page).to_have_url(re.compile(r"classes=frog"))

    other = look(visit, lab, visitor.page.url.removeprefix(lab.url))
    expect_image(other, index, "frog")
    expect(chosen(other)).to_have_attribute("data-index", index)
    expect(thumbnails(other).first).to_have_attribute("aria-label", labels[0])


def test_two_classes_and_the_other_split(lab, visit) -> None:
    visitor = look(visit, lab, "data-set?split=test&classes=cat&classes=dog")
    expect(visitor.page.get_by_text(re.compile(r"^100 of 500 test images"))).to_be_visible()
    expect(thumbnails(visitor)).to_have_count(48)
    labels = [label.get_attribute("aria-label") for label in thumbnails(visitor).all()]
    assert {label.split(",")[0] for label in labels} == {"cat", "dog"}


def test_the_keyboard_is_enough(lab, visit) -> None:
    visitor = look(visit, lab, "data-set")
    keyboard = visitor.page.keyboard
    chosen(visitor).focus()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    third = thumbnails(visitor).nth(2)
    expect(third).to_be_focused()
    expect(third).to_have_attribute("aria-selected", "true")
    index = third.get_attribute("data-index")
    expect(visitor.page).to_have_url(re.compile(rf"index={index}(&|$)"))
    visitor.wait_until_idle()
    expect(third).to_be_focused()  # the rerun left the focus where it was
    keyboard.press("ArrowLeft")
    expect(thumbnails(visitor).nth(1)).to_be_focused()
    keyboard.press("End")
    expect(thumbnails(visitor).last).to_be_focused()
    expect(visitor.page).to_have_url(re.compile(r"index=47(&|$)"))
    visitor.wait_until_idle()
    keyboard.press("ArrowRight")  # from the last one the page turns
    expect(visitor.page).to_have_url(re.compile(r"index=48(&|$)"))
    expect(visitor.page.get_by_text("page 2 of 53")).to_be_visible()
    expect(chosen(visitor)).to_be_focused()
    keyboard.press("Shift+ArrowRight")
    expect(visitor.page).to_have_url(re.compile(r"selection=48-49(&|$)"))


def test_from_the_grid_to_the_next_image_to_a_similar_one_and_on_by_link(lab, visit) -> None:
    visitor = look(visit, lab, "data-set?classes=frog")
    expect(thumbnails(visitor)).to_have_count(48)
    names = [option.get_attribute("data-index") for option in thumbnails(visitor).all()]
    thumbnails(visitor).nth(3).click()
    expect_image(visitor, names[3], "frog")
    visitor.wait_until_idle()
    visitor.page.locator("h1").first.click()  # the focus leaves the grid
    visitor.page.keyboard.press("ArrowRight")
    expect_image(visitor, names[4], "frog")
    visitor.wait_until_idle()
    visitor.page.keyboard.press("ArrowLeft")
    expect_image(visitor, names[3], "frog")
    choose(visitor, "Similar")
    similar = visitor.page.locator(".st-key-similar [role=option]")
    expect(similar).to_have_count(12)
    expect(similar.first).to_have_attribute("aria-label", "this image")
    told = re.fullmatch(r"(\w+), training image (\d+), distance [\d.]+(, another class)?",
                        similar.nth(1).get_attribute("aria-label"))  # fmt: skip
    assert told
    marked = "marked" in (similar.nth(1).get_attribute("class") or "")
    assert marked == bool(told[3])
    similar.nth(1).click()
    expect_image(visitor, told[2], told[1])
    expect(similar.first).to_have_attribute("aria-label", "this image")
    visitor.wait_until_idle()

    other = look(visit, lab, visitor.page.url.removeprefix(lab.url))
    expect_image(other, told[2], told[1])
    expect(other.page.locator(".st-key-similar [role=option]")).to_have_count(12)
    visitor.page.go_back()  # and the Back button leads to the image before
    expect_image(visitor, names[3], "frog")


def test_many_images_are_collected_taken_along_and_passed_on(lab, visit, tmp_path) -> None:
    visitor = look(visit, lab, "data-set")
    thumbnails(visitor).nth(2).click(modifiers=["Control"])
    thumbnails(visitor).nth(5).click(modifiers=["Shift"])
    expect(visitor.page).to_have_url(re.compile(r"selection=2-3-4-5(&|$)"))
    visitor.page.get_by_text("Select many").click()
    expect(visitor.page).to_have_url(re.compile(r"collecting=1"))
    visitor.wait_until_idle()
    for place in (3, 20, 21):  # one is let go again
        thumbnails(visitor).nth(place).click()
    expect(visitor.page).to_have_url(re.compile(r"selection=2-4-5-20-21(&|$)"))
    expect(visitor.page.get_by_text("5 selected")).to_be_visible()
    visitor.wait_until_idle()
    download = visitor.download(visitor.page.get_by_role("button", name="PNG zip"))
    download.save_as(tmp_path / "images.zip")
    with zipfile.ZipFile(tmp_path / "images.zip") as archive:
        files = [name.split("/")[1] for name in archive.namelist()]
    assert files == [f"train-{index}.png" for index in (2, 4, 5, 20, 21)]

    other = look(visit, lab, visitor.page.url.removeprefix(lab.url))
    checked = other.page.locator(".cnnlab-thumbnails [aria-checked=true]")
    expect(checked).to_have_count(5)
    assert [each.get_attribute("data-index") for each in checked.all()] == [
        "2",
        "4",
        "5",
        "20",
        "21",
    ]


@pytest.mark.parametrize(("split", "there"), [("train", "source=image&image=7"),
                                              ("test", "source=upload&upload=")])  # fmt: skip
def test_an_image_goes_on_to_the_pages_of_the_operators(lab, visit, split, there) -> None:
    visitor = look(visit, lab, f"data-set?split={split}&index=7")
    detail = visitor.page.locator(".st-key-image_detail")
    detail.get_by_text("Take it further").click()
    visitor.wait_until_idle()  # a click in the middle of a rerun may be lost
    detail.get_by_role("button", name="Pooling").click()
    expect(visitor.page).to_have_url(
        re.compile(rf"/pooling-lab\?.*{re.escape(there)}"), timeout=20_000
    )
    visitor.wait_until_idle()


def test_another_page_of_the_grid_is_in_the_address(lab, visit) -> None:
    visitor = look(visit, lab, "data-set")
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
    visitor = look(visit, lab, f"data-set?{address}")
    expect(visitor.page.get_by_text("page 26 of 53")).to_be_visible()
    expect(chosen(visitor)).to_have_attribute("data-index", "1234")
    expect(visitor.page.get_by_text("Image 1,234 of the training images")).to_be_visible()
    visitor.part("stPagination").get_by_role("button", name="Page 27", exact=True).click()
    expect(visitor.page.get_by_text("page 27 of 53")).to_be_visible()
    expect(visitor.page).not_to_have_url(re.compile("index="))
    expect(visitor.page).to_have_url(re.compile(r"page=27"))
    expect(chosen(visitor)).to_have_attribute("data-index", str(26 * 48))
    thumbnails(visitor).nth(5).click()
    expect(visitor.page).to_have_url(re.compile(rf"index={26 * 48 + 5}(&|$)"))
    expect(visitor.page.get_by_text("page 27 of 53")).to_be_visible()


def test_a_wrong_address_shows_the_first_page_and_is_corrected(lab, visit) -> None:
    visitor = look(visit, lab, "data-set?index=99999&per_page=7&view=Grey&page=x")
    expect(thumbnails(visitor)).to_have_count(48)
    expect(chosen(visitor)).to_have_attribute("data-index", "0")
    expect(visitor.page).to_have_url(re.compile(r"/data-set$"))


@pytest.mark.parametrize("width", [400, 1280, 1700])
@pytest.mark.parametrize("size", [48, 96])
def test_the_grid_fills_whole_rows_evenly(lab, visit, width, size) -> None:
    visitor = look(visit, lab, f"data-set?per_page={size}", width=width)
    expect(thumbnails(visitor)).to_have_count(size)
    boxes = thumbnails(visitor).evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().toJSON())"
    )
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


@pytest.mark.parametrize(
    ("size", "width", "low", "high"), [(128, 1280, 96, 150), (24, 400, 18, 34)]
)
def test_thumbnails_have_the_size_that_is_set(lab, visit, size, width, low, high) -> None:
    visitor = look(visit, lab, f"data-set?size={size}&per_page=384", width=width)
    expect(thumbnails(visitor)).to_have_count(384)
    assert low <= thumbnails(visitor).first.bounding_box()["width"] <= high


def test_on_a_phone_a_tap_brings_the_image_into_sight(lab, visit) -> None:
    visitor = look(visit, lab, "data-set", width=400, height=800)
    picture = visitor.page.locator(".st-key-image_detail canvas")
    grid = visitor.page.locator(".cnnlab-thumbnails")
    expect(picture).to_be_visible()
    assert picture.bounding_box()["y"] < grid.bounding_box()["y"]
    thumbnails(visitor).nth(45).click()
    expect(visitor.page.get_by_text("Image 45 of")).to_be_in_viewport()
    visitor.wait_until_idle()
    expect(picture).to_be_in_viewport(ratio=0.9)
    visitor.expect_no_sideways_scrolling()


def test_on_a_wide_screen_the_image_is_beside_the_grid(lab, visit) -> None:
    visitor = look(visit, lab, "data-set")
    detail = visitor.page.locator(".st-key-image_detail").bounding_box()
    grid = visitor.page.locator(".cnnlab-thumbnails").bounding_box()
    assert detail["x"] > grid["x"] + grid["width"]


def test_in_a_long_grid_the_image_stays_in_sight(lab, visit) -> None:
    visitor = look(visit, lab, "data-set?per_page=192&size=96")
    thumbnails(visitor).nth(150).scroll_into_view_if_needed()
    thumbnails(visitor).nth(150).click()
    expect(visitor.page.get_by_text("Image 150 of")).to_be_in_viewport()


def test_pointing_at_a_pixel_tells_its_numbers_and_the_arrows_walk_on(lab, visit) -> None:
    image = load("synthetic").train.images[7]
    visitor = look(visit, lab, "data-set?index=7")
    stage = visitor.page.locator(".lab-pixels-stage")
    value = visitor.page.locator(".lab-pixels-value")

    def expect_pixel(row: int, column: int) -> None:
        red, green, blue = image[row, column].tolist()
        grey = round(0.299 * red + 0.587 * green + 0.114 * blue)
        expect(value).to_have_text(
            f"row {row}, column {column}: red {red}, green {green}, blue {blue}, grey {grey}"
        )
        here = visitor.page.locator(".lab-pixels-lens .here")
        expect(here).to_have_text(f"{red}{green}{blue}")

    box = stage.bounding_box()
    cell = box["width"] / 32
    stage.hover(position={"x": 30.5 * cell, "y": 4.5 * cell})
    expect_pixel(4, 30)
    stage.focus()
    for key in ("ArrowUp", "ArrowRight", "ArrowRight"):  # the second one is beyond the edge
        visitor.page.keyboard.press(key)
    expect_pixel(3, 31)
    expect(visitor.page).to_have_url(re.compile(r"index=7$"))  # no other image for these arrows
    choose(visitor, "Blue")
    expect(visitor.page).to_have_url(re.compile(r"paint=blue"))
    lens = visitor.page.locator(".lab-pixels-lens span")
    expect(lens).to_have_count(49)
    expect(visitor.page.locator(".lab-pixels-lens .here")).to_have_text(str(image[3, 31, 2]))


def test_a_wrong_path_for_cifar10_is_one_line_and_the_page_goes_on(lab, visit) -> None:
    visitor = look(visit, lab, "data-set")
    visitor.page.get_by_text("I have the file, or this machine has no internet").click()
    field = visitor.page.get_by_role("textbox", name="File or folder")
    field.fill("/no/such/cifar-10-python.tar.gz")
    visitor.button("Import").click()
    alert = visitor.part("stAlertContentError")
    expect(alert).to_have_count(1)
    expect(alert).to_contain_text("/no/such/cifar-10-python.tar.gz")
    expect(visitor.button("Import")).to_be_visible()
    expect(field).to_have_value("/no/such/cifar-10-python.tar.gz")
    other = look(visit, lab, "data-set")
    expect(other.page.get_by_text("This is the synthetic set")).to_be_visible()
    expect(other.part("stAlertContentError")).to_have_count(0)
    field.fill("  ")
    visitor.button("Import").click()
    expect(alert).to_have_text(re.compile("Name a file or folder first"))
    expect(thumbnails(visitor)).to_have_count(48)


def test_what_is_being_typed_outlives_the_looks_at_the_job(lab, visit) -> None:
    visitor = look(visit, lab, "data-set")
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

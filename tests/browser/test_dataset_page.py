"""The data set page: filter, choose by mouse and keyboard, and pass a link on."""

import re

from playwright.sync_api import Locator, expect

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
    expect(thumbnails(visitor)).to_have_count(45)
    expect(visitor.page.get_by_text("2,500 training images, page 1 of 56")).to_be_visible()
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
    expect(thumbnails(visitor)).to_have_count(45)
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
    expect(visitor.page.get_by_text("page 2 of 56")).to_be_visible()
    expect(thumbnails(visitor).first).not_to_have_attribute("data-index", first)
    expect(visitor.page).to_have_url(re.compile(r"page=2"))
    visitor.page.reload()
    visitor.wait_until_idle()
    expect(visitor.page.get_by_text("page 2 of 56")).to_be_visible()


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
    expect(thumbnails(visitor)).to_have_count(45)


def test_the_real_set_comes_from_a_file_and_every_open_page_gets_it(
    fresh_lab, tmp_path, visit
) -> None:
    archive = write_archive(tmp_path / "cifar-10-python.tar.gz", make_files())
    visitor = visit(fresh_lab, "data-set")
    visitor.page.get_by_text("I have the file, or this machine has no internet").click()
    visitor.page.get_by_role("textbox", name="File or folder").fill(str(archive))
    visitor.button("Import").click()
    expect(visitor.page.get_by_text("60 training images, page 1 of 2")).to_be_visible()
    expect(visitor.page.get_by_text("You are looking at the synthetic set")).to_have_count(0)
    expect(thumbnails(visitor)).to_have_count(45)
    other = visit(fresh_lab, "training")
    expect(other.page.get_by_role("combobox", name=re.compile("Data set"))).to_have_value(
        re.compile("CIFAR-10")
    )

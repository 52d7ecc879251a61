"""The map of images and the list of twins in a browser: hover, draw around, click, pass on."""

import re
import shutil
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from cnnlib.data import Dataset, load, storage
from cnnlib.ui.areas import find_inside, read_area
from tests.browser.visit import Visit
from tests.data.stored import store_dataset

MAP = "document.querySelector('.cnnlab-map').labMap"
SECONDS = 60
SOON = 30_000  # milliseconds; a busy machine takes its time for a rerun


def open_map(visit, lab, query: str = "", **window) -> Visit:
    """A visitor whose map is drawn and whose pictures have come; 500 images are worked out soon."""
    visitor = visit(lab, f"whole-set?dataset=synthetic&count=500{query}", **window)
    visitor.page.wait_for_function(
        "() => document.querySelector('.cnnlab-map')?.labMap?.sheetReady",
        timeout=1000 * SECONDS,
    )
    expect(visitor.page.locator(".lab-classes")).to_be_visible(timeout=1000 * SECONDS)
    visitor.wait_until_idle()
    canvas(visitor).scroll_into_view_if_needed()
    return visitor


def canvas(visitor: Visit) -> Locator:
    return visitor.page.locator(".cnnlab-map-stage > canvas")


def card(visitor: Visit) -> Locator:
    return visitor.page.locator(".cnnlab-map-card")


def thumbnails(visitor: Visit) -> Locator:
    return visitor.page.locator(".cnnlab-thumbnails [role=option]")


def read(visitor: Visit, expression: str):
    return visitor.page.evaluate(f"() => {{ const map = {MAP}; return {expression}; }}")


def place_of(visitor: Visit, number: int) -> tuple[float, float]:
    """Where a point of the map is in the window."""
    x, y = read(
        visitor, f"map.view.toScreen(map.points[{2 * number}], map.points[{2 * number + 1}])"
    )
    box = canvas(visitor).bounding_box()
    return box["x"] + x, box["y"] + y


def lonely_point(visitor: Visit) -> int:
    """The point that is farthest from its nearest neighbour."""
    points = np.array(read(visitor, "[...map.points]"), float).reshape(-1, 2)
    apart = np.hypot(*(points[:, None] - points).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    return int(apart.min(axis=1).argmax())


def test_a_point_shows_its_picture_and_a_click_selects_it(lab, visit) -> None:
    visitor = open_map(visit, lab)
    number = lonely_point(visitor)
    index = read(visitor, f"map.indices[{number}]")
    visitor.page.mouse.move(*place_of(visitor, number))
    expect(card(visitor)).to_be_visible()
    expect(card(visitor)).to_have_attribute("data-drawn", str(number))
    split = load("synthetic").train
    name = load("synthetic").class_names[split.labels[index]]
    expect(card(visitor)).to_contain_text(re.compile(rf"{name}\s*training image {index:,}"))
    shown = visitor.page.evaluate(
        """() => {
            const picture = document.querySelector('.cnnlab-map-card canvas');
            const pen = picture.getContext('2d');
            return [...pen.getImageData(0, 0, picture.width, picture.height).data];
        }"""
    )
    pixels = np.array(shown).reshape(32, 32, 4)[..., :3]
    assert np.abs(pixels - split.images[index].astype(int)).mean() < 5  # JPEG is not exact
    visitor.page.mouse.down()
    visitor.page.mouse.up()
    expect(visitor.page).to_have_url(re.compile(rf"[?&]point={index}(&|$)"), timeout=SOON)
    expect(thumbnails(visitor)).to_have_count(1, timeout=SOON)
    expect(thumbnails(visitor)).to_have_attribute("data-index", str(index))
    visitor.page.get_by_role("link", name=re.compile("^Open image")).click()
    expect(visitor.page).to_have_url(re.compile(rf"data-set\?.*index={index}(&|$)"), timeout=SOON)


def draw_around(visitor: Visit, corners: list[tuple[float, float]]) -> None:
    """Draw a line through places of the canvas, in shares of its width and height."""
    box = canvas(visitor).bounding_box()
    mouse = visitor.page.mouse
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    mouse.move(*places[0])
    mouse.down()
    for place in places[1:]:
        mouse.move(*place, steps=6)
    mouse.up()


def test_drawing_around_points_selects_them_and_a_link_opens_the_same(lab, visit) -> None:
    visitor = open_map(visit, lab)
    draw_around(visitor, [(0.52, 0.1), (0.9, 0.12), (0.9, 0.55), (0.55, 0.6), (0.53, 0.15)])
    expect(visitor.page).to_have_url(re.compile(r"[?&]area="), timeout=SOON)
    area = re.search(r"area=([\d.-]+)", visitor.page.url).group(1)
    points = np.array(read(visitor, "[...map.points]"), float).reshape(-1, 2)
    inside = find_inside(points, read_area(area))
    assert 3 < inside.sum() < 400
    indices = np.array(read(visitor, "[...map.indices]"))[inside]
    selected = re.compile(rf"^{inside.sum()} selected:")
    expect(visitor.page.get_by_text(selected)).to_be_visible(timeout=SOON)
    expect(thumbnails(visitor).first).to_have_attribute("data-index", str(indices[0]))
    assert read(visitor, "map.selected.filter((one) => one).length") == inside.sum()

    path = visitor.page.url.split("/")[-1].split("?")[1]
    other = open_map(visit, lab, "&" + path, width=400, dark=True)
    expect(other.page.get_by_text(selected)).to_be_visible(timeout=SOON)
    other.expect_no_sideways_scrolling()

    visitor.button("Forget the selection").click()
    expect(thumbnails(visitor)).to_have_count(0, timeout=SOON)
    expect(visitor.page).not_to_have_url(re.compile("area="), timeout=SOON)


def test_the_keyboard_and_the_classes(lab, visit) -> None:
    visitor = open_map(visit, lab)
    canvas(visitor).focus()
    visitor.page.keyboard.press("ArrowRight")
    expect(card(visitor)).to_be_visible()
    first = card(visitor).get_attribute("data-point")
    visitor.page.keyboard.press("ArrowRight")
    expect(card(visitor)).not_to_have_attribute("data-point", first)
    number = int(card(visitor).get_attribute("data-point"))
    assert read(visitor, f"map.points[{2 * number}]") > read(
        visitor, f"map.points[{2 * int(first)}]"
    )
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(re.compile(r"[?&]point=\d+"), timeout=SOON)
    legend = visitor.page.get_by_role("group", name="Classes on the map")
    legend.get_by_role("button", name="cat").click()
    expect(visitor.page).to_have_url(re.compile(r"[?&]hidden=3(&|$)"), timeout=SOON)
    legend.get_by_role("button", name="frog").dblclick()
    alone = re.compile(r"[?&]hidden=0-1-2-3-4-5-7-8-9(&|$)")
    expect(visitor.page).to_have_url(alone, timeout=SOON)
    expect(legend.get_by_role("button", pressed=True)).to_have_text(["frog"])


@pytest.fixture
def planted(lab) -> Iterator[Dataset]:
    """Noise in blocks; test images 2 and 6 are in the training images, 6 with another label."""
    rng = np.random.default_rng(6)
    train, test = (
        rng.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8).repeat(4, 1).repeat(4, 2)
        for count in (60, 20)
    )
    labels = np.arange(60, dtype=np.int64) % 2, np.arange(20, dtype=np.int64) % 2
    test[2], test[6] = train[4], train[9]
    yield store_dataset("planted", (train, labels[0]), (test, labels[1]), ["left", "right"])
    shutil.rmtree(storage.folder("planted"))


def test_planted_twins_are_found_and_listed(lab, visit, planted) -> None:
    visitor = visit(lab, "data-honesty?dataset=planted")
    visitor.button("Look for twins").click()
    cards = visitor.page.locator(".lab-pair")
    expect(cards).to_have_count(2, timeout=1000 * SECONDS)
    expect(visitor.main).to_contain_text("2 of 20 (10.00%)")
    assert {card.locator("small").all_inner_texts()[1] for card in cards.all()} == {
        "test 2",
        "test 6",
    }
    download = visitor.download(visitor.page.get_by_role("button", name="All pairs as CSV"))
    lines = download.path().read_text("utf-8").splitlines()
    assert len(lines) == 3
    visitor.main.get_by_text("Only pairs with different labels").click()
    expect(cards).to_have_count(1, timeout=SOON)
    expect(visitor.page).to_have_url(re.compile("differ=1"), timeout=SOON)
    other = visit(lab, visitor.page.url.removeprefix(lab.url), width=400, dark=True)
    pair = other.page.locator(".lab-pair-differs")
    expect(pair).to_have_count(1, timeout=SOON)
    expect(pair).to_contain_text("different labels")
    other.expect_no_sideways_scrolling()
    pair.get_by_role("link", name=re.compile("test image 6")).click()
    expect(other.page).to_have_url(re.compile(r"data-set\?.*split=test.*index=6"), timeout=SOON)

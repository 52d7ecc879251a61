"""The convolution laboratory as a learner uses it."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from cnnlib.ops.kinds import KINDS
from tests.browser.grids import (
    click,
    expect_equal_to_keras,
    expect_sum,
    hover,
    marked,
    path_of,
    pin,
    stage,
    wait_for_grids,
)
from tests.browser.lab import wait_for
from tests.browser.visit import Visit

PAGE = "convolutions"
MODEL = "document.querySelector('.lab-grids').labGrids.model"


def shape_of(visitor: Visit, grid: str) -> list[int]:
    return visitor.page.evaluate(f"grid => {MODEL}.grids.get(grid).shape", grid)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_its_sum_and_equals_keras(kind, lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?kind={kind}")
    wait_for_grids(visitor)
    target = visitor.page.evaluate(f"{MODEL}.target.id")
    shape = shape_of(visitor, target)
    assert len(shape) == (4 if kind == "volume" else 3)
    middle = [size // 2 for size in shape[:-1]]
    hover(visitor, target, *middle, 0)
    expect_sum(visitor, "Output[", "=")
    assert marked(visitor, "input")
    expect_equal_to_keras(visitor)
    visitor.expect_no_sideways_scrolling()
    visitor.page.set_viewport_size({"width": 400, "height": 900})
    visitor.page.wait_for_timeout(300)  # the grids are laid out anew
    visitor.expect_no_sideways_scrolling()


def test_a_cell_of_the_edge_detector_can_be_computed_by_hand(lab, visit) -> None:
    """Columns of 0 0 0 9 9 9 under Sobel: the middle columns see the edge, 9 + 2·9 + 9 = 36."""
    visitor = visit(lab, f"{PAGE}?pattern=edge")
    wait_for_grids(visitor)
    hover(visitor, "stage_0", 1, 1, 0)
    expect_sum(visitor, "9·1", "9·2", "= 36")
    window = [[row, column, 0] for row in (1, 2, 3) for column in (1, 2, 3)]
    assert marked(visitor, "input", "direct") == window
    hover(visitor, "stage_0", 3, 3, 0)
    expect_sum(visitor, "= 0")


def test_an_edited_kernel_and_a_pinned_cell_travel_by_link(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?pattern=edge")
    wait_for_grids(visitor)
    pin(visitor, "stage_0", 1, 1, 0)
    click(visitor, "kernel", 1, 2, 0, 0)
    visitor.page.keyboard.type("5")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page).to_have_url(re.compile(r"edits=kernel\.5(%3D|=)5"))
    visitor.wait_until_idle()
    expect_sum(visitor, "9·5", "= 63")
    expect_equal_to_keras(visitor)
    other = visit(lab, path_of(visitor))
    wait_for_grids(other)
    expect_sum(other, "9·5", "= 63")
    expect_equal_to_keras(other)
    other.button("Undo my numbers").click()
    expect_sum(other, "9·2", "= 36")
    visitor.page.reload()
    wait_for_grids(visitor)
    expect_sum(visitor, "= 63")


def test_text_in_a_cell_is_refused_in_place(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?pattern=edge")
    wait_for_grids(visitor)
    click(visitor, "kernel", 0, 0, 0, 0)
    visitor.page.keyboard.press("Enter")
    visitor.part("grid-edit").fill("abc")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_text("a number, please")).to_be_visible()
    visitor.page.keyboard.press("Escape")
    assert "edits" not in path_of(visitor)


def test_pointing_and_playing_ask_the_server_for_nothing(lab, visit) -> None:
    visitor = visit(lab)
    sent: list[object] = []
    visitor.page.on(
        "websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame))
    )
    requests: list[str] = []
    visitor.page.on("request", lambda request: requests.append(request.url))
    visitor.open(f"{PAGE}?kind=multi&size=32&padding=same&filters=8")
    wait_for_grids(visitor)
    expect_equal_to_keras(visitor)
    sent.clear()
    requests.clear()
    for place in range(0, 32, 3):
        hover(visitor, "stage_0", place, place, 0)
    visitor.part("grid-play").click()
    visitor.page.wait_for_timeout(1500)
    visitor.part("grid-play").click()
    position = visitor.part("grid-position").inner_text()
    assert re.match(r"cell [2-9]", position), position
    assert not requests
    assert not sent


def test_another_kind_and_an_example_by_click(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?pattern=edge")
    visitor.page.get_by_role("radio", name="Transposed").or_(
        visitor.page.get_by_role("button", name="Transposed", exact=True)
    ).click()
    expect(stage(visitor, "input")).to_have_attribute("data-rows", "2")
    expect(stage(visitor, "stage_0")).to_have_attribute("data-rows", "4")
    visitor.page.get_by_role("button", name=re.compile("Twice as large")).click()
    expect(stage(visitor, "stage_0")).to_have_attribute("data-rows", "8")
    expect(visitor.page).to_have_url(re.compile("kind=transposed"))
    expect_equal_to_keras(visitor)


def test_a_picture_of_ones_own_goes_in_and_its_link_works_elsewhere(
    lab, visit, tmp_path: Path
) -> None:
    picture = tmp_path / "mine.png"
    Image.fromarray(np.full((64, 64, 3), (250, 120, 10), np.uint8)).save(picture)
    visitor = visit(lab, f"{PAGE}?kind=multi&source=upload&kernel=identity")
    visitor.part("stFileUploaderDropzoneInput").set_input_files(picture)
    expect(visitor.page).to_have_url(re.compile("upload=[0-9a-f]{16}"))
    visitor.wait_until_idle()
    hover(visitor, "input", 0, 0, 0)
    expect(visitor.part("grid-sum")).to_contain_text("250")
    other = visit(lab, path_of(visitor))
    wait_for_grids(other)
    hover(other, "input", 0, 0, 2)
    expect(other.part("grid-sum")).to_contain_text("10")
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG no picture at all")
    visitor.part("stFileUploaderDropzoneInput").set_input_files(broken)
    expect(visitor.part("stAlertContentError")).to_contain_text("no picture that can be read")


def test_kernels_that_a_run_has_learned_can_be_used(lab, visit, start_run, store) -> None:
    run = start_run(epochs=1, limit=500)
    wait_for(lambda: store.get(run.id).has_ended, 180, "the run to end")
    visitor = visit(lab, f"{PAGE}?kind=multi&kernel=learned&run={run.id}&filters=6&size=12")
    wait_for_grids(visitor)
    expect(visitor.part("stAlertContentError")).to_have_count(0)
    assert shape_of(visitor, "kernel") == [5, 5, 3, 6]  # LeNet-5 begins with 6 of 5 × 5
    expect_equal_to_keras(visitor)


def test_a_broken_rule_is_said_and_can_be_mended(lab, visit) -> None:
    visitor = visit(lab, f"{PAGE}?kind=grouped&groups=4")
    expect(visitor.part("stAlertContentError")).to_contain_text("groups must divide")
    visitor.page.get_by_role("spinbutton", name="Groups g").fill("2")
    visitor.page.keyboard.press("Enter")
    expect(visitor.part("stAlertContentError")).to_have_count(0)
    wait_for_grids(visitor)


def test_every_convolution_is_listed_checked_and_opened(lab, visit) -> None:
    visitor = visit(lab, "every-convolution?size=16&check=1")
    expect(visitor.part("stDataFrame")).to_be_visible()
    expect_equal_to_keras(visitor, len(KINDS))
    visitor.expect_no_sideways_scrolling()


def test_back_and_the_menu_lead_to_the_page_as_it_was_left(lab, visit) -> None:
    link = f"{PAGE}?kind=multi&size=8&cell=stage_0.1.1.1&edits=kernel.0%3D7"
    visitor = visit(lab, link)
    wait_for_grids(visitor)

    def expect_as_left() -> None:
        expect(stage(visitor, "input")).to_have_attribute("data-rows", "8")
        assert shape_of(visitor, "kernel") == [3, 3, 3, 2]
        expect(visitor.part("linked-grids")).to_have_attribute("data-cell", "stage_0:1,1,1")
        for part in ("kind=multi", "size=8", "edits=kernel.0"):
            assert part in visitor.page.evaluate("location.href")

    expect_as_left()
    links = visitor.part("stSidebarNavLink")
    links.filter(has_text="Padding").click()
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Padding")
    visitor.wait_until_idle()
    visitor.page.go_back()
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Convolution")
    visitor.wait_until_idle()
    wait_for_grids(visitor)
    expect_as_left()
    links.filter(has_text="Padding").click()
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Padding")
    visitor.wait_until_idle()
    links.filter(has_text=re.compile("Convolution$")).click()
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Convolution")
    visitor.wait_until_idle()
    wait_for_grids(visitor)
    expect_as_left()


def test_another_kind_forgets_the_pinned_cell(lab, visit) -> None:
    visitor = visit(lab, PAGE)
    wait_for_grids(visitor)
    pin(visitor, "stage_0", 2, 2, 0)
    visitor.page.get_by_role("radio", name="Dilated").or_(
        visitor.page.get_by_role("button", name="Dilated", exact=True)
    ).click()
    expect(visitor.page).to_have_url(re.compile("kind=dilated"))
    visitor.wait_until_idle()
    assert "cell" not in visitor.page.evaluate("location.href")


def test_a_row_of_the_table_opens_its_kind_with_the_same_image(lab, visit) -> None:
    link = "every-convolution?size=16&kernel=gaussian&image=3&padding=valid"
    visitor = visit(lab, link, height=1600)
    table = visitor.part("stDataFrame")
    box = table.bounding_box()
    visitor.page.mouse.click(box["x"] + 150, box["y"] + 36 + 72 * 5 + 30)  # the sixth kind
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Convolution")
    href = visitor.page.evaluate("location.href")
    for part in ("kind=dilated", "size=16", "kernel=gaussian", "image=3"):
        assert part in href, href
    expect_equal_to_keras(visitor)


def test_a_click_before_the_sliders_are_drawn_leaves_them_as_they_are(lab, visit) -> None:
    """On a slow network the grids may be there before the sliders' code has come."""
    visitor = visit(lab)
    held: list[Route] = []
    visitor.page.route(
        re.compile(r"/(Slider|NumberInput)[^/]*\.js"), lambda route: held.append(route)
    )
    visitor.page.goto(f"{visitor.url}/{PAGE}?size=7&strides=2&kernel_size=5")
    wait_for_grids(visitor)
    assert held, "the sliders' code has another name now"
    click(visitor, "stage_0", 1, 1, 0)
    visitor.page.wait_for_url(re.compile("cell=stage_0"))
    for route in held:
        route.continue_()
    visitor.page.unroute_all(behavior="ignoreErrors")
    expect(visitor.part("stSlider").first).to_be_visible()
    visitor.wait_until_idle()
    visitor.part("grid-stage_0").scroll_into_view_if_needed()
    click(visitor, "stage_0", 0, 1, 0)
    visitor.page.wait_for_url(re.compile("cell=stage_0.0.1"))
    visitor.wait_until_idle()
    href = visitor.page.evaluate("location.href")
    for part in ("size=7", "strides=2", "kernel_size=5"):
        assert part in href, href

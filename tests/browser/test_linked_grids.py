"""The linked grids in a browser, on a page of their own: see linked_grids_page.py."""

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.grids import (
    click,
    expect_sum,
    hover,
    locate,
    marked,
    root,
    stage,
    wait_for_grids,
)
from tests.browser.lab import ROOT, START_SECONDS, Lab, wait_for
from tests.browser.visit import Visit

CASES = ("same", "rgb", "large", "channels", "stages", "volume", "pool", "zeros")


class GridsLab(Lab):
    """A server of the page with nothing but linked grids."""

    def start(self) -> None:
        self.home.mkdir(parents=True)
        with open(self.log, "ab") as log:
            self._server = subprocess.Popen(
                [
                    *(
                        sys.executable,
                        "-m",
                        "streamlit",
                        "run",
                        "tests/browser/linked_grids_page.py",
                    ),
                    *("--server.port", str(self.port), "--server.address", "127.0.0.1"),
                ],
                cwd=ROOT,
                env={**self.environment, "HOME": str(self.home)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_for(self._is_healthy, START_SECONDS, f"the server; its log is {self.log}")


@pytest.fixture(scope="module")
def grids_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = GridsLab(tmp_path_factory.mktemp("grids") / "lab")
    try:
        lab.start()
        yield lab
    finally:
        lab.kill_server()


@pytest.fixture
def see(visit, grids_lab):
    """Open a case and wait until its grids are drawn."""

    def start(case: str = "same", *, more: str = "", **options: object) -> Visit:
        visitor = visit(grids_lab, f"?case={case}{more}", **options)
        wait_for_grids(visitor)
        return visitor

    return start


# -- see -------------------------------------------------------------------------------------------


def test_an_output_cell_tells_its_products(see) -> None:
    visitor = see()
    hover(visitor, "output", 1, 1, 0)
    expect_sum(visitor, "Output[row 1, column 1] =", "0·5", "8·0", "6·(−1)", " = −15")
    expect(visitor.part("grid-sum")).to_have_attribute("data-result", "-15")
    window = [[row, column, 0] for row in range(3) for column in range(3)]
    assert marked(visitor, "input", "direct") == window
    assert len(marked(visitor, "kernel")) == 9
    expect(visitor.part("grid-live")).to_have_text(
        "Output[row 1, column 1] is −15: a sum of 9 products."
    )


def test_zeros_of_padding_are_told_and_drawn(see) -> None:
    visitor = see()
    hover(visitor, "output", 0, 0, 0)
    expect_sum(visitor, "0·(−1) (padding)")
    assert marked(visitor, "input", "direct") == [[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0]]
    size = float(stage(visitor, "input").get_attribute("data-cell-size"))
    assert stage(visitor, "input").bounding_box()["width"] >= 7 * size  # 5 and one on each side


def test_an_input_cell_shows_what_it_reaches(see) -> None:
    visitor = see()
    hover(visitor, "input", 4, 4, 0)
    expect(visitor.part("grid-sum")).to_contain_text("reaches 4 cells of Output")
    reached = [[3, 3, 0], [3, 4, 0], [4, 3, 0], [4, 4, 0]]
    assert marked(visitor, "output", "reach") == reached


def test_a_kernel_cell_says_what_it_meets(see) -> None:
    visitor = see()
    hover(visitor, "output", 1, 1, 0)
    hover(visitor, "kernel", 1, 1, 0, 0)
    expect(visitor.part("grid-readout")).to_have_text(
        "Kernel[row 1, column 1] = 5 meets Input[row 1, column 1] = 0"
    )


def test_channels_are_summed_line_by_line_with_the_bias(see) -> None:
    visitor = see("rgb")
    hover(visitor, "output", 2, 2, 1)
    expect_sum(visitor, "red:", "green:", "blue:", "sum:", "(bias)")
    assert len(marked(visitor, "input", "direct")) == 27
    assert marked(visitor, "bias") == [[1]]
    assert {index[3] for index in marked(visitor, "kernel")} == {1}
    expect(visitor.part("grid-legend").first).to_be_visible()


def test_the_window_of_a_stack_reaches_through_all_its_stages(see) -> None:
    visitor = see("stages")
    hover(visitor, "output", 3, 4, 0)
    assert marked(visitor, "middle", "direct") == [[3, 4, channel] for channel in range(3)]
    field = marked(visitor, "input", "far")
    assert len(field) == 27
    assert (field[0], field[-1]) == ([3, 4, 0], [5, 6, 2])
    hover(visitor, "input", 0, 0, 0)
    assert marked(visitor, "middle", "reach") == [[0, 0, 0]]
    assert len(marked(visitor, "output", "reach")) == 128
    hover(visitor, "middle", 2, 2, 0)
    assert len(marked(visitor, "input", "direct")) == 9
    assert len(marked(visitor, "output", "reach")) == 128


def test_pooling_tells_what_was_picked(see) -> None:
    visitor = see("pool")
    hover(visitor, "output", 1, 1, 1)
    expect_sum(visitor, "Maximum[row 1, column 1, channel 1] =", "(not taken:")
    assert marked(visitor, "input", "direct") == [[2, 2, 1], [2, 3, 1], [3, 2, 1], [3, 3, 1]]


def test_a_place_that_reads_nothing_is_zero(see) -> None:
    visitor = see("zeros")
    hover(visitor, "output", 1, 1)
    expect_sum(visitor, "no input cell reaches it")
    assert marked(visitor, "input") == []


def test_every_cell_of_every_case_agrees_with_its_text(see) -> None:
    """A sample of target cells: what the script sums up is what Python computed."""
    for case in CASES:
        visitor = see(case)
        wrong = visitor.page.evaluate(
            """() => {
                const { model } = document.querySelector('.lab-grids').labGrids;
                const wrong = [];
                for (const link of model.links) {
                    const step = Math.max(1, Math.floor(link.to.size / 97));
                    for (let flat = 0; flat < link.to.size; flat += step) {
                        const index = link.to.unflat(flat);
                        const sum = link.taps(index).reduce((all, tap) => all
                            + (tap.inside ? tap.weight * link.from.value(tap.source) : 0), 0)
                            + (link.biasGrid ? link.biasGrid.values[index.at(-1)] : 0);
                        const value = link.to.value(index);
                        if (Math.abs(sum - value) > 1e-3 * Math.max(1, Math.abs(value)))
                            wrong.push([link.target, index, sum, value]);
                    }
                }
                return wrong;
            }"""
        )
        assert wrong == [], case


def test_long_sums_are_folded_until_asked(see) -> None:
    visitor = see("channels")
    hover(visitor, "output", 5, 5, 0)
    expect_sum(visitor, "red:", "sum:")
    expect(visitor.part("grid-more")).to_be_hidden()  # nine products a channel are few
    expect(stage(visitor, "output")).to_have_attribute("data-layout", "depth")
    assert visitor.page.locator(".lab-grids canvas").count() == 8


def test_the_pager_turns_the_channels_and_with_them_the_filter(see) -> None:
    visitor = see("channels")
    figure = visitor.page.locator(".lab-grids-figure", has=stage(visitor, "output"))
    expect(figure).to_contain_text("channel 0 of 128")
    figure.get_by_role("button", name="Next sheet").click()
    expect(figure).to_contain_text("channel 1 of 128")
    kernel = visitor.page.locator(".lab-grids-figure", has=stage(visitor, "kernel"))
    expect(kernel).to_contain_text("filter 1 of 128")
    figure.get_by_role("button", name="Previous sheet").click()
    figure.get_by_role("button", name="Previous sheet").click()
    expect(figure).to_contain_text("channel 127 of 128")


# -- keyboard --------------------------------------------------------------------------------------


def test_the_keyboard_moves_the_cell(see) -> None:
    visitor = see("rgb")
    keyboard = visitor.page.keyboard
    stage(visitor, "output").focus()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowRight")
    expect(root(visitor)).to_have_attribute("data-cell", "output:1,1,0")
    keyboard.press("PageDown")
    expect(root(visitor)).to_have_attribute("data-cell", "output:1,1,1")
    keyboard.press("End")
    expect(root(visitor)).to_have_attribute("data-cell", "output:1,5,1")
    keyboard.press("ArrowRight")
    expect(root(visitor)).to_have_attribute("data-cell", "output:1,5,1")
    keyboard.press("Home")
    keyboard.press("[")
    expect(root(visitor)).to_have_attribute("data-cell", "output:1,0,0")
    keyboard.press("Enter")
    expect(root(visitor)).to_have_attribute("data-pinned", "output:1,0,0")
    keyboard.press("Escape")
    expect(root(visitor)).to_have_attribute("data-pinned", "")
    visitor.wait_until_idle()
    expect(stage(visitor, "output")).to_be_focused()


# -- play ------------------------------------------------------------------------------------------


def test_play_walks_over_the_output_and_stops_at_its_end(see) -> None:
    visitor = see()
    visitor.part("grid-speed").fill("30")
    visitor.part("grid-play").click()
    expect(root(visitor)).to_have_attribute("data-playing", "true")
    expect(visitor.part("grid-position")).to_have_text(re.compile(r"cell (9|1\d) of 25"))
    expect(root(visitor)).to_have_attribute("data-playing", "false")
    expect(root(visitor)).to_have_attribute("data-cell", "output:4,4,0")


def test_play_pauses_steps_and_starts_again(see) -> None:
    visitor = see("rgb")
    visitor.part("grid-speed").fill("20")
    visitor.part("grid-play").click()
    expect(visitor.part("grid-position")).to_have_text(re.compile(r"cell [5-9] of 72"))
    visitor.part("grid-play").click()
    expect(root(visitor)).to_have_attribute("data-playing", "false")
    before = int(re.findall(r"\d+", visitor.part("grid-position").inner_text())[0])
    visitor.part("grid-step").click()
    expect(visitor.part("grid-position")).to_have_text(f"cell {before + 1} of 72")
    visitor.part("grid-back").click()
    visitor.part("grid-back").click()
    expect(visitor.part("grid-position")).to_have_text(f"cell {before - 1} of 72")
    visitor.part("grid-restart").click()
    expect(root(visitor)).to_have_attribute("data-cell", "output:0,0,0")
    stage(visitor, "output").focus()
    visitor.page.keyboard.press("Space")
    expect(root(visitor)).to_have_attribute("data-playing", "true")
    visitor.page.keyboard.press("Escape")
    expect(root(visitor)).to_have_attribute("data-playing", "false")


# -- pin -------------------------------------------------------------------------------------------


def test_a_pinned_cell_is_in_the_address_and_comes_back(see) -> None:
    visitor = see()
    click(visitor, "output", 2, 3, 0)
    expect(visitor.page.get_by_text("pinned: Cell(grid='output', index=(2, 3, 0))")).to_be_visible()
    expect(visitor.page).to_have_url(re.compile(r"cell=2(,|%2C)3(,|%2C)0"))
    hover(visitor, "output", 0, 0, 0)
    visitor.page.mouse.move(5, 5)
    expect(root(visitor)).to_have_attribute("data-cell", "output:2,3,0")
    other = see(more="&cell=2,3,0")
    expect(root(other)).to_have_attribute("data-pinned", "output:2,3,0")
    click(visitor, "output", 2, 3, 0)
    expect(visitor.page.get_by_text("pinned: None")).to_be_visible()
    expect(visitor.page).not_to_have_url(re.compile("cell="))
    expect(root(visitor)).to_have_attribute("data-pinned", "")


@pytest.mark.parametrize("cell", ["9,9,9", "x", "1", "-1,0,0"])
def test_a_cell_that_is_none_is_passed_over(see, cell) -> None:
    visitor = see(more=f"&cell={cell}")
    expect(root(visitor)).to_have_attribute("data-cell", "output:0,0,0")
    expect(root(visitor)).to_have_attribute("data-pinned", "")


# -- edit ------------------------------------------------------------------------------------------


def test_a_kernel_cell_is_edited_once(see) -> None:
    visitor = see()
    hover(visitor, "output", 1, 1, 0)
    x, y = locate(visitor, "kernel", 1, 1, 0, 0)
    visitor.page.mouse.dblclick(x, y)
    field = visitor.part("grid-edit")
    expect(field).to_be_focused()
    expect(field).to_have_value("5")
    field.fill("−2,5")
    field.press("Enter")
    expect(
        visitor.page.get_by_text("edit: Edit(grid='kernel', index=(1, 1, 0, 0), value=-2.5)")
    ).to_be_visible()
    expect(visitor.page.get_by_text("edits: 1", exact=True)).to_be_visible()
    expect_sum(visitor, "0·(−2.5)")
    expect(stage(visitor, "kernel")).to_be_focused()
    expect(field).to_have_count(0)


def test_text_is_refused_and_escape_leaves_everything_as_it_was(see) -> None:
    visitor = see()
    stage(visitor, "kernel").focus()
    visitor.page.keyboard.press("Enter")
    field = visitor.part("grid-edit")
    for text, message in (
        ("two", "a number, please"),
        ("1e9", "at most ±1,000,000"),
        ("", "a number, please"),
    ):
        field.fill(text)
        field.press("Enter")
        expect(visitor.page.get_by_text(message)).to_be_visible()
        expect(field).to_be_focused()
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(visitor.page.get_by_text("edits: 0", exact=True)).to_be_visible()
    expect(visitor.page.get_by_text("edit: None")).to_be_visible()


def test_typing_starts_an_edit_and_tab_goes_on(see) -> None:
    visitor = see()
    keyboard = visitor.page.keyboard
    stage(visitor, "kernel").focus()
    keyboard.press("ArrowRight")
    keyboard.type("7")
    field = visitor.part("grid-edit")
    expect(field).to_have_value("7")
    keyboard.press("Tab")
    expect(visitor.page.get_by_text("edits: 1", exact=True)).to_be_visible()
    expect(field).to_have_value("0")  # row 0, column 2
    keyboard.press("Tab")  # unchanged: no edit
    expect(field).to_have_value("-1")
    keyboard.press("Escape")
    visitor.wait_until_idle()
    expect(visitor.page.get_by_text("edits: 1", exact=True)).to_be_visible()
    expect(stage(visitor, "kernel")).to_be_focused()


def test_a_value_that_the_page_does_not_take_goes_back(see) -> None:
    visitor = see()
    x, y = locate(visitor, "input", 0, 0, 0)
    visitor.page.mouse.dblclick(x, y)
    visitor.part("grid-edit").fill("99")
    visitor.part("grid-edit").press("Enter")
    read = """() => {
        const grid = document.querySelector('.lab-grids').labGrids.model.grids.get('input');
        return grid.value([0, 0, 0]);
    }"""
    assert visitor.page.evaluate(read) == 99
    expect(visitor.page.get_by_text("edit: Edit(grid='input'")).to_be_visible()
    visitor.page.wait_for_function(f"({read})() !== 99")
    expect(root(visitor)).to_have_attribute("data-pinned", "")  # a double click pins nothing


# -- reruns ----------------------------------------------------------------------------------------


def test_another_size_keeps_what_still_fits(see) -> None:
    visitor = see("sizes")
    visitor.part("grid-speed").fill("12")
    click(visitor, "output", 2, 2, 0)
    expect(visitor.page.get_by_text("pinned: Cell(grid='output', index=(2, 2, 0))")).to_be_visible()
    visitor.button("Another size").click()
    expect(stage(visitor, "output")).to_have_attribute("data-rows", "5")
    expect(root(visitor)).to_have_attribute("data-pinned", "output:2,2,0")
    click(visitor, "output", 4, 4, 0)
    expect_sum(visitor, "Output[row 4, column 4] =")
    expect(visitor.page.get_by_text("index=(4, 4, 0)")).to_be_visible()
    visitor.button("Another size").click()
    expect(stage(visitor, "output")).to_have_attribute("data-rows", "3")
    expect(root(visitor)).to_have_attribute("data-pinned", "")
    expect(root(visitor)).to_have_attribute("data-cell", "output:0,0,0")
    expect(visitor.page.get_by_text("pinned: None")).to_be_visible()
    expect(visitor.part("grid-speed")).to_have_value("12")


def test_play_goes_on_through_a_rerun(see) -> None:
    visitor = see("sizes")
    visitor.button("Another size").click()
    expect(stage(visitor, "output")).to_have_attribute("data-rows", "5")
    visitor.part("grid-speed").fill("3")
    visitor.part("grid-play").click()
    visitor.page.evaluate(
        "document.querySelector('.lab-grids').labGrids.setTriggerValue('cell', {})"
    )
    visitor.wait_until_idle()
    expect(visitor.part("grid-position")).to_have_text(re.compile(r"cell ([6-9]) of 25"))
    expect(root(visitor)).to_have_attribute("data-playing", "true")


# -- layout ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("case", CASES)
def test_every_case_fits_into_the_window(see, case, width) -> None:
    visitor = see(case, width=width, dark=width == 400)
    visitor.expect_no_sideways_scrolling()
    boxes = [each.bounding_box() for each in visitor.page.locator(".lab-grids-stage").all()]
    assert max(box["x"] + box["width"] for box in boxes) <= width
    assert all(
        float(each.get_attribute("data-cell-size")) >= 4
        for each in visitor.page.locator(".lab-grids-stage").all()
    )
    if width == 1280 and case == "same":
        assert boxes[0]["x"] < boxes[1]["x"] < boxes[2]["x"]


def test_in_a_narrow_window_the_grids_stand_one_above_the_other(see) -> None:
    visitor = see("large", width=400)
    image, output = (stage(visitor, name).bounding_box() for name in ("input", "output"))
    assert output["y"] > image["y"] + image["height"]
    assert image["width"] > 250


def test_sheets_can_be_stacked_and_laid_out_again(see) -> None:
    visitor = see("rgb")
    expect(stage(visitor, "input")).to_have_attribute("data-layout", "side")
    visitor.button("Image: Stack the sheets").click()
    expect(stage(visitor, "input")).to_have_attribute("data-layout", "depth")
    visitor.button("Image: Show the sheets side by side").click()
    expect(stage(visitor, "input")).to_have_attribute("data-layout", "side")


def test_a_narrower_window_lays_out_anew(see) -> None:
    visitor = see("rgb")
    visitor.page.set_viewport_size({"width": 420, "height": 900})
    visitor.page.wait_for_function(
        "document.querySelector('[data-testid=grid-input]').offsetWidth < 400"
    )
    visitor.expect_no_sideways_scrolling()

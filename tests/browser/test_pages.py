"""Every page by its own link, on a fresh server too, wide and narrow."""

import re
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.visit import Visit

NAMES = {
    "": "Welcome",
    "data-set": "Data set",
    "whole-set": "The whole set",
    "data-honesty": "Twins and wrong labels",
    "augmentations": "Augmentation",
    "own-data": "Your own data",
    "convolutions": "Convolution",
    "every-convolution": "One image, every convolution",
    "padding-lab": "Padding",
    "receptive-fields": "Receptive field",
    "counting-parameters": "Counting parameters",
    "batch-normalisation": "Batch normalisation",
    "activations": "Activation",
    "pooling-lab": "Pooling",
    "dropout-lab": "Dropout",
    "cbapd-lab": "CBAPD",
    "architectures-lab": "Architectures",
    "networks-compared": "Compare networks",
    "network-builder": "Builder",
    "model-reader": "Read a model",
    "shapes-quiz": "Quiz",
    "training": "Train",
    "all-runs": "Runs",
    "runs-compared": "Compare runs",
    "setting-sweeps": "Sweeps",
}
NAVIGATION = list(NAMES.values())


def heading_and_title(address: str) -> tuple[str, str]:
    if not address:
        return "CNN Lab", "CNN Lab"
    return NAMES[address], f"{NAMES[address]} · CNN Lab"


def expect_whole_page(visitor: Visit, address: str) -> None:
    heading, title = heading_and_title(address)
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text(heading)
    expect(visitor.page).to_have_title(title)
    expect(visitor.part("stSidebarNavLink")).to_contain_text(NAVIGATION)
    expect(visitor.part("stAlertContentError")).to_have_count(0)
    visitor.expect_no_sideways_scrolling()


@pytest.mark.parametrize("address", NAMES)
def test_a_page_opens_by_its_own_link(address, lab, visit) -> None:
    visitor = visit(lab, address)
    expect_whole_page(visitor, address)
    visitor.page.set_viewport_size({"width": 400, "height": 900})
    visitor.page.wait_for_timeout(300)  # grids are laid out anew
    visitor.expect_no_sideways_scrolling()


@pytest.mark.parametrize("address", ["", "data-set", "training"])
def test_the_very_first_visit_of_a_server_may_be_to_any_page(address, fresh_lab, visit) -> None:
    """Each page has the router to thank for it; beside a `pages` folder Streamlit may pass it."""
    expect_whole_page(visit(fresh_lab, address), address)


@pytest.mark.parametrize(
    ("width", "addresses"), [(1280, list(NAMES)), (400, ["data-set", "shapes-quiz", ""])]
)
def test_the_sidebar_leads_to_every_page(width, addresses, lab, visit) -> None:
    """Narrow, where each page was opened above, only that the sidebar comes and goes."""
    visitor = visit(lab, "", width=width)
    for address in addresses:
        name = NAMES[address]
        heading, title = heading_and_title(address)
        link = visitor.part("stSidebarNavLink").filter(has_text=re.compile(f"{name}$"))
        if link.bounding_box()["x"] < 0:  # a narrow window hides the sidebar after each choice
            visitor.part("stExpandSidebarButton").click()
        link.click()
        expect(visitor.main.get_by_role("heading", level=1)).to_have_text(heading)
        expect(visitor.page).to_have_title(title)
        visitor.wait_until_idle()
        visitor.check()
    expect_no_tensorflow(lab.server_pid)


def expect_no_tensorflow(server_pid: int) -> None:
    """Seen from outside, after every page: what the web process has mapped into memory."""
    mapped = {Path(region.path).name for region in psutil.Process(server_pid).memory_maps()}
    assert any("python" in name or name.endswith(".so") for name in mapped)
    assert not [name for name in mapped if "tensorflow" in name or "h5py" in name]


def test_the_cards_of_the_first_page_lead_on_and_back_leads_back(lab, visit) -> None:
    visitor = visit(lab, "")
    visitor.main.get_by_role("link", name="Data set").click()
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Data set")
    visitor.page.go_back()
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("CNN Lab")
    visitor.wait_until_idle()


BAD_RUNS = ["nope", "../../etc/passwd", "%2e%2e%2f", "%00", "<b>x</b>", "'; drop table runs"]
BAD_SETTINGS = [
    "data-set?dataset=nope&index=99999999&page=abc",
    "data-set?index=-1&page=0&split=all&classes=unicorn&per_page=x",
    "data-set?index=٣&page=99999999999999999999",
    "training?network=nope&dataset=nope&epochs=abc&batch_size=7&learning_rate=-1&seed=x",
    "training?epochs=999999&optimizer=&limit=3",
    "training?epochs=1e99&seed=-5&limit=%00&network=",
]


def test_a_link_to_no_run_says_so_in_one_line(lab, visit) -> None:
    visitor = visit(lab)
    for run in BAD_RUNS:
        visitor.open(f"training?run={run}")
        alert = visitor.part("stAlertContentError")
        expect(alert).to_have_count(1)
        expect(alert).to_contain_text("There is no run")
        expect(alert).to_contain_text("The Runs page lists those that exist.")
        expect(visitor.part("live-run")).to_have_count(0)
        visitor.check()


def test_a_link_with_impossible_settings_leads_to_a_page_that_works(lab, visit) -> None:
    """At most one line says what is wrong with it."""
    visitor = visit(lab)
    for link in BAD_SETTINGS:
        visitor.open(link)
        if link.startswith("data-set"):
            expect(visitor.page.get_by_role("option").first).to_be_visible()
        else:
            expect(visitor.button("Start training")).to_be_enabled()
        assert visitor.part("stAlertContentError").count() <= 1, link
        expect(visitor.page.get_by_text("Something went wrong")).to_have_count(0)
        visitor.check()


def test_a_page_that_is_not_there_leads_to_one_that_is(lab, visit) -> None:
    """Streamlit's own dialog says it; behind it stands the first page, ready to be used."""
    visitor = visit(lab, "no-such-page")
    dialog = visitor.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button").first.click()
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("CNN Lab")
    (complaint,) = visitor.wrong
    assert "does not seem to exist" in complaint
    visitor.wrong.clear()


def test_the_whole_of_a_card_on_the_welcome_page_is_its_link(lab, visit) -> None:
    visitor = visit(lab, "")
    expect(visitor.page.locator(".lab-strips img").first).to_be_visible()
    box = visitor.page.locator(".st-key-card_training").bounding_box()
    visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 12)
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Train")

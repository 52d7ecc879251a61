"""One's own pictures in a browser: upload a zip, see its pictures, browse them, remove the set."""

import re

from playwright.sync_api import expect

from cnnlib.data import is_installed
from tests.data.picture_files import make_files, write_zip


def test_a_zip_is_uploaded_seen_browsed_and_removed(lab, visit, tmp_path) -> None:
    files = make_files(("daisy", "rose"), count=10) | {"rose/broken.jpg": b"?"}
    path = write_zip(tmp_path / "flowers.zip", files)
    visitor = visit(lab, "own-data")
    page = visitor.page
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("flowers.zip")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Two <b>flowers</b>")
    page.get_by_role("textbox", name="Name").press("Tab")
    visitor.button("Import").click()
    expect(page.get_by_text("20 images of 2 classes. It is open below.")).to_be_visible(
        timeout=60_000
    )
    expect(page).to_have_url(re.compile(r"set=two-b-flowers-b"))
    row = page.locator(".st-key-installed_two-b-flowers-b")
    expect(row.get_by_text("Two b flowers /b")).to_be_visible()
    strips = row.locator(".lab-classes img")
    expect(strips).to_have_count(2)
    for strip in strips.all():  # the pictures are there, not only their frames
        assert strip.evaluate("image => image.complete && image.naturalWidth") == 16 * 32
    expect(row.get_by_text("1 file was skipped")).to_be_visible()

    newcomer = visit(lab, page.url.removeprefix(lab.url), width=400, dark=True)
    expect(newcomer.page.locator(".lab-classes img")).to_have_count(2)
    newcomer.expect_no_sideways_scrolling()

    row.get_by_role("link", name="Look at every image").click()
    expect(page).to_have_url(re.compile(r"/data-set"))
    expect(page.get_by_text("Source: zip flowers.zip")).to_be_visible()
    visitor.part("stSidebarNavLink").filter(has_text="Your own data").click()
    expect(strips).to_have_count(2)  # the page is as it was left
    row.get_by_role("button", name="Remove").click()
    visitor.button("Yes, remove it").click()
    expect(row).to_have_count(0)
    assert not is_installed("two-b-flowers-b")

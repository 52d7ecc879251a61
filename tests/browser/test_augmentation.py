"""The augmentation page in a browser: Keras really draws, and a run begins with what was chosen."""

import re

from playwright.sync_api import expect

from tests.browser.visit import Visit


def expect_strips(visitor: Visit, count: int) -> None:
    """So many strips, each a picture that has arrived and is much wider than high."""
    strips = visitor.main.locator("[data-testid=stImage] img")
    expect(strips).to_have_count(count)
    for strip in strips.all():
        expect(strip).to_be_visible()
        assert strip.evaluate("e => e.decode().then(() => e.naturalWidth / e.naturalHeight)") > 6


def test_draws_come_from_keras_and_the_train_form_takes_them_over(lab, visit) -> None:
    visitor = visit(lab, "augmentations?augmentation=flip,mixup-1")
    expect_strips(visitor, 3)
    first = visitor.main.get_by_text(re.compile(r"0\.\d\d \w+ \+ 0\.\d\d \w+")).first
    expect(first).to_be_visible()
    before = first.text_content()
    visitor.main.get_by_role("button", name="Draw again").click()
    expect(first).not_to_have_text(before or "")
    visitor.main.get_by_role("link", name="Train with these").click()
    expect(visitor.page).to_have_url(re.compile(r"training\?.*augmentation=flip%2Cmixup-1"))
    visitor.main.get_by_text("More settings").click()
    kinds = visitor.part("stButtonGroup").filter(has_text="Flip left and right")
    chosen = kinds.locator("[aria-pressed=true]")
    expect(chosen).to_have_text(["Flip left and right", "Mixup"])

"""In a browser: numbers that are typed, a cost that fills in, a sweep from Start to its picture."""

import re

from playwright.sync_api import expect


def test_a_rate_that_is_typed_is_in_the_link_and_the_time_fills_in_by_itself(lab, visit) -> None:
    visitor = visit(lab, "training?new=1&dataset=synthetic&network=mlp&batch_size=77&epochs=3")
    visitor.main.get_by_text("More settings").click()
    rate = visitor.main.get_by_role("combobox", name="Learning rate")
    rate.fill("0.0123")
    rate.press("Enter")
    expect(visitor.page).to_have_url(re.compile("learning_rate=0.0123(&|$)"))
    expect(visitor.main.get_by_text("Changed from")).to_contain_text("rate 0.0123 instead of 0.001")
    # Nothing is known of such a network on a new server: a step is measured, unasked.
    expect(visitor.main.get_by_text(re.compile(r"^About .* for 3 epochs"))).to_be_visible(
        timeout=120_000
    )
    expect(visitor.main.get_by_text("From a step of just this network")).to_be_visible()
    second = visit(lab, visitor.page.url.split("/", 3)[3], width=400, dark=True)
    expect(second.main.get_by_text("Changed from")).to_contain_text("rate 0.0123")
    second.expect_no_sideways_scrolling()


def test_a_sweep_is_started_and_draws_its_runs_as_they_end(lab, visit) -> None:
    base = "dataset=synthetic&network=mlp&limit=500&epochs=1"
    visitor = visit(lab, f"setting-sweeps?{base}&axes=batch_size&x_batch_size=64~128")
    visitor.button("Start 2 runs").click()
    expect(visitor.page).to_have_url(re.compile("sweep=sweep-"))
    expect(visitor.main.get_by_text("2 of 2 runs have ended.")).to_be_visible(timeout=120_000)
    labels = visitor.page.locator(".parcoords .axis-title")
    expect(labels).to_have_text(["batch", "accuracy"])
    second = visit(lab, visitor.page.url.split("/", 3)[3], width=400, dark=True)
    expect(second.page.locator(".parcoords .axis-title").first).to_be_visible(timeout=30_000)
    second.expect_no_sideways_scrolling()

"""Runs side by side in a browser: a tick in the table, a run that goes on, a narrow window."""

import re

from playwright.sync_api import expect

from cnnlib.runs.config import RunConfig
from cnnlib.runs.liveness import run_lock
from cnnlib.runs.records import Point
from cnnlib.runs.store import RunStore

PATIENCE = 30_000  # ms, on a machine with much to do
CHART = ".lab-figure.js-plotly-plot"
COUNT = f"() => document.querySelector('{CHART}')._fullData.map((trace) => trace.x.length)"
RANGES = f"""() => {{
    const {{ xaxis, yaxis }} = document.querySelector('{CHART}').layout;
    return [xaxis.range, yaxis.range];
}}"""


def make_run(store: RunStore, name: str) -> str:
    config = RunConfig(network="lenet5", dataset="synthetic")
    run = store.create(config, status="starting", name=name).id
    report(store, run, 1, 2, 3)
    return run


def report(store: RunStore, run: str, *epochs: int) -> None:
    points = [Point(f"epoch/val_{key}", 9 * e, float(e), 1 / (e + 1), 5.0 * e)
              for e in epochs for key in ("loss", "accuracy")]  # fmt: skip
    store.report(run, progress={"epoch": epochs[-1]}, points=points, facts={"macs": 9})


def test_a_tick_adds_a_run_and_new_points_leave_a_zoom_as_it_is(lab, store, visit) -> None:
    ended = make_run(store, "an ended one")
    store.end(ended, "finished", "Done.")
    live = make_run(store, "a live one")
    with run_lock(live).acquire(timeout=5):  # as its worker does: it is alive
        visitor = visit(lab, f"runs-compared?runs={ended}&find=live&columns=state")
        page = visitor.page
        expect(page.locator(CHART)).to_have_count(2, timeout=PATIENCE)
        table = page.locator("[data-testid=stDataFrame]").first
        table.scroll_into_view_if_needed()
        table.click(position={"x": 18, "y": 54})  # the box before the first row
        expect(page).to_have_url(re.compile(f"runs={ended}%2C{live}"), timeout=PATIENCE)
        page.wait_for_function(f"{COUNT[6:]}.length === 2")
        assert page.evaluate(COUNT) == [3, 3]
        expect(page.locator(".lab-compared tbody tr")).to_have_count(2)

        page.evaluate(f"Plotly.relayout(document.querySelector('{CHART}'), "
                      "{'xaxis.range': [1.5, 2.5], 'yaxis.range': [0.3, 0.4]})")  # fmt: skip
        report(store, live, 4)  # nobody touches the page
        page.wait_for_function(f"{COUNT[6:]}[1] === 4", timeout=PATIENCE)
        assert page.evaluate(RANGES) == [[1.5, 2.5], [0.3, 0.4]]
        store.end(live, "finished", "Done.")
    expect(page.locator(".lab-compared tbody tr").last).to_contain_text(
        "finished", timeout=PATIENCE
    )

    narrow = visit(lab, page.url.split("/", 3)[3], width=400, dark=True)
    expect(narrow.page.locator(CHART)).to_have_count(2, timeout=PATIENCE)
    narrow.expect_no_sideways_scrolling()
    letter = narrow.page.locator(f"{CHART} .annotation a", has_text="A").first
    letter.dispatch_event("click")
    expect(narrow.page).to_have_url(re.compile(rf"training\?run={ended}"), timeout=PATIENCE)

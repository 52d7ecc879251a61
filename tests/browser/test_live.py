"""A run is nobody's: it outlives pages, browsers, the network and the web server."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.lab import wait_for
from tests.browser.visit import Visit

CHART = "document.querySelector('[data-testid=chart-loss]')"
RANGE = f"{CHART}.layout.xaxis.range"


def watch(visit, lab, run, **options) -> Visit:
    """A visitor who sees the run train."""
    visitor = visit(lab, f"training?run={run.id}", **options)
    visitor.expect_status("running")
    visitor.wait_for_points(1)
    return visitor


def expect_growing(visitor: Visit) -> None:
    visitor.wait_for_points(visitor.wait_for_points(0))


def test_a_reload_and_another_browser_show_the_run_live(lab, start_run, visit) -> None:
    run = start_run()
    visitor = watch(visit, lab, run)
    count = visitor.count_points()
    visitor.page.reload()
    visitor.expect_status("running")
    assert visitor.run_id == run.id
    assert visitor.wait_for_points(count - 1) >= count, "the reload lost points"
    expect_growing(visitor)

    other = visit(lab, "training")  # no run named: the one under way
    other.expect_status("running")
    assert other.run_id == run.id
    assert f"run={run.id}" in other.page.url
    expect_growing(other)
    expect_growing(visitor)


def test_a_zoom_stays_and_the_chart_is_never_made_anew(lab, start_run, visit) -> None:
    visitor = watch(visit, lab, start_run(epochs=40))
    page = visitor.page
    page.evaluate("window.theChart = document.querySelector('[data-testid=chart-loss] .main-svg')")
    box = page.locator("[data-testid=chart-loss] .nsewdrag").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.1, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, y, steps=4)
    page.mouse.up()
    page.wait_for_function(f"{RANGE}[0] > 0")
    zoomed = page.evaluate(RANGE)
    assert zoomed[1] < 30
    for _ in range(3):
        expect_growing(visitor)
    assert zoomed == page.evaluate(RANGE)
    assert page.evaluate(
        "window.theChart === document.querySelector('[data-testid=chart-loss] .main-svg')"
    ), "the chart was made anew"


def test_a_run_goes_on_when_its_page_is_closed(lab, store, start_run, visit) -> None:
    run = start_run()
    visitor = watch(visit, lab, run)
    count = visitor.count_points()
    visitor.check()
    visitor.page.close()
    visitor.page = visitor.context.new_page()
    visitor.open(f"training?run={run.id}")
    visitor.wait_for_points(count)
    assert store.get(run.id).status == "running"
    visitor.open("data-set")
    visitor.page.go_back()
    visitor.expect_status("running")
    assert visitor.run_id == run.id


def test_a_run_outlives_the_web_server(lab, store, start_run, visit) -> None:
    run = start_run()
    visitor = watch(visit, lab, run, network_may_fail=True)
    count = visitor.count_points()
    lab.kill_server()
    try:
        expect(visitor.part("run-connection")).to_contain_text("Connection lost")
        before = len(store.points(run.id)[1])
        wait_for(lambda: len(store.points(run.id)[1]) > before, why="the run to go on alone")
    finally:
        lab.start()
    expect(visitor.part("run-connection")).to_be_hidden()
    visitor.wait_for_points(count)  # the open page picks up where it was
    newcomer = visit(lab, "training")
    newcomer.expect_status("running")
    assert newcomer.run_id == run.id
    expect_growing(newcomer)
    newcomer.button("Stop").click()
    newcomer.expect_status("stopped")
    visitor.expect_status("stopped")


def test_a_cut_network_shows_a_banner_and_loses_nothing(lab, start_run, visit) -> None:
    run = start_run(epochs=1000)
    visitor = watch(visit, lab, run, network_may_fail=True)
    banner = visitor.part("run-connection")
    expect(banner).to_be_hidden()
    visitor.context.set_offline(True)
    expect(banner).to_contain_text("The run itself goes on")
    count = visitor.count_points()
    visitor.context.set_offline(False)
    expect(banner).to_be_hidden()
    visitor.wait_for_points(count)
    visitor.button("Stop").click()
    visitor.expect_status("stopped")
    shown = visitor.trace()
    other = visit(lab, f"training?run={run.id}")
    other.expect_status("stopped")
    other.wait_for_points(0)
    assert other.trace() == shown, "points were lost or came twice"


class Pretence:
    """A visitor who is told of a run of `points` step points, as far as `told` says."""

    def __init__(self, visit, lab, run, points, **told) -> None:
        self.points = points
        self.told = {"status": "running", "first_epoch": 0, "epoch": points[-1], **told}
        self.visitor: Visit = visit(lab)
        self.visitor.page.route(re.compile(r"/api/runs/[^/]+\?after"), self.answer)
        self.visitor.open(f"training?run={run.id}")
        self.visitor.wait_for_points(len(points) - 1)

    def answer(self, route) -> None:
        after = int(route.request.url.rpartition("=")[2])
        told = {"phase": "training", "step": 1, "steps": 9, **self.told}
        told.setdefault("epoch_number", int(told["epoch"]) + 1)
        fresh = self.points[after:]
        curves = {"loss": {"epoch": fresh, "value": [2.0] * len(fresh)}}
        if not after:
            curves["epoch/val_loss"] = {"epoch": [1, 2, 3], "value": [2.0, 1.5, 1.8]}
            curves["epoch/val_accuracy"] = {"epoch": [1, 2, 3], "value": [0.2, 0.3, 0.4]}
        run = {"id": "r1", "name": "r1", "title": "A net on a set", "status": told["status"]}
        cursor = len(self.points)
        route.fulfill(
            json={"run": {**run, "progress": told}, "server_time": 0, "cursor": cursor}
            | {"points": curves}
        )

    def expect_range(self, first: float, last: float) -> None:
        pad = 0.02 * (last - first)
        self.visitor.page.wait_for_function(
            f"([a, b]) => Math.abs({RANGE}[0] - a) + Math.abs({RANGE}[1] - b) < 1e-6",
            arg=[first - pad, last + pad],
        )


@pytest.fixture
def pretend(lab, start_run, visit):
    run = start_run(limit=500, epochs=1)
    return lambda points, **told: Pretence(visit, lab, run, points, **told)


def test_the_axis_of_a_long_run_grows_with_it_and_fits_it_in_the_end(pretend) -> None:
    long = pretend([0.5], last_epoch=1000)
    page = long.visitor.page
    mode = f"{CHART}.data[0].mode"
    assert page.evaluate(mode) == "lines+markers", "a single point is not seen"
    long.expect_range(0, 10)
    long.points = [i / 10 for i in range(1, 500)]
    long.told["epoch"] = 50
    long.expect_range(0, 80)
    assert page.evaluate(mode) == "lines"
    page.evaluate(f"window.labPlotly.then((p) => p.relayout({CHART}, {{'xaxis.range': [2, 4]}}))")
    long.told["epoch"] = 990
    other = RANGE.replace("loss", "accuracy")
    page.wait_for_function(f"{other}[1] > 1000")
    assert page.evaluate(RANGE) == [2, 4], "the zoom is gone"
    page.locator("[data-testid=chart-loss] .nsewdrag").dblclick()
    long.expect_range(0, 1000)
    long.told["status"] = "stopped"
    long.expect_range(0, 49.9)


def test_a_continued_run_shows_the_whole_curve_and_counts_on(pretend) -> None:
    whole = pretend([0.5, 3, 5.5], first_epoch=5, last_epoch=10)
    whole.expect_range(0, 10)
    part = whole.visitor.part
    expect(part("epoch-text")).to_have_text("Epoch 6 of 10")
    expect(part("epoch-progress")).to_have_attribute("aria-valuenow", "10")
    expect(part("run-title")).to_have_text("A net on a set")
    expect(part("run-name")).to_have_text("r1")
    expect(part("tile-best-accuracy")).to_have_text("Highest validation accuracy40.0% epoch 3")
    expect(part("tile-best-loss")).to_have_text("Lowest validation loss1.500 epoch 2")
    whole.told |= {"first_epoch": 1.44, "last_epoch": 6.44, "epoch": 2.1}
    expect(part("epoch-text")).to_have_text("Epoch 1.44 → 6.44: at 2.10")

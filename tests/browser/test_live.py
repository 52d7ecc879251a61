"""A run is nobody's: it outlives pages, browsers, the network and the web server."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from cnnlib.runs.config import RunConfig
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
    page.locator("[data-testid=chart-loss]").scroll_into_view_if_needed()
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
    """A visitor who is told of a run of `points` step points, as far as `told` says.

    Attributes:
        points: the epochs of step points; each epoch takes ten seconds. loss: their values.
        told: what the run's progress is. run: what else is said of it. more: further curves.
    """

    def __init__(self, visit, lab, run, points, **told) -> None:
        self.points = points
        self.loss: list[float] = []
        self.told = {"status": "running", "first_epoch": 0, "epoch": points[-1], **told}
        self.run: dict[str, object] = {}
        self.more: dict[str, object] = {}
        self.visitor: Visit = visit(lab)
        self.visitor.page.route(re.compile(r"/api/runs/[^/]+\?after"), self.answer)
        self.visitor.open(f"training?run={run.id}")
        self.visitor.wait_for_points(len(points) - 1)

    def answer(self, route) -> None:
        after = int(route.request.url.rpartition("=")[2])
        told = {"phase": "training", "step": 1, "steps": 9, **self.told}
        told.setdefault("epoch_number", int(told["epoch"]) + 1)
        fresh = self.points[after:]
        loss = self.loss[after:] or [2.0] * len(fresh)
        curves = {"loss": curve(fresh, loss)}
        if not after:
            curves["epoch/val_loss"] = curve([1, 2, 3], [2.0, 1.5, 1.8])
            curves["epoch/val_accuracy"] = curve([1, 2, 3], [0.2, 0.3, 0.4])
            curves |= self.more
        run = {"id": "r1", "name": "", "title": "A net on a set", "status": told["status"]}
        route.fulfill(
            json={"run": {**run, "progress": told, **self.run}, "server_time": 0}
            | {"points": curves, "cursor": len(self.points), "whole": not after}
        )

    def read(self, script: str) -> object:
        """What a chart shows: `script` on its Plotly element, `chart`."""
        name, _, expression = script.partition(": ")
        chart = f"document.querySelector('[data-testid=chart-{name}]')"
        return self.visitor.page.evaluate(f"(chart => {expression})({chart})")

    def wait_until(self, script: str, value: object) -> None:
        wait_for(lambda: self.read(script) == value, 30, f"{script} to be {value}")

    def expect_range(self, first: float, last: float) -> None:
        pad = 0.02 * (last - first)
        self.visitor.page.wait_for_function(
            f"([a, b]) => Math.abs({RANGE}[0] - a) + Math.abs({RANGE}[1] - b) < 1e-6",
            arg=[first - pad, last + pad],
        )


def curve(epochs, values) -> dict[str, list[float]]:
    return {"epoch": epochs, "seconds": [10 * epoch for epoch in epochs], "value": values}


@pytest.fixture
def pretend(lab, store, visit):
    run = store.create(RunConfig(network="lenet5", dataset="synthetic"))
    store.end(run.id, "stopped", None)
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
    whole.run = {"status": "queued", "progress": None}  # while it waits: what it goes on from
    whole.expect_range(0, 5.5)
    whole.run = {}
    whole.expect_range(0, 10)
    part = whole.visitor.part
    expect(part("epoch-text")).to_have_text("Epoch 6 of 10")
    expect(part("epoch-progress")).to_have_attribute("aria-valuenow", "10")
    expect(part("run-title")).to_have_text("A net on a set")
    expect(part("run-name")).to_have_text("r1")
    expect(part("tile-best-accuracy")).to_have_text("Best val. accuracy40.0% epoch 3")
    expect(part("tile-best-loss")).to_have_text("Lowest val. loss1.500 epoch 2")
    whole.told |= {"first_epoch": 1.44, "last_epoch": 6.44, "epoch": 2.1}
    expect(part("epoch-text")).to_have_text("Epoch 1.44 → 6.44: at 2.10")


def test_a_viewer_chooses_how_the_curves_are_shown(pretend, visit, lab) -> None:
    rng = np.random.default_rng(0)
    shown = pretend([i / 100 for i in range(1, 301)], last_epoch=5)
    page, part = shown.visitor.page, shown.visitor.part
    shown.loss = (2 + rng.standard_normal(400)).tolist()
    shown.points = [i / 100 for i in range(1, 401)]
    page.reload()
    shown.visitor.wait_for_points(399)

    part("smoothing").fill("0.9")
    expect(part("smoothing-value")).to_have_text("0.90")
    shown.wait_until("loss: chart.data[4].visible", True)
    assert shown.read("loss: [...chart.data[4].y]") == pytest.approx(debias(shown.loss, 0.9))
    assert shown.read("loss: [...chart.data[0].y]") == pytest.approx(shown.loss), "still there"
    assert shown.read("loss: chart.data[0].opacity") < 0.3
    expect(part("legend-step")).to_contain_text("faint: as measured")
    shown.loss += [5.0] * 20
    shown.points = [i / 100 for i in range(1, 421)]
    shown.wait_until("loss: chart.data[4].y.length", 420)
    assert shown.read("loss: [...chart.data[4].y]") == pytest.approx(debias(shown.loss, 0.9))

    part("log-axis").click()
    shown.wait_until("loss: chart.layout.yaxis.type", "log")
    assert shown.read("accuracy: chart.layout.yaxis.type") == "linear"

    part("axis").get_by_text("Time").click()
    shown.wait_until("loss: chart.layout.xaxis.title.text", "time of training, s")
    assert shown.read("loss: [...chart.data[2].x]") == [10, 20, 30]
    assert shown.read("loss: [...chart.data[3].x]") == [20], "the best epoch moves along"
    assert shown.read("loss: chart.data[0].x.at(-1)") == pytest.approx(42)

    expect(part("more-charts")).to_be_hidden()
    shown.more = {"learning_rate": curve([1, 2], [0.1, 0.01]), "epoch/dead": curve([1], [0.5])}
    page.reload()
    expect(part("more-dead")).to_be_visible()
    expect(part("smoothing-value")).to_have_text("0.90")  # it stays, and so does the axis
    expect(part("log-axis")).to_have_attribute("aria-pressed", "true")
    expect(part("more-machine")).to_be_hidden()
    expect(part("chart-learning_rate")).to_be_hidden()
    part("more-learning_rate").focus()
    page.keyboard.press("Enter")
    expect(part("more-learning_rate")).to_have_attribute("aria-pressed", "true")
    shown.wait_until("learning_rate: chart.data && [...chart.data[0].y]", [0.1, 0.01])


def debias(values, weight: float) -> list[float]:
    """The moving mean that begins with nothing, written out: weights that sum to 1."""
    weights = weight ** np.arange(len(values))
    return [float(np.average(values[: n + 1][::-1], weights=weights[: n + 1]))
            for n in range(len(values))]  # fmt: skip


def test_a_thinned_answer_takes_the_place_of_what_was_drawn(pretend) -> None:
    shown = pretend([i / 1000 for i in range(1, 6502)], last_epoch=10)
    page = shown.visitor.page
    page.evaluate("window.theChart = document.querySelector('[data-testid=chart-loss] .main-svg')")
    shown.points = shown.points[::10]  # what the server has kept of so many
    shown.wait_until("loss: chart.data[0].x.length", len(shown.points))
    assert page.evaluate(
        "window.theChart === document.querySelector('[data-testid=chart-loss] .main-svg')"
    )


def test_findings_stay_where_they_are_and_wishes_are_told(pretend) -> None:
    shown = pretend([0.5], last_epoch=10)
    page, part = shown.visitor.page, shown.visitor.part
    expect(part("findings")).to_be_hidden()
    words = {"advice": "Try <b>dropout</b>.", "why": "It learns by heart.", "epoch": 3}
    finding = {"kind": "overfitting", "severity": "warning", "text": "Overfitting: 3 epochs."}
    shown.run = {"findings": [finding | words]}
    expect(part("findings").locator("li")).to_contain_text("Try <b>dropout</b>.")
    part("findings").get_by_text("Why?").click()
    why = part("findings").get_by_text("It learns by heart.")
    expect(why).to_be_visible()
    page.evaluate("window.theFinding = document.querySelector('[data-kind=overfitting]')")
    dead = {"kind": "dead", "severity": "info", "text": "Dead: 30%."}
    shown.run = {"findings": [finding | words | {"text": "Overfitting: 4 epochs."}, dead | words]}
    expect(part("findings").locator("li")).to_have_count(2)
    expect(part("findings")).to_contain_text("Overfitting: 4 epochs.")
    expect(why.first).to_be_visible()
    assert page.evaluate("theFinding === document.querySelector('[data-kind=overfitting]')")

    # Wishes, as they come true.
    no_wish = {"stop": False, "pause": False, "learning_rate": None, "epochs": None}
    shown.run = {"learning_rate": 0.001, "wishes": no_wish | {"learning_rate": 0.0003}}
    expect(part("tile-rate")).to_have_text("Learning rate0.001")
    shown.run |= {"learning_rate": 0.0003}
    expect(part("tile-rate")).to_have_text("Learning rate0.0003")
    shown.run = {"wishes": no_wish | {"pause": True}}
    shown.visitor.expect_status("pausing")
    shown.run |= {"status": "paused"}
    shown.visitor.expect_status("paused")
    expect(part("step-text")).to_contain_text("its place is free for others")
    shown.run |= {"wishes": no_wish}
    shown.visitor.expect_status("resuming")
    shown.run = {"status": "queued", "progress": None, "queue_position": 2, "expected_start": 301}
    expect(part("epoch-text")).to_have_text("Number 2 in the queue: starts in about 5 min 30 s")
    shown.run = {"owner": "<i>Ann</i>", "name": "first try"}
    expect(part("run-about")).to_have_text("“first try”, by <i>Ann</i>")

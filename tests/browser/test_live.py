"""A run is nobody's: it outlives pages, browsers, the network and the web server."""

from playwright.sync_api import expect

from tests.browser.lab import wait_for
from tests.browser.visit import Visit


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
    whole = [-0.8, 40.8]
    page.wait_for_function(
        """(whole) => {
            const chart = document.querySelector('[data-testid=chart-loss]');
            return chart.layout.xaxis.range[0] > whole[0] + 1;
        }""",
        arg=whole,
    )
    zoomed = page.evaluate("document.querySelector('[data-testid=chart-loss]').layout.xaxis.range")
    assert zoomed[0] > 0
    assert zoomed[1] < 30
    for _ in range(3):
        expect_growing(visitor)
    assert zoomed == page.evaluate(
        "document.querySelector('[data-testid=chart-loss]').layout.xaxis.range"
    )
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

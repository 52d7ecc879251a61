"""Twins trained from the CBAPD page, by the real supervisor and its workers."""

import re

from playwright.sync_api import expect

from cnnlib.data import load

PAGE = "cbapd-lab"
SMALL = f"{PAGE}?twins.images=500&twins.epochs=1"
SLOW = 90_000  # milliseconds: the machine trains beside the test
IDS = re.compile(r"twins\.a=([\w-]+)&twins\.b=([\w-]+)")


def open_twins(visit, lab, path: str, **options: object):
    """Visit the page; the machine may train at the same time, so it may take its time."""
    visitor = visit(lab, **options)
    visitor.page.goto(f"{lab.url}/{path}")
    expect(visitor.button("Train both")).to_be_visible(timeout=SLOW)
    idle = "data-test-script-state", "notRunning"
    expect(visitor.part("stApp")).to_have_attribute(*idle, timeout=SLOW)
    return visitor


def press_train(visitor) -> tuple[str, str]:
    visitor.button("Train both").click()
    expect(visitor.page).to_have_url(IDS, timeout=SLOW)
    return IDS.search(visitor.page.url).groups()


def sentence(visitor):
    return visitor.main.get_by_text(re.compile("^After epoch 1,"))


def test_a_pair_is_trained_though_its_page_was_left_and_its_link_tells_the_result(
    lab, store, visit
) -> None:
    visitor = open_twins(visit, lab, SMALL)
    ids = press_train(visitor)
    expect(visitor.part("run-status")).to_have_count(2, timeout=SLOW)
    link = visitor.page.url.removeprefix(lab.url)
    visitor.page.goto(f"{lab.url}/data-set")  # nobody looks any more

    other = open_twins(visit, lab, link.lstrip("/"))
    expect(sentence(other)).to_be_visible(timeout=SLOW)
    runs = [store.get(run_id) for run_id in ids]
    assert [run.status for run in runs] == ["finished", "finished"]
    assert [run.config.title for run in runs] == ["Twin A: CBAPD", "Twin B: CAPD"]
    assert runs[0].config.seed == runs[1].config.seed
    ends = []
    for run in runs:  # the oracle: the last validation accuracy in the store
        (end,) = [p.value for p in store.points(run.id)[1] if p.key == "epoch/val_accuracy"]
        ends.append(end)
    if ends[0] != ends[1]:
        ahead = 100 * abs(ends[1] - ends[0])
        expect(sentence(other)).to_contain_text(f"{ahead:.2f} percentage points ahead")
        expect(sentence(other)).to_contain_text(f"A {ends[0]:.2%}, B {ends[1]:.2%}")
    count = len(load("synthetic").take(500).test)
    expect(sentence(other)).to_contain_text(f"of {count} validation images")
    curves = other.page.locator(".st-key-twins_curves .js-plotly-plot")
    drawn = curves.evaluate(
        """chart => chart._fullData
            .filter((trace) => trace.yaxis === "y2" && trace.name.endsWith("validation"))
            .map((trace) => Array.from(trace.y))"""
    )
    assert drawn == [[ends[0]], [ends[1]]]

    own = other.page.get_by_role("link", name="Twin B: CAPD: the run's own page")
    assert own.get_attribute("href") == f"training?run={ids[1]}"
    other.page.goto(f"{lab.url}/training?run={ids[1]}")
    expect(other.part("run-name")).to_have_text(ids[1], timeout=SLOW)
    expect(other.part("run-title")).to_contain_text("Twin B: CAPD on")


def test_the_curves_come_by_themselves_and_a_second_pair_waits_for_the_first(
    lab, store, visit
) -> None:
    visitor = open_twins(visit, lab, f"{SMALL}&twins.difference=sigmoid&twins.seed=3")
    first = press_train(visitor)
    expect(visitor.button("Train both")).to_be_disabled()
    expect(sentence(visitor)).to_be_visible(timeout=SLOW)
    expect(visitor.button("Train both")).to_be_enabled(timeout=SLOW)
    visitor.button("Another seed").click()
    expect(visitor.page).not_to_have_url(re.compile(first[0]), timeout=SLOW)
    expect(sentence(visitor)).to_contain_text("With 2 seeds so far", timeout=SLOW)
    assert {run.config.seed for run in store.list_runs(limit=4)} == {3, 4}


def test_a_link_to_no_pair_says_so_in_a_narrow_dark_window(lab, visit) -> None:
    path = f"{PAGE}?twins.a=nope&twins.b=%3Cb%3E"
    visitor = open_twins(visit, lab, path, width=400, dark=True)
    line = visitor.main.get_by_text("The address names a pair that cannot be shown.")
    expect(line).to_contain_text("There is no run 'nope'")
    expect(visitor.button("Train both")).to_be_enabled()
    visitor.expect_no_sideways_scrolling()

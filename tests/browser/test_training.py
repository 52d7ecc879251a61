"""Training from the page: start, watch, stop, go on, and take the files along."""

import csv
import io
import re

import pytest
from playwright.sync_api import expect

LENET5_PARAMETERS = 62_006


def test_lenet5_is_trained_from_the_page(lab, store, visit) -> None:
    visitor = visit(lab, "training")
    page = visitor.page
    page.get_by_role("combobox", name=re.compile("Network")).click()
    page.get_by_role("option", name=re.compile("LeNet-5")).click()
    page.get_by_text("LeNet-5: 62,006 parameters").wait_for()
    slider = page.get_by_role("slider", name="Training images")
    slider.press("Home")
    page.get_by_text("16 steps an epoch").wait_for()
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("2")
    epochs.press("Enter")
    page.get_by_text("16 steps an epoch, 32 in all.").wait_for()
    visitor.button("Start training").click()

    visitor.expect_status("queued", "starting", "running", "finished")
    visitor.wait_for_points(31)  # each of the 32 steps; `test_live` sees longer curves grow
    visitor.expect_status("finished")
    (run,) = [run for run in store.list_runs() if run.id == visitor.run_id]
    assert (run.config.network, run.config.dataset) == ("lenet5", "synthetic")
    assert (run.config.limit, run.config.epochs, run.status) == (500, 2, "finished")
    assert f"run={run.id}" in page.url
    for number in (1, 2):
        assert visitor.trace(number)["x"] == [1, 2]
        assert visitor.trace(number, "accuracy")["x"] == [1, 2]
    assert all(0 <= value <= 1 for value in visitor.trace(2, "accuracy")["y"])
    expect(visitor.part("tile-best-accuracy").locator("dd")).to_have_text(
        re.compile(r"^\d+\.\d% epoch [12]$")
    )
    expect(visitor.part("epoch-progress")).to_have_attribute("aria-valuenow", "100")
    files = page.locator("a.lab-file")  # they come by themselves when the run has ended
    expect(files.first).to_be_visible()
    names = {link.get_attribute("data-file") for link in files.all()}
    assert {"best.keras", "last.keras", "summary.txt", "history.csv", "curves.html"} <= names


def test_pressing_start_twice_starts_one_run(lab, store, visit) -> None:
    before = len(store.list_runs())
    visitor = visit(lab, "training?network=lenet5&epochs=50")
    visitor.page.get_by_text("79 steps an epoch, 3,950 in all.").wait_for()
    visitor.button("Start training").dblclick()
    visitor.expect_status("queued", "starting", "running")
    visitor.wait_until_idle()
    assert len(store.list_runs()) == before + 1
    assert store.get(visitor.run_id).config.network == "lenet5"


def test_what_a_run_leaves_behind_can_be_downloaded(lab, start_run, visit) -> None:
    run = start_run(limit=500, epochs=1)
    visitor = visit(lab, f"training?run={run.id}")
    visitor.expect_status("finished")

    def fetch(name: str) -> bytes:
        link = visitor.page.locator(f'a.lab-file[data-file="{name}"]')
        download = visitor.download(link)
        assert download.suggested_filename == f"{run.id}-{name}"
        return download.path().read_bytes()

    visitor.button("Write weights.txt").click()
    lines = fetch("weights.txt").decode().splitlines()
    assert _count_weights(lines) == LENET5_PARAMETERS

    table = list(csv.DictReader(io.StringIO(fetch("history.csv").decode())))
    assert list(table[0]) == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert [float(row["epoch"]) for row in table] == [1.0]
    assert fetch("best.keras").startswith(b"PK\x03\x04")
    assert fetch("last.keras").startswith(b"PK\x03\x04")
    assert "62,006" in fetch("summary.txt").decode()
    page = fetch("curves.html").decode()
    assert "Plotly.newPlot" in page
    assert run.id in page
    assert 'src="http' not in page, "the page of curves asks another host"


def _count_weights(lines: list[str]) -> int:
    """Read weights.txt strictly: a path, a shape, as many values as the shape says, and again."""
    count, at = 0, 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        path, shape = lines[at], lines[at + 1]
        assert re.fullmatch(r"[\w./-]+", path), path
        assert re.fullmatch(r"\((\d+,? ?)*\)", shape), shape
        wanted = 1
        for size in re.findall(r"\d+", shape):
            wanted *= int(size)
        values: list[float] = []
        at += 2
        while len(values) < wanted:
            values += [float(word) for word in lines[at].split()]
            at += 1
        assert len(values) == wanted, path
        count += wanted
    return count


def test_the_figure_can_be_saved(lab, start_run, visit) -> None:
    run = start_run(limit=500, epochs=1)
    visitor = visit(lab, f"training?run={run.id}")
    visitor.expect_status("finished")
    expect(visitor.part("save-figure")).to_be_enabled()
    download = visitor.download(visitor.part("save-figure"))
    assert download.suggested_filename == f"{run.id}.png"
    content = download.path().read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 20_000, "an empty picture"


def test_stop_keeps_what_was_learned_and_it_can_be_trained_on(lab, store, start_run, visit) -> None:
    run = start_run()
    visitor = visit(lab, f"training?run={run.id}")
    visitor.wait_for_points(0, number=2)  # a validated epoch
    visitor.button("Stop").click()
    visitor.expect_status("stopped")
    expect(visitor.part("run-message")).to_contain_text("continue from there")
    expect(visitor.button("Stop")).to_have_count(0)
    stopped = store.get(run.id)
    assert stopped.status == "stopped"
    end = max(visitor.trace()["x"])
    assert end > 1

    more = visitor.page.get_by_role("spinbutton", name="More epochs")
    more.fill("2")
    more.press("Tab")
    visitor.button("Continue training").click()
    expect(visitor.part("run-name")).not_to_have_text(run.id)
    visitor.expect_status("finished")
    continued = store.get(visitor.run_id)
    assert (continued.config.continue_from, continued.config.checkpoint) == (run.id, "last")
    number, last = re.findall(r"[\d.]+", visitor.part("epoch-text").inner_text())[-2:]
    assert float(number) == pytest.approx(float(last)), "the last epoch, by two countings"
    epochs = visitor.trace()["x"]
    assert epochs == sorted(epochs), "the epoch axis goes back"
    assert min(epochs) < 1, "the curve of the first run is gone"
    assert max(epochs) > end + 1.5, "the epoch axis does not go on"


def test_runs_wait_in_a_queue_and_one_that_waits_can_be_stopped(lab, start_run, visit) -> None:
    runs = [start_run() for _ in range(3)]
    visitor = visit(lab, f"training?run={runs[2].id}")
    visitor.expect_status("queued")
    expect(visitor.part("epoch-text")).to_have_text(re.compile("number 2 in the queue"))
    other = visit(lab, f"training?run={runs[1].id}")
    other.button("Stop").click()
    other.expect_status("stopped")
    expect(other.part("run-message")).to_contain_text("nothing was trained")
    expect(visitor.part("epoch-text")).to_have_text(re.compile("number 1 in the queue"))
    visit(lab, f"training?run={runs[0].id}").button("Stop").click()
    visitor.expect_status("running")


def test_the_runs_page_lists_the_runs_and_opens_one(lab, store, start_run, visit) -> None:
    run = start_run(limit=500, epochs=1)
    watcher = visit(lab, f"training?run={run.id}")
    watcher.expect_status("finished")
    visitor = visit(lab, "all-runs")
    table = visitor.part("stDataFrame")
    count = len(store.list_runs())
    expect(table.locator("[role=grid]")).to_have_attribute("aria-rowcount", str(count + 1))
    row = table.locator("[role=grid] tbody tr").first  # the canvas in words
    expect(row).to_contain_text("finished")
    expect(row).to_contain_text("LeNet-5")
    assert store.list_runs()[0].id == run.id
    box = table.locator("canvas").first.bounding_box()
    visitor.page.mouse.click(box["x"] + 16, box["y"] + 35 + 17)  # the box before the first row
    expect(visitor.part("run-name")).to_have_text(run.id)
    expect(visitor.page).to_have_url(re.compile(f"training\\?run={run.id}"))
    visitor.page.go_back()
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Runs")
    visitor.wait_until_idle()


def test_a_link_with_settings_opens_the_form_though_another_run_trains(
    lab, start_run, visit
) -> None:
    """A teacher's link means the form that it fills in, whoever has already pressed Start."""
    teacher = visit(lab, "training")
    epochs = teacher.page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("7")
    epochs.press("Enter")
    teacher.page.get_by_text("553 in all.").wait_for()
    expect(teacher.page).to_have_url(re.compile("epochs=7"))
    start_run()
    student = visit(lab, teacher.page.url.removeprefix(lab.url))
    expect(student.button("Start training")).to_be_visible()
    expect(student.page.get_by_role("spinbutton", name="Epochs")).to_have_value("7")


def test_a_new_run_can_be_set_up_while_another_trains(lab, store, start_run, visit) -> None:
    run = start_run()
    visitor = visit(lab, f"training?run={run.id}")
    visitor.expect_status("running")
    visitor.button("New run").click()
    visitor.button("Start training").click()
    visitor.expect_status("queued")
    assert visitor.run_id != run.id
    visitor.button("Stop").click()
    visitor.expect_status("stopped")
    assert store.get(run.id).status == "running"

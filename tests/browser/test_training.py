"""Training from the page: start, watch, stop, go on, and take the files along."""

import csv
import io
import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from cnnlib.runs.config import RunConfig
from tests.browser.lab import wait_for

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
    expect(visitor.part("run-status")).to_be_in_viewport()  # from the top, though the button is not
    visitor.expect_status("finished")
    continued = store.get(visitor.run_id)
    assert (continued.config.continue_from, continued.config.checkpoint) == (run.id, "last")
    number, last = re.findall(r"[\d.]+", visitor.part("epoch-text").inner_text())[-2:]
    assert float(number) == pytest.approx(float(last)), "the last epoch, by two countings"
    epochs = visitor.trace()["x"]
    assert epochs == sorted(epochs), "the epoch axis goes back"
    assert min(epochs) < 1, "the curve of the first run is gone"
    assert max(epochs) > end + 1.5, "the epoch axis does not go on"


def test_runs_wait_in_a_queue_and_one_that_waits_can_be_cancelled(lab, start_run, visit) -> None:
    runs = [start_run() for _ in range(3)]
    visitor = visit(lab, f"training?run={runs[2].id}")
    visitor.expect_status("queued")
    expect(visitor.main.get_by_text("1 run waits before it")).to_be_visible()
    other = visit(lab, f"training?run={runs[1].id}")
    controls(other).get_by_role("button", name="Cancel").click()
    other.expect_status("stopped")
    expect(other.part("run-message")).to_contain_text("nothing was trained")
    expect(visitor.main.get_by_text("It is the next in the queue")).to_be_visible()
    visit(lab, f"training?run={runs[0].id}").button("Stop").click()
    visitor.expect_status("running")
    expect(visitor.button("Pause")).to_be_visible()  # the buttons follow by themselves


def controls(visitor):
    return visitor.page.locator(".st-key-run_controls")


def test_a_run_is_controlled_by_its_owner_and_looked_at_by_others(lab, store, visit) -> None:
    """Two browsers that come by another name than the server's own: neither is the host."""
    teachers, students = (SimpleNamespace(url=lab.url.replace("127.0.0.1", f"{name}.localhost"))
                          for name in ("teacher", "student"))  # fmt: skip
    teacher = visit(teachers, "training?new=1&network=lenet5&limit=500&epochs=1000")
    teacher.button("Start training").click()
    teacher.expect_status("running")
    run = store.get(teacher.run_id)
    student = visit(students, f"training?run={run.id}")
    student.expect_status("running")
    expect(student.main.get_by_text("you can look on, but not control it")).to_be_visible()
    for name in ("Pause", "Stop", "Change", "More"):
        expect(teacher.button(name)).to_be_visible()
        expect(student.button(name)).to_have_count(0)

    teacher.button("Pause").click()
    student.expect_status("paused")
    teacher.button("Resume").click()
    student.expect_status("running")
    teacher.button("Change").click()
    rate = teacher.page.get_by_role("textbox", name="Learning rate")
    rate.fill("0.0005")
    store.wish(run.id, epochs=999)  # somewhere else; the bar is drawn anew meanwhile
    expect(teacher.main.get_by_text("999 epochs in all instead of 1000")).to_be_visible()
    expect(rate).to_have_value("0.0005")
    teacher.button("Set the rate").click()
    expect(teacher.main.get_by_text("0.0005 instead of 0.001")).to_be_visible()
    wait_for(
        lambda: store.curves.read(run.id)[1]["learning_rate"].values[-1] == pytest.approx(0.0005),
        why="the new learning rate",
    )
    teacher.page.keyboard.press("Escape")

    teacher.button("More").click()
    expect(teacher.button("Delete for good")).to_be_disabled()
    teacher.page.get_by_text("Yes, for good").click()
    teacher.button("Delete for good").click()
    wait_for(lambda: run.id not in [each.id for each in store.list_runs()], why="the deletion")
    expect(teacher.main.get_by_text("There is no run")).to_be_visible()
    expect(student.part("run-message")).to_contain_text("There is no run")
    for visitor in (teacher, student):  # the browsers' own line on the run that is gone
        visitor.wrong = [line for line in visitor.wrong
                         if not ("404" in line and f"api/runs/{run.id}" in line)]  # fmt: skip


def test_a_run_gets_a_name_a_tag_and_a_note_and_is_deleted(lab, store, visit) -> None:
    run, other = (store.create(RunConfig(network="lenet5"), status="starting") for _ in range(2))
    for each in (run, other):
        store.end(each.id, "finished", "Finished.")
    visitor = visit(lab, f"training?run={run.id}")
    page, heading = visitor.page, visitor.main.get_by_role("heading", level=1)
    visitor.button("More").click()
    page.get_by_role("textbox", name="Name").fill("First *try*")
    tags = page.get_by_role("combobox", name="Tags")
    tags.fill("lecture 3")
    tags.press("Enter")
    page.get_by_role("textbox", name="Note").fill("# What I tried\nNothing yet.")
    visitor.button("Save").click()  # from within the last field: it has not been left
    expect(heading).to_have_text("First *try*")
    expect(page.locator(".st-key-run_note")).to_have_text("# What I tried\nNothing yet.")
    expect(visitor.main.locator(".stMarkdownBadge")).to_have_text("lecture 3")
    saved = store.get(run.id)
    assert (saved.name, saved.tags) == ("First *try*", ("lecture 3",))
    assert saved.note == "# What I tried\nNothing yet."

    delete = visitor.button("Delete for good")
    expect(delete).to_be_disabled()
    page.get_by_text("Yes, for good").click()
    expect(delete).to_be_enabled()
    assert store.get(run.id), "one click is not enough"
    delete.click()
    expect(heading).to_have_text("Runs")
    ids = [each.id for each in store.list_runs()]
    assert run.id not in ids
    assert other.id in ids


def test_the_runs_page_lists_the_runs_and_opens_one(lab, store, start_run, visit) -> None:
    run = start_run(limit=500, epochs=1)
    watcher = visit(lab, f"training?run={run.id}")
    watcher.expect_status("finished")
    visitor = visit(lab, "all-runs")
    table = visitor.part("stDataFrame")
    count = len(store.list_runs())
    grid = table.locator("[role=grid]")
    expect(grid).to_have_attribute("aria-rowcount", str(count + 1))
    row = grid.locator("tbody tr").first  # the canvas in words
    expect(row).to_contain_text("finished")
    expect(row).to_contain_text("LeNet-5")
    assert store.list_runs()[0].id == run.id
    click_table(visitor, 16, row=0)  # the box before the first row
    expect(visitor.main.get_by_text("1 run ticked")).to_be_visible()
    start_run(limit=500, epochs=1)  # a new row would come on top: the tick stays with its run
    expect(visitor.main.get_by_text("New runs appear when")).to_be_visible(timeout=30_000)
    visitor.button("Open").click()
    expect(visitor.part("run-name")).to_have_text(run.id)
    expect(visitor.page).to_have_url(re.compile(f"training\\?run={run.id}"))
    visitor.page.go_back()
    expect(visitor.main.get_by_role("heading", level=1)).to_have_text("Runs", timeout=30_000)
    visitor.wait_until_idle()
    expect(grid).to_have_attribute("aria-rowcount", str(count + 2))
    click_table(visitor, 150, row=1)  # its name
    expect(visitor.part("run-name")).to_have_text(run.id)


def click_table(visitor, x: int, *, row: int) -> None:
    """The table is painted: a place in it is so many pixels from its left, in a row of 35."""
    box = visitor.part("stDataFrame").locator("canvas").first.bounding_box()
    visitor.page.mouse.click(box["x"] + x, box["y"] + 35 * (row + 1) + 17)


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
    expect(student.button("Start training")).to_be_visible(timeout=30_000)
    expect(student.page.get_by_role("spinbutton", name="Epochs")).to_have_value("7")


def test_a_new_run_can_be_set_up_while_another_trains(lab, store, start_run, visit) -> None:
    run = start_run()
    visitor = visit(lab, f"training?run={run.id}")
    visitor.expect_status("running")
    visitor.button("New run").click()
    visitor.button("Start training").click()
    visitor.expect_status("queued")
    assert visitor.run_id != run.id
    controls(visitor).get_by_role("button", name="Cancel").click()
    visitor.expect_status("stopped")
    assert store.get(run.id).status == "running"

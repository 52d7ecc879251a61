"""What the live chart polls and the download links get."""

import csv
import dataclasses
import io
import json
import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cnnlib.arch import zoo
from cnnlib.data.dataset import DatasetInfo
from cnnlib.runs.config import RunConfig
from cnnlib.runs.export import formats, script
from cnnlib.runs.export.script import make_training_script
from cnnlib.runs.files import run_folder
from cnnlib.runs.records import Point, Run
from cnnlib.runs.store import RunStore, open_store
from cnnlib.runs.store.curves import Curves
from cnnlib.runs.store.people import write_name
from cnnlib.ui import checks, live_answers, routes
from cnnlib.ui.live_answers import LiveAnswers, list_values
from cnnlib.ui.routes import make_routes

FALLING = [1.8, 1.4, 1.0, 0.8, 0.6, 0.4]


@pytest.fixture
def store(lab_home: Path) -> RunStore:
    return open_store()


class Clock:
    """A time that stands still until it is told to go on."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(routes, "_answers", LiveAnswers(clock))
    return clock


@pytest.fixture
def run(store: RunStore) -> Run:
    run = store.create(RunConfig(network="lenet5"), status="starting")
    points = [
        Point("loss", 1, 0.5, 2.5, 10.0),
        Point("loss", 2, 1.0, math.nan, 20.0),
        Point("epoch/loss", 2, 1.0, 2.25, 20.0),
        Point("epoch/val_loss", 2, 1.0, 2.0, 20.0),
        Point("epoch/loss", 4, 2.0, 1.75, 40.0),
    ]
    store.report(run.id, progress={"epoch": 2.0}, points=points)
    return store.get(run.id)


@pytest.fixture
def web(clock) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=make_routes()), raise_server_exceptions=False) as client:
        yield client


def test_a_poll_gets_state_and_points_then_only_what_is_new(web, store, run, clock) -> None:
    first = web.get(f"/api/runs/{run.id}").json()
    assert first["run"]["status"] == "running"
    assert first["run"]["progress"] == {"epoch": 2.0}
    assert first["whole"] is True
    assert first["points"]["loss"] == {
        "epoch": [0.5, 1.0],
        "seconds": [10.0, 20.0],
        "value": [2.5, None],
    }
    assert first["points"]["epoch/loss"]["value"] == [2.25, 1.75]
    again = web.get(f"/api/runs/{run.id}", params={"after": first["cursor"]}).json()
    assert (again["points"], again["whole"]) == ({}, False)
    store.report(run.id, progress={}, points=[Point("loss", 5, 2.5, 1.5, 50.0)])
    clock.now += 1
    store.report(run.id, progress={}, points=[Point("loss", 6, 3.0, 1.25, 60.0)])
    newer = web.get(f"/api/runs/{run.id}", params={"after": again["cursor"]}).json()
    assert newer["points"] == {
        "loss": {"epoch": [2.5, 3.0], "seconds": [50.0, 60.0], "value": [1.5, 1.25]}
    }
    assert newer["cursor"] > again["cursor"]


def test_many_viewers_cost_one_read_of_the_store(web, store, run, clock, monkeypatch) -> None:
    reads = []
    read = Curves.read
    monkeypatch.setattr(Curves, "read", lambda *a, **k: reads.append(k) or read(*a, **k))
    cursors = [0] * 20
    for second in range(5):
        clock.now += 1
        store.report(run.id, progress={}, points=[Point("loss", 5, 3.0 + second, 1.5)])
        for viewer in range(0 if second else 10, 20):  # half of them come a second later
            answer = web.get(f"/api/runs/{run.id}", params={"after": cursors[viewer]}).json()
            cursors[viewer] = answer["cursor"]
    assert len(reads) == 5
    assert len(set(cursors)) == 1


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 200)), max_size=12))
def test_no_point_is_lost_and_none_comes_twice(web, store, clock, turns) -> None:
    """Whatever the order in which four viewers look, a worker writes and time goes by."""
    run = store.create(RunConfig(), status="starting")
    seen: list[list[float]] = [[] for _ in range(4)]
    cursors = [0] * 4
    written: list[float] = []

    def look(viewer: int) -> None:
        answer = web.get(f"/api/runs/{run.id}", params={"after": cursors[viewer]}).json()
        fresh = answer["points"].get("loss", {"value": []})["value"]
        seen[viewer] = fresh if answer["whole"] else seen[viewer] + fresh
        cursors[viewer] = answer["cursor"]

    for viewer, writes, tenths in turns:
        if writes:
            value = float(len(written))
            store.report(run.id, progress={}, points=[Point("loss", 1, value + 0.5, value)])
            written.append(value)
        clock.now += tenths / 10  # up to 20 s; idle feeds are forgotten after 30
        look(viewer)
    clock.now += 1
    for viewer in range(4):
        look(viewer)
    assert seen == [written] * 4


def test_a_viewer_who_slept_too_long_gets_everything_anew(web, store, run, clock) -> None:
    cursor = web.get(f"/api/runs/{run.id}").json()["cursor"]
    for second in range(live_answers.KEPT_READS + 1):
        clock.now += 1
        store.report(run.id, progress={}, points=[Point("loss", 5, 3.0 + second, 1.5)])
        web.get(f"/api/runs/{run.id}")
    answer = web.get(f"/api/runs/{run.id}", params={"after": cursor}).json()
    assert answer["whole"] is True
    assert len(answer["points"]["loss"]["value"]) == live_answers.KEPT_READS + 3


def test_a_run_that_was_set_back_to_a_checkpoint_is_shown_anew(web, store, run, clock) -> None:
    cursor = web.get(f"/api/runs/{run.id}").json()["cursor"]
    store.curves.cut(run.id, until_epoch=1.0)
    store.report(run.id, progress={}, points=[Point("loss", 3, 1.5, 1.0, 30.0)])
    clock.now += 1
    answer = web.get(f"/api/runs/{run.id}", params={"after": cursor}).json()
    assert answer["whole"] is True
    assert answer["points"]["loss"]["epoch"] == [0.5, 1.0, 1.5]
    assert answer["points"]["epoch/loss"]["epoch"] == [1.0]
    again = web.get(f"/api/runs/{run.id}", params={"after": answer["cursor"]}).json()
    assert again["points"] == {}


def test_a_first_look_at_a_long_run_is_thin_and_keeps_its_spikes(web, store, clock) -> None:
    run = store.create(RunConfig(), status="starting")
    values = [1.0] * 50_000
    values[31_234] = 99.0
    points = [Point("loss", i, i / 1000, value, i / 10) for i, value in enumerate(values)]
    points += [Point("epoch/val_loss", i, float(i), 1.0) for i in range(2_000)]
    store.report(run.id, progress={}, points=points)
    answer = web.get(f"/api/runs/{run.id}").json()["points"]
    assert len(answer["loss"]["value"]) <= live_answers.POINTS
    assert answer["loss"]["epoch"][answer["loss"]["value"].index(99.0)] == 31.234
    assert len(answer["epoch/val_loss"]["value"]) == 2_000, "no epoch is left out"


@given(st.lists(st.floats(allow_subnormal=False), max_size=20))
def test_numbers_keep_six_digits(numbers) -> None:
    for number, told in zip(numbers, list_values(np.array(numbers)), strict=True):
        if math.isfinite(number):
            assert told == pytest.approx(number, rel=1e-5, abs=0)
        else:
            assert told is None
    assert json.loads(json.dumps(list_values(np.array([0.1234567, 1e-12, 123456789.0])))) == [
        0.123457, 1e-12, 123457000.0
    ]  # fmt: skip


def test_what_else_a_viewer_is_told(web, store, clock) -> None:
    write_name(store.database, "p1", "Ann <3")
    run = store.create(RunConfig(network="lenet5"), status="starting", owner="p1", name="<b>x</b>")
    store.wish(run.id, learning_rate=0.0002, pause=True)
    points = [Point("learning_rate", 1, 1.0, 0.0005)]
    for key, values in (("loss", FALLING), ("val_loss", [1.5, 1.1, 1.0, 1.2, 1.3, 1.5])):
        points += [Point(f"epoch/{key}", i, i, v) for i, v in enumerate(values, start=1)]
    store.report(run.id, progress={"epoch": 6.0, "seconds_left": math.inf}, points=points)
    told = web.get(f"/api/runs/{run.id}").json()["run"]
    assert (told["name"], told["owner"], told["id"]) == ("<b>x</b>", "Ann <3", run.id)
    assert told["learning_rate"] == 0.0005
    assert told["wishes"] == {"stop": False, "pause": True, "learning_rate": 0.0002, "epochs": None}
    assert told["progress"] == {"epoch": 6.0, "seconds_left": None}
    (finding,) = told["findings"]
    assert (finding["kind"], finding["epoch"]) == ("overfitting", 3)
    store.set_paused(run.id)
    clock.now += 1
    assert web.get(f"/api/runs/{run.id}").json()["run"]["status"] == "paused"


def test_a_run_that_goes_on_has_its_own_rate_before_its_first_step(web, store, clock) -> None:
    run = store.create(RunConfig(learning_rate=0.01), status="starting")
    before = Point("learning_rate", 9, 2.0, 0.5)  # of the run that it goes on from
    store.report(run.id, progress={"first_epoch": 2.0, "epoch": 2.0}, points=[before])

    def read_rate() -> float:
        clock.now += 1
        return web.get(f"/api/runs/{run.id}").json()["run"]["learning_rate"]

    assert read_rate() == 0.01
    own = Point("learning_rate", 10, 2.1, 0.02)
    store.report(run.id, progress={"first_epoch": 2.0, "epoch": 2.1}, points=[own])
    assert read_rate() == 0.02


def test_a_waiting_run_knows_its_place(web, store) -> None:
    runs = [store.create(RunConfig()) for _ in range(3)]
    told = [web.get(f"/api/runs/{run.id}").json()["run"] for run in runs]
    assert [run["queue_position"] for run in told] == [1, 2, 3]
    assert told[0]["expected_start"] == 0


def test_a_network_of_ones_own_has_its_own_title(web, store) -> None:
    spec = dataclasses.replace(zoo.get("lenet5"), name="mine", title="<b>Mine</b>")
    run = store.create(RunConfig(spec=spec, dataset="gone"))
    answer = web.get(f"/api/runs/{run.id}").json()["run"]
    assert answer["title"] == "<b>Mine</b> on gone"


@pytest.mark.parametrize("after", ["-1", "x", "1e9", "", "'; DROP TABLE runs;--"])
def test_a_cursor_that_is_no_number_means_from_the_start(web, run, after) -> None:
    answer = web.get(f"/api/runs/{run.id}", params={"after": after})
    assert len(answer.json()["points"]["loss"]["value"]) == 2


def test_a_number_too_long_to_be_read_means_from_the_start(web, run) -> None:
    answer = web.get(f"/api/runs/{run.id}", params={"after": "9" * 5_000})
    assert (answer.status_code, answer.json()["whole"]) == (200, True)


def test_invented_cursors_cost_one_answer(web, store, run, clock, monkeypatch) -> None:
    """Whoever makes up cursors by the thousand gets the same bytes a thousand times."""
    made = []
    make = live_answers._Feed._make_body
    monkeypatch.setattr(
        live_answers._Feed,
        "_make_body",
        lambda feed, after: made.append(after) or make(feed, after),
    )
    cursor = web.get(f"/api/runs/{run.id}").json()["cursor"]
    for after in range(cursor + 1, cursor + 30):
        assert web.get(f"/api/runs/{run.id}", params={"after": after}).json()["whole"] is True
    assert web.get(f"/api/runs/{run.id}", params={"after": cursor}).json()["whole"] is False
    assert made == [0, cursor]


def test_files_that_go_while_they_are_packed_are_one_sentence(web, run, monkeypatch) -> None:
    gone = run_folder(run.id) / "tensorboard" / "events"
    monkeypatch.setattr(formats, "list_tensorboard_files", lambda run_id: [gone])
    for address in (f"runs/{run.id}/files/tensorboard.zip",
                    f"exports/tensorboard.zip?runs={run.id}"):  # fmt: skip
        answer = web.get(f"/api/{address}")
        assert answer.status_code == 503
        assert "may have been deleted" in answer.json()["error"]


def test_an_unknown_run_is_a_final_sentence(web, store) -> None:
    answer = web.get("/api/runs/nope")
    assert answer.status_code == 404
    assert "There is no run" in answer.json()["error"]


def test_a_store_that_does_not_answer_is_asked_again(web, run, clock, monkeypatch) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    assert web.get(f"/api/runs/{run.id}").status_code == 200
    clock.now += 1
    with monkeypatch.context() as patch:
        patch.setattr(Curves, "read", refuse)
        for _ in range(2):
            answer = web.get(f"/api/runs/{run.id}")
            assert (answer.status_code, "locked" in answer.text) == (503, True)
    assert web.get(f"/api/runs/{run.id}").status_code == 200


def test_a_deleted_run_is_gone_for_its_viewers_too(web, store, run, clock) -> None:
    assert web.get(f"/api/runs/{run.id}").status_code == 200
    store.end(run.id, "finished", None)
    store.delete([run.id])
    clock.now += 1
    assert web.get(f"/api/runs/{run.id}").status_code == 404


def test_the_history_is_a_table_of_epochs(web, run) -> None:
    answer = web.get(f"/api/runs/{run.id}/files/history.csv")
    assert f'filename="{run.id}-history.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["epoch"], row["loss"], row["val_loss"]) for row in rows] == [
        ("1.0", "2.25", "2.0"),
        ("2.0", "1.75", ""),
    ]


def test_the_training_script_has_the_settings_of_the_run(web, store) -> None:
    config = RunConfig(network="lenet5", epochs=3, limit=70, seed=5)
    run = store.create(config)
    answer = web.get(f"/api/runs/{run.id}/files/train.py")
    assert answer.headers["content-disposition"] == f'attachment; filename="{run.id}-train.py"'
    assert answer.text == make_training_script(config, zoo.get("lenet5"))
    assert "EPOCHS = 3\n" in answer.text
    assert "LIMIT = 70 " in answer.text


def test_the_training_script_is_for_the_images_of_the_run(web, store, monkeypatch) -> None:
    """Those of its data set; the network's own where that is gone."""
    info = DatasetInfo("leaves", "", ("a", "b"), (48, 48, 1), 0, 0, False, "", "")
    monkeypatch.setattr(script, "available", lambda: [info])
    spec = zoo.get("lenet5", input_shape=(20, 20, 3), classes=3)
    own = dataclasses.replace(spec, name="mine")
    for config, shape, classes in (
        (RunConfig(network="lenet5", dataset="leaves"), (48, 48, 1), 2),
        (RunConfig(network="lenet5", dataset="gone"), (32, 32, 3), 10),
        (RunConfig(spec=own, dataset="gone"), (20, 20, 3), 3),
    ):
        text = web.get(f"/api/runs/{store.create(config).id}/files/train.py").text
        assert f"INPUT_SHAPE = {shape}\nCLASSES = {classes}\n" in text


def test_the_figure_works_without_a_network(web, run) -> None:
    page = web.get(f"/api/runs/{run.id}/files/curves.html").text
    assert "Plotly.newPlot" in page
    assert '<script src="http' not in page


def test_only_a_runs_own_files_are_given_out(web, run, lab_home: Path) -> None:
    (run_folder(run.id) / "summary.txt").write_text("the summary")
    (lab_home / "secret.txt").write_text("secret")
    assert web.get(f"/api/runs/{run.id}/files/summary.txt").text == "the summary"
    for name in ("alive.lock", "best.json", "..%2F..%2Fsecret.txt", "%2e%2e/secret.txt", "nope"):
        answer = web.get(f"/api/runs/{run.id}/files/{name}")
        assert answer.status_code == 404, name
        assert "secret" not in answer.text or "has no file" in answer.text
    assert web.get("/api/runs/..%2F..%2Fetc/files/summary.txt").status_code == 404


def test_plotly_comes_from_this_machine(web) -> None:
    answer = web.get("/api/plotly.min.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "plotly.js" in answer.text[:500]


def test_a_check_is_asked_by_its_first_poll(web, monkeypatch) -> None:
    asked = []

    def look_up(token: str, *, retry: bool = False) -> dict[str, str] | None:
        asked.append((token, retry))
        return {"state": "waiting", "text": "Asking Keras …"} if token == "known" else None

    monkeypatch.setattr(checks, "look_up", look_up)
    answer = web.get("/api/checks/known")
    assert answer.json() == {"state": "waiting", "text": "Asking Keras …"}
    assert answer.headers["cache-control"] == "no-store"
    web.get("/api/checks/known", params={"retry": "1"})
    unknown = web.get("/api/checks/nope")
    assert unknown.status_code == 404
    assert "Reload the page" in unknown.json()["error"]
    assert asked == [("known", False), ("known", True), ("nope", False)]

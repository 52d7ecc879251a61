"""What the live chart polls and the download links get."""

import csv
import dataclasses
import io
import math
import sqlite3
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cnnlib.arch import zoo
from cnnlib.data.dataset import DatasetInfo
from cnnlib.runs import script
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import run_folder
from cnnlib.runs.records import Point, Run
from cnnlib.runs.script import make_training_script
from cnnlib.runs.store import RunStore, open_store
from cnnlib.ui import checks
from cnnlib.ui.routes import make_routes


@pytest.fixture
def store(lab_home: Path) -> RunStore:
    return open_store()


@pytest.fixture
def run(store: RunStore) -> Run:
    run = store.create(RunConfig(network="lenet5"), status="starting")
    points = [
        Point("loss", 1, 0.5, 2.5),
        Point("loss", 2, 1.0, math.nan),
        Point("epoch/loss", 2, 1.0, 2.25),
        Point("epoch/val_loss", 2, 1.0, 2.0),
        Point("epoch/loss", 4, 2.0, 1.75),
    ]
    store.report(run.id, progress={"epoch": 2.0}, points=points)
    return store.get(run.id)


@pytest.fixture
def web() -> TestClient:
    return TestClient(Starlette(routes=make_routes()), raise_server_exceptions=False)


def test_a_poll_gets_state_and_points_then_only_what_is_new(web, store, run) -> None:
    first = web.get(f"/api/runs/{run.id}").json()
    assert first["run"]["status"] == "running"
    assert first["run"]["progress"] == {"epoch": 2.0}
    assert first["points"]["loss"] == {"epoch": [0.5, 1.0], "value": [2.5, None]}
    assert first["points"]["epoch/loss"] == {"epoch": [1.0, 2.0], "value": [2.25, 1.75]}
    again = web.get(f"/api/runs/{run.id}", params={"after": first["cursor"]}).json()
    assert again["points"] == {}
    store.report(run.id, progress={}, points=[Point("loss", 5, 2.5, 1.5)])
    newer = web.get(f"/api/runs/{run.id}", params={"after": again["cursor"]}).json()
    assert newer["points"] == {"loss": {"epoch": [2.5], "value": [1.5]}}


def test_a_waiting_run_knows_its_place(web, store) -> None:
    runs = [store.create(RunConfig()) for _ in range(3)]
    places = [web.get(f"/api/runs/{run.id}").json()["run"]["queue_position"] for run in runs]
    assert places == [1, 2, 3]


def test_a_network_of_ones_own_has_its_own_title(web, store) -> None:
    spec = dataclasses.replace(zoo.get("lenet5"), name="mine", title="<b>Mine</b>")
    run = store.create(RunConfig(spec=spec, dataset="gone"))
    answer = web.get(f"/api/runs/{run.id}").json()["run"]
    assert (answer["network"], answer["title"]) == ("<b>Mine</b>", "<b>Mine</b> on gone")


@pytest.mark.parametrize("after", ["-1", "x", "1e9", "", "'; DROP TABLE runs;--"])
def test_a_cursor_that_is_no_number_means_from_the_start(web, run, after) -> None:
    answer = web.get(f"/api/runs/{run.id}", params={"after": after})
    assert len(answer.json()["points"]["loss"]["value"]) == 2


def test_an_unknown_run_is_a_final_sentence(web, store) -> None:
    answer = web.get("/api/runs/nope")
    assert answer.status_code == 404
    assert "There is no run" in answer.json()["error"]


def test_a_store_that_does_not_answer_is_asked_again(web, run, monkeypatch) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    monkeypatch.setattr(RunStore, "points", refuse)
    assert web.get(f"/api/runs/{run.id}").status_code == 503


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

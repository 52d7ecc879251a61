"""Runs sent to MLflow: to a stand-in that keeps its rules, and to itself where it is installed."""

import math
import re
import sys
from collections import namedtuple
from types import ModuleType, SimpleNamespace

import pytest

from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.export.mlflow import MlflowExport, can_send, hide_password
from cnnlib.runs.files import SUMMARY, run_folder
from cnnlib.runs.records import Point, Run
from cnnlib.runs.store import RunStore

KEY = re.compile(r"[\w\-. /]{1,250}")
Param = namedtuple("Param", "key value")
Metric = namedtuple("Metric", "key value timestamp step")


class Client:
    """What the export uses of `MlflowClient`, with the limits that MLflow documents."""

    def __init__(self, tracking_uri: str) -> None:
        self.runs: dict[str, SimpleNamespace] = {}
        self.fails = False

    def get_experiment_by_name(self, name: str) -> None:
        return None

    def create_experiment(self, name: str) -> str:
        return "7"

    def search_runs(self, experiments, filter_string, max_results):
        assert experiments == ["7"]
        wanted = re.fullmatch(r"tags\.`cnnlab\.run` = '([\w-]+)'", filter_string)[1]
        return [run for run in self.runs.values() if run.tags["cnnlab.run"] == wanted]

    def create_run(self, experiment, start_time, tags, run_name):
        assert all(KEY.fullmatch(key) and len(text) <= 5_000 for key, text in tags.items())
        info = SimpleNamespace(run_id=f"m{len(self.runs)}", start_time=start_time, name=run_name)
        made = SimpleNamespace(info=info, tags=tags, params={}, metrics=[], files=[], end=None)
        self.runs[info.run_id] = made
        return made

    def log_batch(self, run_id, metrics=(), params=()):
        if self.fails:
            raise OSError("the line to http://me:secret@mlflow.test is cut\nmore")
        assert len(metrics) <= 1_000
        assert len(params) <= 100
        for key, value in params:
            assert KEY.fullmatch(key)
            assert len(value) <= 500
            self.runs[run_id].params[key] = value
        for metric in metrics:
            assert KEY.fullmatch(metric.key)
            assert math.isfinite(metric.value)
            assert isinstance(metric.step, int)
        self.runs[run_id].metrics += metrics

    def log_artifact(self, run_id, path):
        self.runs[run_id].files.append(path)

    def set_terminated(self, run_id, status, end_time):
        self.runs[run_id].end = (status, end_time)

    def delete_run(self, run_id):
        del self.runs[run_id]


@pytest.fixture
def with_stand_in(monkeypatch) -> None:
    module, entities = ModuleType("mlflow"), ModuleType("mlflow.entities")
    module.MlflowClient, module.entities = Client, entities
    entities.Param, entities.Metric = Param, Metric
    monkeypatch.setitem(sys.modules, "mlflow", module)
    monkeypatch.setitem(sys.modules, "mlflow.entities", entities)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@mlflow.test:5000/x")


def make_run(store: RunStore, steps: int = 3) -> Run:
    run = store.create(RunConfig(network="lenet5", limit=7), status="starting", name="Mine")
    points = [
        Point("loss", i, i / 10, math.nan if i == 1 else 2.0 + i, i / 2) for i in range(steps)
    ]
    points += [Point("epoch/dead", 2, 1.0, 0.5, 1.0), Point("epoch/dead/conv1", 2, 1.0, 0.25, 1.0)]
    store.annotate(run.id, tags=["for: me", "b"], note="A note")
    store.report(run.id, progress={}, points=points, facts={"params": 62_006, "versions": {"k": 3}})
    (run_folder(run.id) / SUMMARY).write_text("Layers")
    store.end(run.id, "finished", "Done.")
    return store.get(run.id)


def test_a_run_is_sent_with_all_that_was_measured(lab_home, with_stand_in) -> None:
    store = RunStore()
    run, export = make_run(store, steps=2_500), MlflowExport()
    sent = export._client.runs[export.send(run, store)]
    assert sent.params["limit"] == "7"
    assert sent.params["params"] == "62006"
    assert sent.params["version.k"] == "3"
    assert sent.tags["cnnlab.run"] == run.id
    assert sent.tags["tag.for_ me"] == "1"
    assert sent.tags["mlflow.note.content"] == "A note"
    losses = [metric for metric in sent.metrics if metric.key == "loss"]
    assert [m.step for m in losses] == [0, *range(2, 2_500)]  # without NaN
    start = round(run.started * 1_000)
    assert abs(losses[-1].timestamp - start - 2_499 * 500) <= 1
    # "epoch/dead" is a file in MLflow's folders, so nothing may lie in a folder of that name.
    assert {m.key for m in sent.metrics} - {"loss"} == {"epoch/dead", "epoch/dead_units/conv1"}
    assert sent.end == ("FINISHED", int(run.ended * 1_000))
    assert sent.files == [str(run_folder(run.id) / SUMMARY)]
    assert sent.info.name == "Mine"


def test_sent_again_it_takes_the_place_of_the_older_one(lab_home, with_stand_in) -> None:
    store = RunStore()
    run, other, export = make_run(store), make_run(store), MlflowExport()
    kept, first = export.send(other, store), export.send(run, store)
    second = export.send(run, store)
    assert set(export._client.runs) == {kept, second}
    export._client.fails = True
    with pytest.raises(RunError, match=r"MLflow at http://mlflow.test:5000/x .* is cut$") as error:
        export.send(run, store)
    assert "secret" not in str(error.value)
    assert second in export._client.runs  # the whole one goes only when the new one is whole
    assert first != second


def test_what_is_missing_is_said_in_one_line(lab_home, monkeypatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert not can_send()
    with pytest.raises(RunError, match="MLFLOW_TRACKING_URI is not set"):
        MlflowExport()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///x")
    monkeypatch.setitem(sys.modules, "mlflow", None)  # as if it were not installed
    with pytest.raises(RunError, match=r"requirements-mlflow\.txt"):
        MlflowExport()


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://me:pass@host:1/p", "http://host:1/p"),
        ("https://a:b%40@host", "https://host"),
        ("http://host/a@b", "http://host/a@b"),
        ("sqlite:////tmp/ml.db", "sqlite:////tmp/ml.db"),
        ("databricks", "databricks"),
    ],
)
def test_a_password_is_never_shown(uri, shown) -> None:
    assert hide_password(uri) == shown


@pytest.mark.slow
def test_mlflow_itself_takes_a_run(lab_home, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)  # where MLflow puts its files
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    store = RunStore()
    run, export = make_run(store, steps=1_200), MlflowExport()
    export.send(run, store)
    sent = export.send(run, store)
    found = export._client.get_run(sent)
    assert found.data.params["batch_size"] == "32"
    history = export._client.get_metric_history(sent, "loss")
    assert len(history) == 1_199
    assert sorted((m.step, m.value) for m in history)[-1] == (1_199, 1_201.0)
    assert found.info.status == "FINISHED"
    assert [file.path for file in export._client.list_artifacts(sent)] == [SUMMARY]
    query = f"tags.`cnnlab.run` = '{run.id}'"
    assert len(export._client.search_runs([found.info.experiment_id], query)) == 1

"""Runs as files: read back by readers of their own, and nothing is lost or invented."""

import csv
import io
import json
import math
import zipfile
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from cnnlib.errors import RunNotFoundError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.export import formats
from cnnlib.runs.files import run_folder
from cnnlib.runs.records import Point, Run
from cnnlib.runs.store import RunStore, open_store

VALUES = st.floats(allow_nan=True, allow_infinity=True, width=64)


def make_run(points: list[Point] = (), **options: object) -> Run:
    store = open_store()
    run = store.create(RunConfig(network="lenet5", limit=7), status="starting", **options)
    facts = {"params": 62_006, "macs": 651_720, "machine": {"host": "lab"}, "threads": None}
    store.report(run.id, progress={}, points=points, facts=facts, result={"loss": math.nan})
    return store.get(run.id)


def refuse(text: str) -> None:
    raise AssertionError(f"{text} is no JSON")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(values=st.lists(VALUES, min_size=1, max_size=20))
def test_json_keeps_every_point_and_is_strict_json(lab_home, values) -> None:
    points = [Point("loss", i, i / 4, value, i / 8) for i, value in enumerate(values)]
    run = make_run(points)
    document = json.loads(formats.make_json([run]), parse_constant=refuse)
    (found,) = document["runs"]
    curve = found["curves"]["loss"]
    assert curve["step"] == list(range(len(values)))
    assert curve["epoch"] == [i / 4 for i in range(len(values))]
    assert curve["seconds"] == [i / 8 for i in range(len(values))]
    assert curve["value"] == [value if math.isfinite(value) else None for value in values]
    assert found["result"] == {"loss": None}
    assert RunConfig(**found["config"]) == run.config


def test_json_holds_what_its_description_says(lab_home) -> None:
    run = make_run([Point("epoch/loss", 3, 1.0, 2.0, 0.5)], name="Mine", owner="a1b2")
    text = formats.make_json([run, make_run()])
    document = json.loads(text)
    assert (document["format"], document["version"]) == ("cnnlab-runs", 1)
    first, second = document["runs"]
    described = formats.__doc__ or ""
    assert all(f'"{key}"' in described for key in first)
    assert (first["name"], first["title"]) == ("Mine", "LeNet-5")
    assert [event["kind"] for event in first["events"]] == ["created"]
    assert second["curves"] == {}
    assert "a1b2" not in text  # whose it is stays here


def test_points_csv_has_a_row_for_each_point(lab_home) -> None:
    points = [Point("loss", 1, 0.5, 2.5, 0.1), Point("loss", 2, 1.0, math.nan, 0.2),
              Point("epoch/val_loss", 2, 1.0, 2.25, 0.2)]  # fmt: skip
    run, other = make_run(points), make_run(points[:1])
    rows = list(csv.DictReader(io.StringIO(formats.make_points_csv([run, other]))))
    found = {(row["run"], row["curve"], row["step"], row["epoch"], row["seconds"], row["value"])
             for row in rows}  # fmt: skip
    assert found == {
        (run.id, "loss", "1", "0.5", "0.1", "2.5"),
        (run.id, "loss", "2", "1.0", "0.2", ""),
        (run.id, "epoch/val_loss", "2", "1.0", "0.2", "2.25"),
        (other.id, "loss", "1", "0.5", "0.1", "2.5"),
    }


@pytest.mark.parametrize("name", ['=HYPERLINK("x")', "@x", "+1", "-1", 'Mine, "and"\nyours'])
def test_runs_csv_is_a_table_without_formulas(lab_home, name) -> None:
    run = make_run(name=name)
    open_store().annotate(run.id, tags=["a", "b"])
    text = formats.make_runs_csv([open_store().get(run.id)])
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["name"] == (f"'{name}" if name[0] in "=@+-" else name)
    assert (row["params"], row["limit"], row["tags"], row["loss"]) == ("62006", "7", "a b", "")
    assert row["learning_rate"] == "0.001"
    assert formats.make_runs_csv([]) == "run\n"


def test_tensorboard_files_come_as_one_zip_a_folder_a_run(lab_home: Path) -> None:
    runs = [make_run() for _ in range(3)]
    with pytest.raises(RunNotFoundError, match="no TensorBoard files"):
        formats.make_tensorboard_zip(runs)
    for run in runs[:2]:
        for split in ("train", "validation"):
            folder = run_folder(run.id) / "tensorboard" / split
            folder.mkdir(parents=True)
            (folder / "events.out.tfevents.1").write_bytes(run.id.encode())
    with zipfile.ZipFile(io.BytesIO(formats.make_tensorboard_zip(runs))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            f"{run.id}/{split}/events.out.tfevents.1": run.id
            for run in runs[:2]
            for split in ("train", "validation")
        }


@pytest.mark.keras
def test_tensorboards_own_files_hold_the_history(with_synthetic, tmp_path) -> None:
    """Read as records by TensorFlow, which knows nothing of how Keras' callback writes them."""
    import tensorflow as tf
    from tensorflow.core.util import event_pb2

    from cnnlib.backend import worker

    config = RunConfig(
        network="lenet5", dataset="synthetic", limit=100, epochs=2, watch="tensorboard"
    )
    store = RunStore()
    run = worker.run_to_end(store.create(config, status="starting").id)
    packed = io.BytesIO(formats.make_tensorboard_zip([run]))
    zipfile.ZipFile(packed).extractall(tmp_path)
    files = [str(path) for path in tmp_path.glob(f"{run.id}/validation/*tfevents*")]
    losses = {}
    for record in tf.data.TFRecordDataset(files):
        event = event_pb2.Event.FromString(record.numpy())
        for value in event.summary.value:
            if value.tag == "epoch_loss":
                losses[event.step] = float(tf.make_ndarray(value.tensor))
    _, curves = store.curves.read(run.id)
    np.testing.assert_allclose([losses[0], losses[1]], curves["epoch/val_loss"].values, rtol=1e-6)

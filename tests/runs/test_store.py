"""The run store: nothing lost, nothing claimed twice, no «running» where nothing runs."""

import math
import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnlib.arch import zoo
from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.database import UPGRADES
from cnnlib.runs.files import (
    Checkpoint,
    checkpoint_path,
    read_checkpoint,
    run_folder,
    write_checkpoint_note,
)
from cnnlib.runs.liveness import run_lock
from cnnlib.runs.queueing import Limits
from cnnlib.runs.records import Event, Point
from cnnlib.runs.store import RunStore


@pytest.fixture
def store(lab_home: Path) -> RunStore:
    return RunStore()


def save_checkpoint(run_id: str, which: str, checkpoint: Checkpoint, content: bytes) -> None:
    path = checkpoint_path(run_id, which)
    path.write_bytes(content)
    write_checkpoint_note(path, checkpoint)


def test_a_new_run_waits_in_the_queue_with_its_settings(store: RunStore) -> None:
    config = RunConfig(network="lenet5", limit=500)
    run = store.create(config)
    assert (run.status, run.config, store.queue.find_position(run.id)) == ("queued", config, 1)
    assert store.get(run.id) == run
    assert run_folder(run.id).is_dir()


def test_points_come_back_in_order_and_only_once(store: RunStore) -> None:
    run = store.create(RunConfig())
    other = store.create(RunConfig())
    first = [Point("loss", 1, 0.1, 2.5), Point("accuracy", 1, 0.1, 0.2)]
    store.report(run.id, progress={}, points=first)
    store.report(other.id, progress={}, points=[Point("loss", 1, 0.1, 9.0)])
    cursor, found = store.points(run.id)
    assert found == first
    assert store.points(run.id, after=cursor) == (cursor, [])
    more = Point("loss", 2, 0.2, 2.4)
    store.report(run.id, progress={}, points=[more])
    assert store.points(run.id, after=cursor)[1] == [more]


def test_numpy_numbers_and_nan_are_stored_as_what_they_are(store: RunStore) -> None:
    run = store.create(RunConfig())
    points = [
        Point("loss", np.int64(1), np.float32(0.5), np.float32(0.25)),
        Point("loss", 2, 1.0, math.nan),
    ]
    store.report(run.id, progress={}, points=points)
    (first, second) = store.points(run.id)[1]
    assert (first.step, first.epoch, first.value) == (1, 0.5, 0.25)
    assert second.value is None


def test_a_report_makes_a_run_running_and_beats_its_heart(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={"step": 3}, events=[Event(5.0, "started", "Go.")])
    run = store.get(run.id)
    assert (run.status, run.progress) == ("running", {"step": 3})
    assert run.heartbeat == pytest.approx(time.time(), abs=5)
    assert Event(5.0, "started", "Go.") in store.events(run.id)


def test_slots_bound_what_is_claimed_and_the_oldest_goes_first(store: RunStore) -> None:
    first, second = store.create(RunConfig()), store.create(RunConfig())
    claimed = store.queue.claim_next(Limits(1))
    assert (claimed, store.get(first.id).status) == (first.id, "starting")
    assert store.queue.claim_next(Limits(1)) is None
    assert store.queue.claim_next(Limits(2)) == second.id
    assert store.queue.claim_next(Limits(9)) is None


def test_many_supervisors_never_claim_one_run_twice(store: RunStore) -> None:
    wanted = {store.create(RunConfig()).id for _ in range(20)}
    claimed: list[str] = []

    def claim_all() -> None:
        own = RunStore(store.path)
        while (run_id := own.queue.claim_next(Limits(1000))) is not None:
            claimed.append(run_id)

    threads = [threading.Thread(target=claim_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(wanted)


def test_a_waiting_run_stops_at_once(store: RunStore) -> None:
    run = store.create(RunConfig())
    store.request_stop(run.id)
    run = store.get(run.id)
    assert run.status == "stopped"
    assert "nothing was trained" in (run.message or "")
    assert store.queue.claim_next(Limits(1)) is None


def test_a_running_run_is_only_asked(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={})
    store.request_stop(run.id)
    assert store.read_wishes(run.id).stop
    assert store.get(run.id).status == "running"


def test_the_first_end_stands(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.end(run.id, "finished", "Done.")
    store.end(run.id, "failed", "Too late.")
    run = store.get(run.id)
    assert (run.status, run.message) == ("finished", "Done.")
    assert run.ended == pytest.approx(time.time(), abs=5)


def silence(store: RunStore, run_id: str, seconds: float) -> None:
    """Make a run's last word `seconds` old."""
    with sqlite3.connect(store.path) as db:
        db.execute(
            "UPDATE runs SET heartbeat = heartbeat - ?, started = started - ? WHERE id = ?",
            (seconds, seconds, run_id),
        )


def test_a_silent_run_whose_lock_is_free_has_failed(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={})
    save_checkpoint(run.id, "last", Checkpoint(2.0, 1.5, 0.4), b"model")
    silence(store, run.id, 60)
    (found,) = store.list_runs()
    assert found.status == "failed"
    assert "epoch 2, is kept" in (found.message or "")


def test_a_silent_run_whose_worker_lives_goes_on(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={})
    silence(store, run.id, 60)
    with run_lock(run.id):
        assert store.get(run.id).status == "running"
    assert store.get(run.id).status == "failed"


def test_a_run_whose_supervisor_died_before_its_worker_came_up_has_failed(store: RunStore) -> None:
    run = store.create(RunConfig())
    store.queue.claim_next(Limits(1))
    assert store.get(run.id).status == "starting"
    silence(store, run.id, 60)
    assert store.get(run.id).status == "failed"


def test_a_run_that_a_dead_supervisor_had_claimed_waits_again(store: RunStore) -> None:
    lost, training = store.create(RunConfig()), store.create(RunConfig())
    store.queue.claim_next(Limits(2))
    store.queue.claim_next(Limits(2))
    silence(store, lost.id, 2)
    silence(store, training.id, 2)
    with run_lock(training.id):
        store.queue.requeue_orphans()
        assert store.get(lost.id).status == "queued"
        assert store.get(training.id).status == "starting"


def test_the_truth_is_told_when_the_disk_takes_no_more(store: RunStore, monkeypatch) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={})
    silence(store, run.id, 60)

    def refuse(*arguments: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store, "end", refuse)
    assert store.get(run.id).status == "failed"


def test_continuing_copies_the_curves_up_to_the_checkpoint_and_links_the_files(store) -> None:
    parent = store.create(RunConfig(), status="starting")
    values = [Point("epoch/loss", 10 * e, float(e), 3.0 - e) for e in (1, 2, 3)]
    store.report(parent.id, progress={}, points=values)
    save_checkpoint(parent.id, "best", Checkpoint(2.0, 1.0, 0.5), b"the best")
    store.end(parent.id, "finished", "Done.")
    run = store.create(store.get(parent.id).continued(epochs=4, checkpoint="best"))
    assert store.points(run.id)[1] == values[:2]
    assert checkpoint_path(run.id, "start").read_bytes() == b"the best"
    assert read_checkpoint(run.id, "start") == read_checkpoint(run.id, "best")
    checkpoint_path(parent.id, "best").unlink()
    assert checkpoint_path(run.id, "start").read_bytes() == b"the best"


def test_a_run_cannot_continue_what_is_not_there(store: RunStore) -> None:
    parent = store.create(RunConfig())
    with pytest.raises(RunError, match="has no last checkpoint"):
        store.create(RunConfig(continue_from=parent.id))
    with pytest.raises(RunError, match="There is no run"):
        store.create(RunConfig(continue_from="20200101-000000-baseline-0000"))
    with pytest.raises(RunError, match="network must be baseline"):
        store.create(RunConfig(network="lenet5", continue_from=parent.id))
    assert len(store.list_runs()) == 1


def test_an_id_is_never_a_path(lab_home: Path) -> None:
    for bad in ("../../etc", "a/b", "", "a\\b", "a.b"):
        with pytest.raises(RunError, match="letters, digits, - and _"):
            run_folder(bad)


def test_a_store_of_a_newer_lab_is_left_alone(store: RunStore) -> None:
    with sqlite3.connect(store.path) as db:
        db.execute(f"PRAGMA user_version = {len(UPGRADES) + 1}")
    with pytest.raises(RunError, match="newer CNN Lab"):
        RunStore(store.path)


def test_a_damaged_store_is_one_sentence(lab_home: Path) -> None:
    lab_home.mkdir()
    (lab_home / "runs.sqlite").write_bytes(b"this is no database, whatever its name says" * 50)
    with pytest.raises(RunError, match="is damaged"):
        RunStore()


def test_rows_from_before_there_were_own_networks_are_read(store: RunStore) -> None:
    run = store.create(RunConfig(network="lenet5", seed=3))
    old = (
        '{"network": "lenet5", "dataset": "cifar10", "limit": null, "epochs": 5, "batch_size": 32,'
        ' "optimizer": "adam", "learning_rate": 0.001, "seed": 3, "continue_from": null,'
        ' "checkpoint": "last"}'
    )
    with sqlite3.connect(store.path) as db:
        ((written,),) = db.execute("SELECT config FROM runs").fetchall()
        assert written == old, "an older lab's supervisor reads this row"
    assert store.get(run.id).config == RunConfig(network="lenet5", seed=3)


def test_a_network_of_ones_own_is_in_the_row_and_in_the_id(store: RunStore) -> None:
    spec = replace(zoo.get("lenet5"), name="mine", title="Mine")
    run = RunStore(store.path).create(RunConfig(spec=spec))
    assert run.id.split("-")[2] == "mine"
    assert store.get(run.id).config.spec == spec
    assert store.get(run.id).config.title == "Mine"

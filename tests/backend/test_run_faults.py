"""Faults that a run meets inside its own process: it ends in the right status, nothing is lost."""

import errno
import math
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cnnlib.runs.config import RunConfig
from cnnlib.runs.diagnosis import diagnose
from cnnlib.runs.files import LOG, checkpoint_path, run_folder
from cnnlib.runs.liveness import run_lock
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from tests.backend.small_runs import SMALL, train, values


@pytest.fixture
def store(with_synthetic: Path) -> RunStore:
    return RunStore()


@pytest.mark.parametrize(
    ("weight", "sentence"),
    [
        (math.nan, "the loss became nan"),
        (1e38, "weights became NaN"),  # ReLU hides the overflow: Keras' loss stays at ln 10
    ],
)
def test_divergence_fails_with_a_sentence_and_keeps_what_was_good(store, weight, sentence) -> None:
    import keras

    first = train(RunConfig(**SMALL | {"network": "baseline", "epochs": 1}))
    path = checkpoint_path(first.id, "last")
    model = keras.saving.load_model(path)
    model.set_weights([np.full(w.shape, weight, np.float32) for w in model.get_weights()])
    model.save(path)
    good = checkpoint_path(first.id, "best").read_bytes()
    run = train(first.continued(epochs=3, checkpoint="last"))
    assert run.status == "failed"
    assert sentence in run.message
    assert "smaller learning rate" in run.message
    assert not checkpoint_path(run.id, "last").exists(), "weights that are NaN were kept as good"
    assert checkpoint_path(run.id, "best").read_bytes() == good


def test_the_curve_shows_where_a_loss_broke_and_the_diagnosis_says_so(store: RunStore) -> None:
    run = train(
        RunConfig(**SMALL | {"network": "alexnet8", "optimizer": "sgd", "learning_rate": 10})
    )
    assert run.status == "failed"
    assert "diverged in epoch 1" in run.message
    assert "earlier epochs" not in run.message, "there is none"
    _, curves = store.curves.read(run.id)
    assert np.isnan(curves["loss"].values[-1])
    (finding,) = diagnose(curves, run.config, run.status, classes=10)
    assert finding.kind == "diverging"


def damage(run: Run, which: str) -> bytes:
    """Turn one byte in the middle of a checkpoint; its content."""
    path = checkpoint_path(run.id, which)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    return bytes(content)


def test_a_damaged_last_checkpoint_falls_back_to_the_best_and_says_so(store: RunStore) -> None:
    """Steps of 1e-12 move no float32: the first epoch is the best of two."""
    frozen = SMALL | {"optimizer": "sgd", "learning_rate": 1e-12}
    first = train(RunConfig(**frozen))
    bad = damage(first, "last")
    run = train(first.continued(epochs=1, checkpoint="last"))
    assert run.status == "finished", run.message
    sentence = f"The last checkpoint of run {first.id} is damaged; it went on from the best one"
    assert run.message.startswith(f"{sentence}, epoch 1. Finished.")
    assert any(event.text.startswith(sentence) for event in store.events(run.id))
    epochs = values(store, run, "epoch/loss")
    assert [epoch for epoch, _ in epochs] == [1.0, 2.0], "the axis begins where the best stands"
    assert epochs[0] == values(store, first, "epoch/loss")[0]
    steps = [p.step for p in store.points(run.id)[1] if p.key == "loss"]
    assert steps == list(range(1, 27))
    assert checkpoint_path(first.id, "last").read_bytes() == bad, "the older run was written into"
    damage(first, "best")
    run = train(first.continued(epochs=1, checkpoint="last"))
    assert run.status == "failed"
    assert "The last and the best checkpoint" in run.message
    run = train(first.continued(epochs=1, checkpoint="best"))
    assert run.status == "failed"
    assert "The best checkpoint of run" in run.message
    assert values(store, run, "epoch/loss") == epochs[:1]


def test_a_run_that_another_process_trains_is_not_trained_twice(store, monkeypatch) -> None:
    """Two servers that claimed the same run: who holds its lock trains it."""
    from cnnlib.backend import worker

    monkeypatch.setattr(worker, "LOCK_SECONDS", 0.1)
    run = store.create(RunConfig(**SMALL), status="starting")
    with run_lock(run.id):
        assert worker.run_to_end(run.id).status == "starting"
    assert store.curves.read(run.id)[1] == {}
    assert worker.run_to_end(run.id).status == "finished"
    before = store.get(run.id)
    assert worker.run_to_end(run.id) == before, "an ended run was trained again"


def test_a_locked_store_costs_a_run_nothing_but_delay(store: RunStore, monkeypatch) -> None:
    """Another writer holds the store from the first point until after the last epoch."""
    from cnnlib.backend.worker import run_to_end
    from cnnlib.runs.store import database

    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)  # errors, not only waiting
    run = store.create(RunConfig(**SMALL), status="starting")
    other = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
    unlock = threading.Timer(3.0, lambda: other.execute("ROLLBACK"))

    def lock_once(progress: dict, points: list, events: list) -> None:
        if points and not unlock.is_alive() and unlock.ident is None:
            other.execute("BEGIN IMMEDIATE")
            unlock.start()

    run = run_to_end(run.id, lock_once)
    unlock.join()
    other.close()
    assert run.status == "finished", run.message
    steps = [p.step for p in store.points(run.id)[1] if p.key == "loss"]
    assert steps == list(range(1, 27))
    assert [event.kind for event in store.events(run.id)].count("epoch") == 2


def test_a_clock_that_is_set_while_a_run_trains_changes_nothing(store, monkeypatch) -> None:
    from cnnlib.backend.worker import run_to_end

    clock, jumps = time.time, iter([-86_400.0, 86_400.0] * 500)
    seen = set()
    run = store.create(RunConfig(**SMALL), status="starting")

    def jump(*news: object) -> None:
        seen.add(RunStore().get(run.id).status)
        ahead = next(jumps)
        monkeypatch.setattr(time, "time", lambda: clock() + ahead)
        seen.add(RunStore().get(run.id).status)

    ended = run_to_end(run.id, jump)
    assert ended.status == "finished", ended.message
    assert seen == {"running"}
    seconds = [p.seconds for p in store.points(run.id)[1] if p.key == "loss"]
    assert seconds == sorted(seconds)
    assert seconds[-1] < 300


def test_a_write_that_finds_no_space_is_explained(lab_home: Path) -> None:
    from cnnlib.backend.endings import explain_failure

    text = explain_failure(OSError(errno.ENOSPC, "No space left on device"), Path("/tmp"))
    assert "is full" in text
    assert "continue from the last" in text


CHILD = "import sys; from cnnlib.backend.worker import run_in_child; run_in_child(sys.argv[1])"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here is always full")
@pytest.mark.parametrize("place", ["full", "removed"])
def test_a_worker_whose_log_takes_no_word_ends_its_run_all_the_same(lab_home, place) -> None:
    """On a disk that is full to the last byte; or the folder was removed while the run waited."""
    store = RunStore()
    run = store.create(RunConfig(**SMALL | {"dataset": "cifar10"}), status="starting")
    if place == "full":
        (run_folder(run.id) / LOG).symlink_to("/dev/full")
    else:
        run_folder(run.id).rmdir()
    root = Path(__file__).parents[2]
    child = subprocess.run([sys.executable, "-c", CHILD, run.id], cwd=root, capture_output=True)
    run = store.get(run.id)
    assert run.status == "failed"
    assert "CIFAR-10" in run.message, run.message  # it misses its data set, and says so
    assert child.returncode == 0


def test_a_run_whose_folder_is_removed_while_it_trains_says_so(store: RunStore) -> None:
    from cnnlib.backend.worker import run_to_end

    run = store.create(RunConfig(**SMALL | {"epochs": 500}), status="starting")

    def remove(progress: dict, points: list, events: list) -> None:
        if points:
            shutil.rmtree(run_folder(run.id), ignore_errors=True)

    ended = run_to_end(run.id, remove)
    assert ended.status == "failed"
    assert "was removed while it trained" in ended.message


def test_a_run_that_was_ended_by_others_is_trained_no_further(store: RunStore) -> None:
    from cnnlib.backend.worker import run_to_end

    run = store.create(RunConfig(**SMALL | {"epochs": 500}), status="starting")

    def give_up(progress: dict, points: list, events: list) -> None:
        if points:
            store.end(run.id, "failed", "Taken for lost.")

    ended = run_to_end(run.id, give_up)
    assert (ended.status, ended.message) == ("failed", "Taken for lost.")
    assert ended.progress["epoch"] < 500


def test_an_epochs_end_does_not_wait_for_a_time_of_day(store: RunStore) -> None:
    """TensorFlow's tuning thread does: with the clock set back an hour, for an hour."""
    from cnnlib.backend import pipeline
    from cnnlib.data import load

    data = load("synthetic")
    for batches in (
        pipeline.make_training_batches(data.train, 32, 0),
        pipeline.make_validation_batches(data.test, 32),
    ):
        assert batches.options().autotune.enabled is False


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A CNNLIB_HOME on a real file system of 20 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", folder], capture_output=True
    )
    if mount.returncode:
        pytest.skip("this user may not mount a small disk")
    monkeypatch.setenv("CNNLIB_HOME", str(folder))
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_fails_with_a_sentence_and_keeps_the_older_checkpoint(small_disk) -> None:
    import keras

    from cnnlib.data import load

    load("synthetic")
    first = train(RunConfig(**SMALL | {"network": "lenet5", "epochs": 1, "limit": 64}))
    assert first.status == "finished", first.message
    free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    (small_disk / "filler").write_bytes(b"x" * (free - 500_000))  # a checkpoint takes 790 KB
    run = train(first.continued(epochs=1, checkpoint="last"))
    assert run.status == "failed"
    assert "is full" in run.message, run.message
    keras.saving.load_model(checkpoint_path(run.id, "start"))
    (small_disk / "filler").unlink()
    again = train(first.continued(epochs=1, checkpoint="last"))
    assert again.status == "finished", again.message

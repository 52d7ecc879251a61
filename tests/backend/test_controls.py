"""What people want of a run while it trains: each wish is made by a listener, at a known moment."""

import errno
import math
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnlib.runs import liveness
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import checkpoint_path, read_checkpoint, run_folder
from cnnlib.runs.records import Run
from cnnlib.runs.schedules import Schedule
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.queueing import Limits

QUICK = {"network": "lenet5", "dataset": "synthetic", "limit": 64, "batch_size": 16, "watch": ""}
LONG = QUICK | {"limit": 1000, "epochs": 500}
Script = Callable[[RunStore, Run], None]


@pytest.fixture
def store(with_synthetic: Path) -> RunStore:
    return RunStore()


def train(store: RunStore, config: RunConfig, *script: Script, **wishes: float | bool) -> Run:
    """Train; each step of `script` is called, in order, once the one before returned True."""
    from cnnlib.backend.worker import run_to_end

    run = store.create(config, status="starting")
    store.wish(run.id, **wishes)
    steps = list(script)

    def listen(*news: object) -> None:
        if steps and steps[0](store, store.get(run.id)):
            steps.pop(0)

    ended = run_to_end(run.id, listen)
    assert not steps, f"the run ended before {steps[0]}: {ended.message}"
    return ended


def reached(epoch: float) -> Script:
    return lambda store, run: run.progress["epoch"] >= epoch


def wished(**wishes: float | bool | None) -> Script:
    def wish(store: RunStore, run: Run) -> bool:
        store.wish(run.id, **wishes)
        return True

    return wish


@pytest.mark.parametrize(
    ("network", "batch_size", "steps"),
    # MACs of an image, by the papers: LeNet-5 0.4 million, VGG-16 15.5 billion.
    [("lenet5", 64, 8), ("vgg16_imagenet", 32, 1)],
)
def test_between_two_looks_at_wishes_there_is_little_work(
    network, batch_size, steps, monkeypatch
) -> None:
    from cnnlib.arch import zoo
    from cnnlib.backend import training

    monkeypatch.setattr(training, "find_devices", list)
    assert training.choose_steps(zoo.get(network), batch_size, 100) == steps
    assert training.choose_steps(zoo.get(network), batch_size, 1) == 1
    monkeypatch.setattr(training, "find_devices", lambda: ["GPU:0"])
    assert training.choose_steps(zoo.get(network), batch_size, 100) == 8


@pytest.mark.parametrize(
    ("size", "batch_size", "images"), [(32, 32, 256), (224, 8, 19), (224, 64, 64), (32, 512, 256)]
)
def test_large_images_are_validated_fewer_at_once(size: int, batch_size: int, images: int) -> None:
    """VGG16's second layer reads and writes 2 · 64 · 224² numbers of 4 bytes: 25.7 MB an image."""
    from cnnlib.arch import zoo
    from cnnlib.backend import training

    spec = replace(zoo.get("vgg16"), input_shape=(size, size, 3))
    assert training.choose_validation_batch(spec, batch_size) == images


def read(store: RunStore, run: Run, key: str) -> np.ndarray:
    """(n, 4): step, epoch, seconds, value."""
    return np.stack(store.curves.read(run.id)[1][key], axis=1)


def texts(store: RunStore, run: Run, kind: str) -> list[str]:
    return [event.text for event in store.events(run.id) if event.kind == kind]


def test_a_new_learning_rate_is_what_the_optimizer_uses_from_then_on(store: RunStore) -> None:
    import keras

    def has_changed(store: RunStore, run: Run) -> bool:
        return read(store, run, "learning_rate")[-1, 3] == 0.0005

    run = train(store, RunConfig(**LONG), reached(0.1), wished(learning_rate=0.0005), has_changed,
                wished(stop=True))  # fmt: skip
    rates = read(store, run, "learning_rate")
    assert list(dict.fromkeys(rates[:, 3])) == [0.001, 0.0005]
    assert np.array_equal(rates[:, :3], read(store, run, "loss")[:, :3]), "one step, one place"
    (text,) = texts(store, run, "learning_rate")
    assert "from 0.001 to 0.0005 at epoch " in text
    model = keras.saving.load_model(checkpoint_path(run.id, "last"))
    assert float(model.optimizer.learning_rate) == pytest.approx(0.0005)


@pytest.mark.parametrize(("epochs", "wanted"), [(1, 3), (3, 1)])
def test_epochs_are_added_or_left_out_and_the_schedule_follows(store, epochs, wanted) -> None:
    config = RunConfig(**QUICK, epochs=epochs, schedule="cosine")
    run = train(store, config, epochs=wanted)
    assert run.status == "finished", run.message
    assert list(read(store, run, "epoch/val_loss")[:, 1]) == list(range(1, wanted + 1))
    assert run.progress["last_epoch"] == wanted
    assert f"trains {wanted} epochs now instead of {epochs}" in texts(store, run, "epochs")[0]
    last = read(store, run, "learning_rate")[-1]
    expected = Schedule("cosine").factor((last[0] - 1) / 4, wanted) * 0.001
    assert last[3] == pytest.approx(expected, rel=1e-6), "the schedule ends where the run does"


def test_the_epoch_that_has_begun_is_finished_when_there_shall_be_fewer(store: RunStore) -> None:
    run = train(store, RunConfig(**LONG), reached(1.1), wished(epochs=1))
    assert run.status == "finished"
    assert run.result["epoch"] == run.progress["last_epoch"] == math.floor(run.result["epoch"]) >= 2


def test_a_run_rests_in_place_and_gives_its_slot_to_another(store, monkeypatch) -> None:
    monkeypatch.setenv("CNNLIB_SLOTS", "1")
    other = store.create(RunConfig())
    seen: dict[str, float] = {}

    def rests(store: RunStore, run: Run) -> bool:
        return run.status == "paused"

    def is_replaced(store: RunStore, run: Run) -> bool:
        assert store.queue.claim_next(Limits(1)) == other.id
        last = read_checkpoint(run.id, "last")
        assert last.epoch == run.progress["epoch"]
        assert last.val_loss is None
        seen.update(seconds=run.progress["seconds"], beat=run.heartbeat, at=time.monotonic())
        store.wish(run.id, pause=None)
        return True

    def waits_for_the_slot(store: RunStore, run: Run) -> bool:
        assert run.status == "paused"
        assert (run.progress["phase"], run.progress["seconds"]) == ("paused", seen["seconds"])
        if time.monotonic() - seen["at"] < 1:
            return False
        assert run.heartbeat > seen["beat"], "its heart beats while it rests"
        store.end(other.id, "finished", "Done.")
        seen["rested"] = time.monotonic() - seen["at"]
        return True

    def trains_again(store: RunStore, run: Run) -> bool:
        return (
            run.status == "running"
            and run.progress["epoch"] > read_checkpoint(run.id, "last").epoch
        )

    began = time.monotonic()
    run = train(store, RunConfig(**LONG), reached(0.1), wished(pause=True), rests, is_replaced,
                waits_for_the_slot, trains_again, wished(stop=True))  # fmt: skip
    took = time.monotonic() - began
    assert run.status == "stopped", run.message
    assert 0 < run.result["train_seconds"] < took - seen["rested"]
    loss = read(store, run, "loss")
    assert np.all(np.diff(loss[:, 0]) > 0), "no step twice"
    assert np.all(np.diff(loss[:, 2]) > 0)
    assert len(texts(store, run, "paused")) == len(texts(store, run, "resumed")) == 1


def test_a_resting_run_can_be_stopped_and_continued(store: RunStore) -> None:
    def rests(store: RunStore, run: Run) -> bool:
        return run.status == "paused"

    run = train(store, RunConfig(**LONG), reached(0.1), wished(pause=True), rests,
                wished(stop=True))  # fmt: skip
    assert run.status == "stopped"
    epoch = read_checkpoint(run.id, "last").epoch
    again = train(store, run.continued(epochs=1, checkpoint="last"))
    assert again.status == "finished", again.message
    assert read(store, again, "epoch/loss")[-1, 1] == pytest.approx(epoch + 1)
    loss = read(store, again, "loss")
    assert np.all(np.diff(loss[:, 0]) > 0), "steps go on"
    assert np.all(np.diff(loss[:, 2]) > 0), "seconds go on"
    assert again.result["train_seconds"] > run.result["train_seconds"]


@pytest.mark.parametrize(("patience", "validated"), [(0.0, False), (60.0, True)])
def test_after_a_stop_only_a_quick_validation_is_finished(
    store, monkeypatch, patience, validated
) -> None:
    from cnnlib.backend import controls

    monkeypatch.setattr(controls, "VALIDATION_SECONDS", patience)
    slow = LONG | {"limit": None, "batch_size": 2}  # the wish arrives within the first epoch
    run = train(store, RunConfig(**slow), reached(0.01), wished(stop=True))
    assert run.status == "stopped"
    last = read_checkpoint(run.id, "last")
    assert last.epoch < 1
    assert (last.val_loss is not None, run.result["val_loss"] is not None) == (validated, validated)
    assert last.epoch == read(store, run, "epoch/loss")[-1, 1] == run.progress["epoch"]


@pytest.mark.parametrize("resting", [False, True])
def test_a_run_that_is_deleted_while_it_trains_leaves_nothing(store: RunStore, resting) -> None:
    def rests(store: RunStore, run: Run) -> bool:
        return not resting or run.status == "paused"

    def delete(store: RunStore, run: Run) -> bool:
        store.delete([run.id])
        return True

    run = train(store, RunConfig(**LONG), reached(0.1), wished(pause=resting), rests, delete)
    assert run.status == "stopped"
    assert "deleted" in run.message
    assert not run_folder(run.id).exists()
    assert store.list_runs() == []
    with sqlite3.connect(store.path) as db:
        for table in ("runs", "curves", "events", "histograms", "wishes"):
            assert db.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,), table
    assert not liveness.is_run_alive(run.id)
    assert not run_folder(run.id).exists(), "looking made the folder again"


def test_a_run_stops_early_when_the_validation_loss_falls_no_more(store: RunStore) -> None:
    """Steps of 1e-12 move no float32: from the second epoch on, the loss is the first one's."""
    frozen = QUICK | {"optimizer": "sgd", "learning_rate": 1e-12}
    run = train(store, RunConfig(**frozen, epochs=50, patience=2))
    losses = read(store, run, "epoch/val_loss")[:, 3]
    assert list(losses) == [losses[0]] * 3
    assert run.status == "finished"
    text = "Stopped early after epoch 3: no lower validation loss for 2 epochs."
    assert run.message.startswith(f"{text} Best at epoch 1: validation accuracy ")
    assert texts(store, run, "early") == [text]
    assert (run.result["best_epoch"], run.result["epoch"]) == (1, 3)


def test_a_run_that_was_stopped_before_it_began_trains_nothing(store: RunStore) -> None:
    run = train(store, RunConfig(**LONG), stop=True)
    assert (run.status, store.curves.read(run.id)[1]) == ("stopped", {})
    assert not checkpoint_path(run.id, "last").exists()


def test_a_run_rests_also_when_the_disk_is_full(store: RunStore, monkeypatch) -> None:
    from cnnlib.backend import callback

    save = callback.saving_checkpoint

    def refuse(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def rests(store: RunStore, run: Run) -> bool:
        return run.status == "paused"

    def free_space(store: RunStore, run: Run) -> bool:
        monkeypatch.setattr(callback, "saving_checkpoint", save)
        store.wish(run.id, pause=None, stop=True)
        return True

    monkeypatch.setattr(callback, "saving_checkpoint", refuse)
    run = train(store, RunConfig(**LONG), rests, free_space, pause=True)
    assert run.status == "stopped", run.message
    assert texts(store, run, "paused")[0].endswith("the disk is full, so it is not saved.")
    last = read_checkpoint(run.id, "last")
    assert last.epoch == run.progress["epoch"] > 0

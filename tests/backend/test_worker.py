"""A run from its row in the store to its files: what it reports is what Keras did."""

import dataclasses
import json
import math
import os
import shutil
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from cnnlib.arch.layers import Activation, BatchNormalization, Conv2D, Dense, Flatten
from cnnlib.arch.spec import Spec
from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.export.formats import make_history_table, read_curves
from cnnlib.runs.files import checkpoint_path, read_checkpoint, run_folder
from cnnlib.runs.store import RunStore
from tests.backend.small_runs import SMALL, train, values


@pytest.fixture
def store(with_synthetic: Path) -> RunStore:
    return RunStore()


def test_a_run_leaves_behind_what_the_notes_scripts_do(store: RunStore) -> None:
    run = train(RunConfig(**SMALL))
    assert run.status == "finished", run.message
    assert [epoch for epoch, _ in values(store, run, "epoch/val_loss")] == [1.0, 2.0]
    names = {path.name for path in run_folder(run.id).iterdir()}
    assert {"best.keras", "last.keras", "summary.txt"} <= names
    table = make_history_table(read_curves(run.id))
    assert list(table["epoch"]) == [1.0, 2.0]
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= set(table.columns)
    best = read_checkpoint(run.id, "best")
    assert best.val_loss == min(value for _, value in values(store, run, "epoch/val_loss"))


def test_the_saved_model_is_as_good_as_the_run_says(store: RunStore) -> None:
    """The oracle: Keras evaluates the loaded checkpoint on the same images by itself."""
    import keras

    from cnnlib.data import load

    run = train(RunConfig(**SMALL))
    model = keras.saving.load_model(checkpoint_path(run.id, "last"))
    test = load("synthetic").take(200).test
    loss, accuracy = model.evaluate(np.asarray(test.images) / 255.0, test.labels, verbose=0)
    assert values(store, run, "epoch/val_loss")[-1][1] == pytest.approx(loss, rel=1e-4)
    assert values(store, run, "epoch/val_accuracy")[-1][1] == pytest.approx(accuracy, rel=1e-4)
    assert int(model.optimizer.iterations) == 2 * math.ceil(200 / 16)


def test_step_points_average_to_the_epochs_loss(store: RunStore) -> None:
    """Each point is the mean over its span: weighted together they are the epoch's mean."""
    run = train(RunConfig(**SMALL | {"epochs": 1, "limit": 100, "batch_size": 16}))
    points = [p for p in store.points(run.id)[1] if p.key == "loss"]
    assert [p.step for p in points] == list(range(1, 8)), "a short run keeps every step"
    weights = [16] * 6 + [4]
    mean = np.average([p.value for p in points], weights=weights)
    assert mean == pytest.approx(values(store, run, "epoch/loss")[0][1], rel=1e-4)
    assert len({round(p.value, 6) for p in points}) > 3, "a running mean would hide the steps"


@pytest.mark.parametrize(
    ("epochs", "images", "batch_size", "low", "high"),
    [(5, 50_000, 32, 1_000, 1_500), (200, 50_000, 32, 10_000, 10_500), (100, 320, 32, 10, 1_000)],
)
def test_long_runs_are_thinned_but_every_epoch_has_its_curve(
    epochs, images, batch_size, low, high
) -> None:
    from cnnlib.backend.progress import Plan

    plan = Plan(first_epoch=0, epochs=epochs, images=images, batch_size=batch_size)
    assert low <= plan.epochs * plan.steps / plan.stride <= high
    assert plan.steps / plan.stride >= min(50, plan.steps)


def test_the_same_seed_gives_the_same_run(store: RunStore) -> None:
    config = RunConfig(**SMALL | {"epochs": 1, "network": "baseline"})
    other = RunConfig(**{**config.to_dict(), "seed": 1})
    runs = [train(config), train(config), train(other)]
    losses = [values(store, run, "epoch/loss")[0][1] for run in runs]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert losses[0] != pytest.approx(losses[2], rel=1e-3)


def test_continuing_goes_on_with_the_optimizer_and_the_epoch_axis(store: RunStore) -> None:
    import keras

    first = train(RunConfig(**SMALL))
    before = keras.saving.load_model(checkpoint_path(first.id, "last"))
    second = train(first.continued(epochs=1, checkpoint="last"))
    assert second.status == "finished", second.message
    assert [epoch for epoch, _ in values(store, second, "epoch/loss")] == [1.0, 2.0, 3.0]
    after = keras.saving.load_model(checkpoint_path(second.id, "last"))
    assert int(after.optimizer.iterations) == int(before.optimizer.iterations) * 3 // 2
    assert read_checkpoint(second.id, "last").epoch == 3.0
    assert checkpoint_path(first.id, "last").exists(), "the first run stays as it was"


def test_continuing_starts_from_the_very_weights(store: RunStore) -> None:
    import keras

    first = train(RunConfig(**SMALL | {"epochs": 1}))
    config = first.continued(epochs=1, checkpoint="last")
    second = train(RunConfig(**{**config.to_dict(), "learning_rate": 1e-12}))
    models = [keras.saving.load_model(checkpoint_path(r.id, "last")) for r in (first, second)]
    for old, new in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(old, new, atol=1e-6)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"dataset": "cifar10"}, "CIFAR-10"),
        ({"dataset": "nosuchset"}, "nosuchset"),
    ],
)
def test_missing_data_is_one_sentence(store: RunStore, change: dict, sentence: str) -> None:
    run = train(RunConfig(**SMALL | change))
    assert run.status == "failed"
    assert sentence in run.message
    assert "\n" not in run.message
    assert "Error" not in run.message


def test_damaged_data_is_one_sentence(store: RunStore, lab_home: Path) -> None:
    """A set that was imported, unlike the synthetic one, cannot be drawn anew."""
    folder = lab_home / "datasets" / "mine"
    shutil.copytree(lab_home / "datasets" / "synthetic", folder)
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, "name": "mine"}))
    (images,) = folder.glob("train*images*.npy")
    images.chmod(0o644)
    images.write_bytes(images.read_bytes()[:1000])
    run = train(RunConfig(**SMALL | {"dataset": "mine"}))
    assert run.status == "failed"
    assert "mine" in run.message
    assert "\n" not in run.message
    assert "Error" not in run.message


def test_a_clock_that_stands_still_keeps_the_speed(monkeypatch) -> None:
    """Windows' goes on every 16 ms only; a quick step or a short epoch may lie between."""
    from cnnlib.backend import progress as module
    from cnnlib.backend.progress import Plan, Progress

    now = 5.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    progress = Progress(Plan(first_epoch=0, epochs=2, images=320, batch_size=32))
    progress.begin_epoch(0)
    progress.take_step(1)
    assert progress.describe()["images_per_second"] is None
    progress.take_step(2)
    assert progress.describe()["images_per_second"] is None
    progress.end_epoch()
    now = 6.0
    progress.take_step(3)
    assert progress.describe()["images_per_second"] == 64.0
    progress.begin_epoch(1)
    progress.take_step(1)
    progress.take_step(2)
    progress.end_epoch()
    assert progress.describe()["images_per_second"] == 64.0


def test_what_starting_and_the_end_of_an_epoch_take(monkeypatch) -> None:
    """Two epochs of ten steps of a second each, played on a clock of our own."""
    from cnnlib.backend import progress as module
    from cnnlib.backend.progress import Plan, Progress

    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    progress = Progress(Plan(0, epochs=3, images=320, batch_size=32, first_seconds=50))
    progress.clock.start()
    told = progress.describe()
    names = ("start_seconds", "epoch_seconds", "closing_seconds")
    assert [told[name] for name in names] == [None, None, None]
    for epoch, (first, closing) in enumerate([(6.0, 9.0), (1.0, 4.0)]):
        progress.begin_epoch(epoch)
        now += first
        progress.take_step(1)
        now += 9
        progress.take_step(10)
        progress.begin_closing()
        now += closing - 1
        progress.end_epoch()
        now += 1  # saving, and looking at the layers
    progress.begin_epoch(2)
    told = progress.describe()
    assert told["closing_seconds"] == 4
    assert told["epoch_seconds"] == 1 + 9 + 4
    assert told["start_seconds"] == (6 + 9 + 9) - (1 + 9 + 4)
    assert told["seconds_left"] == 10 + 4
    now += 10
    progress.take_step(10)
    progress.end_epoch()  # nothing is validated
    now += 2
    progress.end_closing()
    told = progress.describe()
    assert told["closing_seconds"] == 2
    assert told["epoch_seconds"] == (14 + 12) / 2
    took = now - 100
    assert told["start_seconds"] + 3 * told["epoch_seconds"] == pytest.approx(took)


def test_the_speed_is_told_while_another_thread_begins_epochs() -> None:
    """The sink's thread describes; the training thread must not take its marks away."""
    from cnnlib.backend.progress import Plan, Progress

    progress = Progress(Plan(first_epoch=0, epochs=10**6, images=320, batch_size=32))
    done = threading.Event()

    def describe() -> None:
        try:
            while not done.is_set():
                progress.describe()
        except Exception as error:
            failures.append(error)

    failures: list[Exception] = []
    thread = threading.Thread(target=describe)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    for epoch in range(20_000):
        progress.begin_epoch(epoch)
        progress.take_step(1)
        progress.take_step(2)
    done.set()
    thread.join()
    sys.setswitchinterval(interval)
    assert not failures


def make_own(**changes: object) -> Spec:
    layers = (
        Conv2D(filters=4, kernel_size=3, strides=2),
        BatchNormalization(),
        Activation(activation="relu"),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
    values = {"name": "own", "title": "My <own>", "input_shape": (32, 32, 3), "layers": layers}
    return Spec(**values | changes)


OWN = {"dataset": "synthetic", "limit": 100, "epochs": 1, "batch_size": 16}


def test_a_network_of_ones_own_is_trained_and_trained_on(store: RunStore) -> None:
    import keras

    first = train(RunConfig(**OWN, spec=make_own()))
    assert first.status == "finished", first.message
    model = keras.saving.load_model(checkpoint_path(first.id, "last"))
    kinds = [type(layer).__name__ for layer in model.layers[1:]]
    assert kinds == [layer.kind for layer in make_own().layers]
    assert RunStore().get(first.id).config.spec == make_own()
    assert first.id.split("-")[2] == "own"
    second = train(first.continued(epochs=1, checkpoint="last"))
    assert second.status == "finished", second.message
    assert [epoch for epoch, _ in values(store, second, "epoch/loss")] == [1.0, 2.0]
    other = make_own(layers=make_own().layers[2:])
    config = dataclasses.replace(first.continued(epochs=1, checkpoint="last"), spec=other)
    with pytest.raises(RunError, match="layer by layer as in the run to continue"):
        store.create(config)


def test_an_own_network_for_other_images_fails_with_a_sentence(store: RunStore) -> None:
    run = train(RunConfig(**OWN, spec=make_own(input_shape=(28, 28, 1))))
    assert run.status == "failed"
    assert run.message.startswith("My <own> takes images of 28 × 28 × 1; this data set has 32")


def test_what_is_known_of_a_run_is_kept_with_it(store: RunStore) -> None:
    """The contract of `Run.facts` and `Run.result`, which pages read."""
    run = train(RunConfig(**SMALL))
    facts = run.facts
    assert {"params", "macs", "train_images", "val_images", "steps", "input_shape", "classes",
            "dataset_fingerprint", "versions", "machine", "threads", "replicas", "acceleration",
            "command", "worker"} <= set(facts)  # fmt: skip
    assert (facts["params"], facts["train_images"], facts["steps"]) == (62_006, 200, 13)
    assert facts["worker"]["pid"] == os.getpid()
    best = read_checkpoint(run.id, "best")
    result = dict(run.result)
    assert (result["best_epoch"], result["best_val_loss"]) == (best.epoch, best.val_loss)
    for key in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert (2.0, result[key]) == values(store, run, f"epoch/{key}")[-1]
    last = [p.seconds for p in store.points(run.id)[1] if p.key == "epoch/loss"][-1]
    assert result["train_seconds"] == last > 0


def test_continuing_on_other_data_is_refused(store: RunStore, monkeypatch) -> None:
    import dataclasses

    from cnnlib import data
    from cnnlib.data import load

    first = train(RunConfig(**SMALL | {"epochs": 1}))
    whole = load("synthetic")
    fewer = dataclasses.replace(whole, class_names=whole.class_names[:4])
    monkeypatch.setattr(data, "load", lambda *arguments, **named: fewer)
    run = train(first.continued(epochs=1, checkpoint="last"))
    assert run.status == "failed"
    assert "10 classes" in run.message

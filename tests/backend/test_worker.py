"""A run from its row in the store to its files: what it reports is what Keras did."""

import dataclasses
import errno
import json
import math
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cnnlib.arch.layers import Activation, BatchNormalization, Conv2D, Dense, Flatten
from cnnlib.arch.spec import Spec
from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.exports import make_history_table, read_curves
from cnnlib.runs.files import checkpoint_path, read_checkpoint, run_folder
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore

SMALL = {"network": "lenet5", "dataset": "synthetic", "limit": 200, "epochs": 2, "batch_size": 16}


def train(config: RunConfig) -> Run:
    from cnnlib.backend.worker import run_to_end

    run = RunStore().create(config, status="starting")
    return run_to_end(run.id)


@pytest.fixture
def store(with_synthetic: Path) -> RunStore:
    return RunStore()


def values(store: RunStore, run: Run, key: str) -> list[tuple[float, float]]:
    return [(p.epoch, p.value) for p in store.points(run.id)[1] if p.key == key]


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


def test_long_runs_are_thinned_and_end_on_the_last_step() -> None:
    from cnnlib.backend.callback import Plan

    plan = Plan(first_epoch=0, epochs=5, images=50_000, batch_size=32)
    assert plan.steps == 1563
    assert 1_000 <= plan.epochs * plan.steps / plan.stride <= 1_500


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


def test_the_speed_is_told_while_another_thread_begins_epochs() -> None:
    """The sink's thread describes; the training thread must not take its marks away."""
    from cnnlib.backend.callback import Plan, Progress

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
    assert first.id[16:-5] == "own"
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


def test_a_damaged_checkpoint_names_itself(store: RunStore) -> None:
    first = train(RunConfig(**SMALL | {"epochs": 1}))
    path = checkpoint_path(first.id, "last")
    path.write_bytes(path.read_bytes()[:2000])
    run = train(first.continued(epochs=1, checkpoint="last"))
    assert run.status == "failed"
    assert "damaged" in run.message
    assert "another checkpoint" in run.message


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


def test_a_write_that_finds_no_space_is_explained(lab_home: Path) -> None:
    from cnnlib.backend.worker import explain_failure

    text = explain_failure(OSError(errno.ENOSPC, "No space left on device"), Path("/tmp"))
    assert "is full" in text
    assert "continue from the last" in text


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

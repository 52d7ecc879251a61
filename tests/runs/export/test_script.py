"""The training script, run: it trains, keeps the best weights, and goes on from them."""

import runpy
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cnnlib.arch import zoo
from cnnlib.arch.spec import Spec
from cnnlib.data.dataset import Dataset, Split
from cnnlib.runs.config import OPTIMIZERS, RunConfig
from cnnlib.runs.export import script_recipe
from cnnlib.runs.export.script import make_training_script
from cnnlib.runs.schedules import SCHEDULES
from cnnlib.settings import CIFAR10_CLASSES

pytestmark = [pytest.mark.keras, pytest.mark.timeout(600)]


def write_data(path: Path, spec: Spec, count: int = 40) -> Path:
    """Small random data, its labels (N, 1) as CIFAR-10 has them."""
    rng = np.random.default_rng(0)
    arrays = {}
    for split, size in (("train", count), ("test", count // 2)):
        arrays[f"x_{split}"] = rng.integers(0, 256, (size, *spec.input_shape), dtype=np.uint8)
        arrays[f"y_{split}"] = rng.integers(0, 10, (size, 1))
    np.savez(path, **arrays)
    return path


@pytest.fixture
def run_script(tmp_path, monkeypatch, capsys) -> Callable[..., str]:
    """Run a script as its reader would, in a folder of its own; what it printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["train.py", *arguments])
        runpy.run_path("train.py", run_name="__main__")
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("form", ["functional", "class"])
def test_a_training_script_trains_keeps_the_best_and_goes_on(tmp_path, run_script, form) -> None:
    spec = zoo.get("baseline")
    config = RunConfig(
        network="baseline", epochs=2, batch_size=8, limit=24, optimizer="rmsprop", seed=7,
        augmentation="flip,cutout" if form == "functional" else "",
    )  # fmt: skip
    (tmp_path / "train.py").write_text(make_training_script(config, spec, form), "utf-8")
    data = write_data(tmp_path / "data.npz", spec)
    first = run_script("--data", data.name)
    assert "Total params: 198,506 (" in first  # and none of the optimizer's
    assert "Epoch 2/2\n3/3" in first  # 24 images, 8 a step
    history = (tmp_path / "baseline_history.csv").read_text().splitlines()
    assert history[0] == "epoch,accuracy,loss,val_accuracy,val_loss"
    assert len(history) == 3
    assert len((tmp_path / "baseline_weights.txt").read_text().split()) > 198_506
    best = min(float(line.split(",")[-1]) for line in history[1:])
    told = float(first.split("Best weights: test loss ")[1].split(",")[0])
    assert told == pytest.approx(best, abs=1e-3)

    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Skipping variable loading")  # the optimizer's, too
        again = run_script("--data", data.name)
    assert "Going on from baseline.weights.h5." in again
    later = float(again.split("Best weights: test loss ")[1].split(",")[0])
    assert later <= told + 1e-3  # never worse than what it found


RECIPE = RunConfig(
    network="lenet5", epochs=3, batch_size=8, optimizer="nesterov", learning_rate=0.02,
    schedule="one-cycle", label_smoothing=0.1, weight_decay=0.004, patience=2,
    augmentation="flip", acceleration="measured", deterministic=True,
)  # fmt: skip


def test_a_training_script_honours_the_recipe(tmp_path, run_script, monkeypatch) -> None:
    """What it gives Keras is what the lab's own worker gives it."""
    import keras

    from cnnlib.backend.training import make_optimizer

    spec, seen = zoo.get("lenet5"), {}
    fit = keras.Model.fit

    def watch_fit(model, x, y, **options):
        rates = keras.callbacks.LambdaCallback(
            on_train_batch_end=lambda batch, logs: seen["rates"].append(
                float(model.optimizer.learning_rate)
            )
        )
        seen.update(model=model, y=y, rates=[], **options)
        return fit(model, x, y, **options | {"callbacks": [*options["callbacks"], rates]})

    monkeypatch.setattr(keras.Model, "fit", watch_fit)
    (tmp_path / "train.py").write_text(make_training_script(RECIPE, spec), "utf-8")
    data = write_data(tmp_path / "data.npz", spec, 24)
    assert "Best weights" in run_script("--data", data.name)

    model = seen["model"]
    lab = make_optimizer(RECIPE, model.trainable_variables)
    assert type(model.optimizer) is type(lab)
    for name in ("momentum", "nesterov", "weight_decay"):
        assert model.optimizer.get_config()[name] == lab.get_config()[name]
    decayed = [model.optimizer._use_weight_decay(v) for v in model.trainable_variables]
    assert decayed == [lab._use_weight_decay(v) for v in model.trainable_variables]
    assert decayed == [len(v.shape) > 1 for v in model.trainable_variables]
    assert seen["rates"] == pytest.approx(
        [0.02 * RECIPE.rate_schedule.factor(step / 3, 3) for step in range(9)]
    )
    with np.load(data) as arrays:
        labels = arrays["y_train"].flatten()
    np.testing.assert_allclose(seen["y"], np.eye(10)[labels] * 0.9 + 0.01, atol=1e-6)
    _, y_test = seen["validation_data"]
    assert set(np.unique(y_test)) == {0.0, 1.0}  # smoothing is for training alone
    (early,) = [c for c in seen["callbacks"] if isinstance(c, keras.callbacks.EarlyStopping)]
    assert (early.patience, early.monitor) == (2, "val_loss")


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("warmup", [0.0, 1.5])
def test_a_scripts_schedule_is_the_labs(tmp_path, kind, warmup) -> None:
    config = RunConfig(network="mlp", schedule=kind, warmup=warmup)
    path = tmp_path / "train.py"
    path.write_text(make_training_script(config, zoo.get("mlp")), "utf-8")
    factor = runpy.run_path(str(path)).get("factor")
    if factor is None:
        assert (kind, warmup) == ("constant", 0.0)
        return
    for epoch in np.linspace(0, 5, 41):
        assert factor(epoch) == pytest.approx(config.rate_schedule.factor(epoch, 5), abs=1e-12)


@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("decay", [0.0, 0.01])
def test_a_script_of_any_optimizer_is_python(kind, decay) -> None:
    import keras

    from cnnlib.backend.training import OPTIMIZERS as LAB

    name, options = script_recipe.OPTIMIZERS[kind]
    made = eval(f"keras.optimizers.{name}(learning_rate=0.1{options})", {"keras": keras})
    ours = LAB[kind](learning_rate=0.1)
    assert type(made) is type(ours)
    assert getattr(made, "momentum", None) == getattr(ours, "momentum", None)
    config = RunConfig(network="mlp", optimizer=kind, weight_decay=decay)
    text = make_training_script(config, zoo.get("mlp"))
    compile(text, "train.py", "exec")
    assert max(map(len, text.splitlines())) <= 100
    assert ("weight_decay=" in text) == (decay > 0 or kind == "adamw")


def test_a_training_script_says_what_does_not_fit(tmp_path, run_script, capsys) -> None:
    """No data, data of another shape, a checkpoint of another network: one line each."""
    spec = zoo.get("lenet5")
    config = RunConfig(network="lenet5", dataset="mine", epochs=1)
    (tmp_path / "train.py").write_text(make_training_script(config, spec), "utf-8")
    with pytest.raises(SystemExit, match="2"):
        run_script()
    assert "required: --data" in capsys.readouterr().err
    write_data(tmp_path / "small.npz", zoo.get("lenet5", input_shape=(28, 28, 1)))
    with pytest.raises(SystemExit, match=r"takes images of \(32, 32, 3\) and 10 classes"):
        run_script("--data", "small.npz")
    write_data(tmp_path / "data.npz", spec)
    run_script("--data", "data.npz")
    other = Spec("lenet5", "Other", (32, 32, 3), spec.layers[2:])
    (tmp_path / "train.py").write_text(make_training_script(config, other), "utf-8")
    with pytest.raises(SystemExit, match="is of another network; move it away"):
        run_script("--data", "data.npz")


def test_a_training_script_loads_cifar10_as_keras_gives_it(
    tmp_path, run_script, monkeypatch
) -> None:
    import keras

    spec = zoo.get("lenet5")
    with np.load(write_data(tmp_path / "data.npz", spec)) as data:
        arrays = {name: data[name] for name in data.files}
    whole = [(arrays[f"x_{split}"], arrays[f"y_{split}"]) for split in ("train", "test")]
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: whole)
    config = RunConfig(network="lenet5", epochs=1)
    (tmp_path / "train.py").write_text(make_training_script(config, spec), "utf-8")
    assert "Best weights" in run_script()


def test_a_limit_takes_the_images_that_the_lab_takes(tmp_path) -> None:
    rng = np.random.default_rng(0)
    splits = [
        Split(rng.integers(0, 256, (n, 32, 32, 3), dtype=np.uint8), rng.integers(0, 10, n))
        for n in (40, 20)
    ]
    dataset = Dataset("x", "X", CIFAR10_CLASSES, *splits, False, "", "")
    config = RunConfig(network="lenet5", limit=15)
    path = tmp_path / "train.py"
    path.write_text(make_training_script(config, zoo.get("lenet5")), "utf-8")
    module = runpy.run_path(str(path))
    path = tmp_path / "data.npz"
    arrays = zip(("train", "test"), splits, strict=True)
    np.savez(path, **{f"{k}_{s}": v for s, d in arrays
                      for k, v in (("x", d.images), ("y", d.labels))})  # fmt: skip
    taken = dataset.take(15)
    for (images, labels), split in zip(
        module["load_data"](path), (taken.train, taken.test), strict=True
    ):
        np.testing.assert_array_equal(images, split.images.astype("float32") / 255)
        np.testing.assert_array_equal(labels, split.labels)

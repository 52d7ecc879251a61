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
from cnnlib.runs.config import RunConfig
from cnnlib.runs.script import make_training_script
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

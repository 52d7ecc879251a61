"""What is measured while a run trains is what it says; and the training does not notice."""

import os
import stat
import threading
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from cnnlib.arch.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
)
from cnnlib.arch.spec import Spec
from cnnlib.data import Split
from cnnlib.runs.config import WATCHES, RunConfig
from cnnlib.runs.records import Histogram, Run

NETWORK = Spec(
    "watched", "Watched", (8, 8, 3),
    (
        Conv2D(name="conv", filters=4, kernel_size=3, activation="relu"),
        BatchNormalization(name="norm"),
        Activation(name="act", activation="relu"),
        MaxPooling2D(name="pool"),
        Flatten(name="flat"),
        Dropout(name="drop", rate=0.3),
        Dense(name="hidden", units=5, activation="relu"),
        Dense(name="out", units=3, activation="softmax"),
    ),
)  # fmt: skip


class Heard:
    """A sink and a progress in one, that keeps what it is told."""

    def __init__(self) -> None:
        self.points = defaultdict(list)
        self.histograms: list[Histogram] = []
        self.events: list[tuple[str, str]] = []
        self.total_step, self.epoch, self.seconds, self.phase = 6, 2.0, 1.5, "training"

    def point(self, key, step, epoch, value, seconds) -> None:
        assert (step, epoch, seconds) == (6, 2.0, 1.5)
        self.points[key].append(value)

    def histogram(self, histogram: Histogram) -> None:
        self.histograms.append(histogram)

    def event(self, kind: str, text: str) -> None:
        self.events.append((kind, text))


def make_split(count: int) -> Split:
    rng = np.random.default_rng(1)
    return Split(rng.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8), rng.integers(0, 3, count))


def prepare(watch: str, folder: Path = Path("/nonexistent"), **settings):
    """(model, watchers, what they say) of a run on `NETWORK`."""
    from cnnlib.backend.training import prepare_model
    from cnnlib.backend.watching import make_watchers

    config = RunConfig(spec=NETWORK, watch=watch, batch_size=16, **settings)
    model = prepare_model(NETWORK, Run("none", config, "starting"), 1)
    heard = Heard()
    return model, make_watchers(config, model, make_split(40), heard, heard, folder), heard


def fit(model, watchers, epochs: int = 2, callbacks=()) -> dict[str, list[float]]:
    from cnnlib.backend import pipeline

    batches = pipeline.make_training_batches(make_split(48), 16, 0)
    with watchers:
        history = model.fit(
            batches, epochs=epochs, verbose=0, callbacks=[*callbacks, *watchers.callbacks]
        )
    return history.history


def test_the_gradient_norm_is_that_of_each_steps_gradient() -> None:
    """The oracle takes the gradient itself, at the weights as they were before each step."""
    import keras
    import tensorflow as tf

    from cnnlib.backend import pipeline

    model, watchers, _ = prepare("gradients", optimizer="sgd", weight_decay=0.1)
    twin = keras.Model.from_config(model.get_config())
    twin.get_layer("drop").rate = model.get_layer("drop").rate = 0.0  # whose draws are its own
    expected, seen = [], []

    class Both(keras.callbacks.Callback):
        def on_train_begin(self, logs=None) -> None:
            self.batches = iter(pipeline.make_training_batches(make_split(48), 16, 0))

        def on_train_batch_begin(self, batch, logs=None) -> None:
            x, y = next(self.batches)
            twin.set_weights(model.get_weights())
            with tf.GradientTape() as tape:
                loss = keras.losses.SparseCategoricalCrossentropy()(y, twin(x, training=True))
            gradients = tape.gradient(loss, twin.trainable_weights)
            expected.append(np.sqrt(sum(np.sum(np.square(g)) for g in gradients)))

        def on_train_batch_end(self, batch, logs=None) -> None:
            if batch != 0:  # the second read is of two steps: their mean
                seen.append(watchers.gauges["gradient_norm"]())

    fit(model, watchers, epochs=1, callbacks=[Both()])
    np.testing.assert_allclose(seen, [np.mean(expected[:2]), expected[2]], rtol=1e-4)
    assert np.isnan(watchers.gauges["gradient_norm"]()), "no step since"


def test_an_overflow_hides_only_its_own_point() -> None:
    import tensorflow as tf

    model, watchers, _ = prepare("gradients", optimizer="sgd")
    read = watchers.gauges["gradient_norm"]

    def step(size: float) -> float:
        model.optimizer.apply([tf.fill(w.shape, size) for w in model.trainable_weights])
        return read()

    count = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    assert step(2.0) == pytest.approx(2 * np.sqrt(count))
    assert step(1e30) == np.inf, "its square is beyond float32"
    assert step(3.0) == pytest.approx(3 * np.sqrt(count))


def test_a_watched_model_is_saved_and_trained_without_its_watch(tmp_path: Path) -> None:
    import keras

    model, watchers, _ = prepare("gradients")
    plain = type(model.optimizer).apply
    fit(model, watchers, epochs=1)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer) is keras.optimizers.Adam
    assert int(loaded.optimizer.iterations) == 3
    assert model.optimizer.apply.__func__ is plain, "the hook stayed"


def test_dead_units_are_those_that_no_image_wakes() -> None:
    """Biases of -100 kill two of four channels, and BN's offset one more after it."""
    model, watchers, heard = prepare("dead")
    model.get_layer("conv").bias.assign([-100.0, 1.0, -100.0, 1.0])
    # After BN in inference mode a dead channel is -mean·γ/σ + β = β: 1 is alive, -1 dead.
    model.get_layer("norm").beta.assign([1.0, -1e6, -1.0, 1.0])
    model.get_layer("hidden").bias.assign([-1e6, 1e6, 1e6, 1e6, 1e6])
    (callback,) = watchers.callbacks
    callback.on_epoch_end(0)
    assert heard.points == {
        "epoch/dead/conv": [0.5],
        "epoch/dead/act": [0.5],
        "epoch/dead/hidden": [0.2],
        "epoch/dead": [pytest.approx(5 / 13)],
    }


def test_a_unit_that_one_image_wakes_is_alive() -> None:
    """The one image of forty that is not black is neither in the first batch nor alone in one."""
    from cnnlib.backend.watched_layers import LayerWatch

    model, _, heard = prepare("")
    model.get_layer("conv").kernel.assign(np.ones((3, 3, 3, 4)))
    model.get_layer("conv").bias.assign([-0.5] * 4)
    images = np.zeros((40, 8, 8, 3), np.uint8)
    for expected in (1.0, 0.0):
        LayerWatch(model, images, {"dead"}, 16, heard, heard).on_epoch_end(0)
        assert heard.points["epoch/dead/conv"][-1] == expected, heard.events
        images[35, 2, 2] = 255


def test_a_look_that_fails_ends_the_looking_and_not_the_run(monkeypatch) -> None:
    from cnnlib.backend import watched_layers

    def fail(*arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr(watched_layers.LayerWatch, "_show", fail)
    model, watchers, heard = prepare("dead,weights")
    history = fit(model, watchers, epochs=2)
    assert len(history["loss"]) == 2
    assert not heard.points
    ((kind, text),) = heard.events
    assert kind == "watch"
    assert "MemoryError" in text


def test_a_network_with_a_single_relu() -> None:
    from cnnlib.backend.training import prepare_model
    from cnnlib.backend.watched_layers import LayerWatch

    layers = (*NETWORK.layers[:2], *NETWORK.layers[3:6], NETWORK.layers[-1])
    spec = Spec("one", "One", (8, 8, 3), layers)
    model = prepare_model(spec, Run("none", RunConfig(spec=spec), "starting"), 1)
    heard = Heard()
    images = make_split(5).images
    LayerWatch(model, images, {"dead", "activations"}, 16, heard, heard).on_epoch_end(0)
    assert set(heard.points) == {"epoch/dead", "epoch/dead/conv"}
    assert [h.layer for h in heard.histograms] == ["conv", "out"]
    assert not heard.events


def test_histograms_are_numpys_of_kernels_and_of_outputs() -> None:
    model, watchers, heard = prepare("weights,activations")
    (callback,) = watchers.callbacks
    callback.on_train_begin()
    found = {(h.kind, h.layer): h for h in heard.histograms}
    assert list(found) == [
        ("weights", "conv"), ("weights", "hidden"), ("weights", "out"),
        ("activations", "conv"), ("activations", "act"), ("activations", "hidden"),
        ("activations", "out"),
    ]  # fmt: skip
    kernel = model.get_layer("hidden").kernel.numpy()
    counts, edges = np.histogram(kernel.astype(np.float64), 30)
    hidden = found["weights", "hidden"]
    assert (hidden.counts, hidden.epoch) == (tuple(counts), 2.0)
    assert (hidden.low, hidden.high) == pytest.approx((edges[0], edges[-1]))
    shares = found["activations", "out"]
    assert sum(shares.counts) == 16 * 3, "a batch's images, three classes each"
    assert 0 <= shares.low < 1 / 3 < shares.high <= 1
    assert found["activations", "conv"].low == 0.0


def test_histograms_of_strange_values() -> None:
    from cnnlib.backend.watched_layers import make_histogram

    low, high, counts = make_histogram(np.full(7, 3.0, np.float32))
    assert low < 3 < high
    assert sum(counts) == 7
    *_, counts = make_histogram(np.array([np.nan, 1, np.inf, 2], np.float32))
    assert (counts[0], counts[-1], sum(counts), len(counts)) == (1, 1, 2, 30)
    assert sum(make_histogram(np.array([np.nan], np.float32))[2]) == 0
    low, high, counts = make_histogram(np.array([0.99999994, 1], np.float32))  # neighbours
    assert (counts[0], counts[-1], sum(counts)) == (1, 1, 2)
    assert (low, high) == (1 - 2**-24, 1.0)


def test_the_training_does_not_notice_that_it_is_watched() -> None:
    """With dropout, batch normalisation and shuffling, every number is the same."""
    everything = ",".join(set(WATCHES) - {"tensorboard"})
    results = []
    for watch in ("", everything):
        model, watchers, heard = prepare(watch)
        history = fit(model, watchers, epochs=3)
        results.append((history, model.get_weights()))
    assert heard.histograms
    assert len(heard.points["epoch/dead"]) == 3
    assert results[0][0] == results[1][0]
    for plain, watched in zip(results[0][1], results[1][1], strict=True):
        np.testing.assert_array_equal(plain, watched)


def test_the_machines_use_is_told_until_the_block_ends(monkeypatch, tmp_path: Path) -> None:
    """Also when it ends by an exception; a paused run says nothing; a GPU is asked by its tool."""
    from cnnlib.backend import machine_use
    from cnnlib.backend.watching import Watchers

    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho '40, 1024'\necho '60, 2048'\n")
    tool.chmod(tool.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(machine_use, "_has_gpu", lambda: True)
    heard = Heard()
    reported = threading.Event()
    plain = heard.point

    def point(key, *rest) -> None:
        plain(key, *rest)
        if key == "machine/gpu_memory":
            heard.phase = "paused"
            reported.set()

    heard.point = point
    watch = machine_use.MachineUse(heard, heard, every=0.01)

    def train() -> None:
        with Watchers(machine=watch):
            assert reported.wait(30)
            raise KeyError

    with pytest.raises(KeyError):
        train()
    assert not watch._thread.is_alive()
    assert {key: len(values) for key, values in heard.points.items()} == dict.fromkeys(
        ("machine/cpu", "machine/memory", "machine/gpu", "machine/gpu_memory"), 1
    )
    assert heard.points["machine/gpu"] == [0.5]
    assert heard.points["machine/gpu_memory"] == [3072 * 2**20]
    assert 0 <= heard.points["machine/cpu"][0] <= 1
    assert heard.points["machine/memory"][0] > 100e6, "a process with TensorFlow is larger"


@pytest.mark.parametrize("answer", ["", "[N/A], 12", "5", "exit 9"])
def test_a_tool_that_does_not_answer_is_asked_once(answer: str, tmp_path: Path) -> None:
    from cnnlib.backend import machine_use

    tool = tmp_path / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\n{answer if 'exit' in answer else f'echo {answer!r}'}\n")
    tool.chmod(tool.stat().st_mode | stat.S_IEXEC)
    heard = Heard()
    watch = machine_use.MachineUse(heard, heard)
    watch._gpu_tool = str(tool)
    watch._report()
    assert watch._gpu_tool is None
    assert set(heard.points) == {"machine/cpu", "machine/memory"}


def test_without_its_package_tensorboard_is_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "tensorboard" else find(name)
    )
    _, watchers, heard = prepare("tensorboard")
    assert not watchers.callbacks
    ((kind, text),) = heard.events
    assert kind == "watch"
    assert "pip install tensorboard" in text

"""A batch that several devices share gives the same training as on one.

Two logical processors play the GPUs, in a process of their own: TensorFlow fixes its devices once.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnlib.data import Split

SCRIPT = """
import dataclasses, json, sys
import keras, numpy as np, tensorflow as tf
processor, = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
from cnnlib.backend import pipeline, training
from cnnlib.backend.rates import RateCallback
from cnnlib.backend.watching import make_watchers
from cnnlib.runs.records import Run
from cnnlib.runs.schedules import Schedule
from tests.backend.test_watching import NETWORK, Heard, RunConfig, make_split

def train(devices, spec, count, shuffled=True):
    training.find_devices = lambda: devices
    config = RunConfig(spec=spec, watch="gradients,dead", batch_size=16, weight_decay=0.01)
    stride = 4 if devices else 1  # several devices take one step an execution all the same
    model = training.prepare_model(spec, Run("none", config, "starting"), stride)
    parts = training.count_replicas(model)
    heard = Heard()
    watchers = make_watchers(config, model, make_split(40), heard, heard, None)
    norms = []
    rate = RateCallback(Schedule("cosine"), base=0.001, epochs=2, steps=4)
    class Read(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            norms.append(watchers.gauges["gradient_norm"]())
    batches = pipeline.make_training_batches(make_split(count), 16, 0, parts=parts)
    if not shuffled:  # several devices draw another order from the same seed
        batches = pipeline.make_validation_batches(make_split(count), 16, parts=parts)
    with watchers:
        history = model.fit(
            batches,
            validation_data=pipeline.make_validation_batches(make_split(33), 16, parts=parts),
            epochs=2, verbose=0, callbacks=[rate, Read(), *watchers.callbacks])
    model.save(sys.argv[1])
    saved = keras.saving.load_model(sys.argv[1])
    return {"replicas": parts, "history": history.history, "norms": norms, "dead": heard.points,
            "weights": [w.ravel().tolist() for w in saved.get_weights()],
            "rate": float(saved.optimizer.learning_rate), "steps": int(saved.optimizer.iterations)}

kinds = "Dropout", "BatchNormalization"  # the first draws, the second takes each part's mean
alike = dataclasses.replace(NETWORK, layers=tuple(x for x in NETWORK.layers if x.kind not in kinds))
both = ["CPU:0", "CPU:1"]
mirrored = tf.distribute.MirroredStrategy(both)  # a second one would mix up their messages
tf.distribute.MirroredStrategy = lambda devices: mirrored
one, two = (train(devices, alike, 64, shuffled=False) for devices in ([], both))
print(json.dumps([one, two, train(both, NETWORK, 49)]))
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    path = tmp_path_factory.mktemp("devices") / "model.keras"
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, path], cwd=root, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_two_devices_train_as_one(results: list[dict]) -> None:
    one, two, _ = results
    assert (one["replicas"], two["replicas"]) == (1, 2)
    assert one["steps"] == two["steps"] == 8
    for ours, theirs in zip(one["weights"], two["weights"], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
    for key, values in one["history"].items():
        assert two["history"][key] == pytest.approx(values, abs=1e-3), key
    assert two["norms"] == pytest.approx(one["norms"], rel=1e-2)
    assert two["dead"] == one["dead"]
    assert two["rate"] == one["rate"] == pytest.approx(0.001 * (1 + np.cos(np.pi * 7 / 8)) / 2)


def test_a_last_batch_of_one_image_is_shared_too(results: list[dict]) -> None:
    """An empty part would end the process, or make everything NaN."""
    *_, odd = results
    assert odd["steps"] == 2 * 4, "an epoch has as many steps as on one device"
    assert np.isfinite(np.concatenate(odd["weights"])).all()
    assert np.isfinite(odd["history"]["val_loss"]).all()


@pytest.mark.parametrize("count", [1, 3, 33, 64, 257])
@pytest.mark.parametrize("parts", [2, 3, 8])
def test_no_part_of_a_batch_is_empty(count: int, parts: int) -> None:
    """TensorFlow shares out k images ⌈k / parts⌉ at a time."""
    from cnnlib.backend import pipeline

    split = Split(np.arange(count, dtype=np.uint8).reshape(-1, 1, 1, 1), np.arange(count))
    size = 24
    training = list(pipeline.make_training_batches(split, size, 0, parts=parts))
    assert len(training) == -(-count // size)
    assert {len(labels) for _, labels in training} == {size}
    seen = np.concatenate([labels for _, labels in training])
    assert set(seen) == set(range(count))
    assert len(set(seen[:count])) == count, "every image comes once before any comes again"
    validation = list(pipeline.make_validation_batches(split, size, parts=parts))
    shown = np.bincount(np.concatenate([labels for _, labels in validation]), minlength=count)
    assert len(set(shown)) == 1, "each image counts as much as any other"
    for _, labels in validation:
        share = -(-len(labels) // parts)
        assert all(len(labels[at * share : (at + 1) * share]) for at in range(parts))


def test_devices_share_a_batch_in_equal_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnlib.backend import training

    asked = []
    monkeypatch.setattr(training, "find_devices", lambda: ["GPU:0", "GPU:1", "GPU:2"])
    monkeypatch.setattr(training.tf.distribute, "MirroredStrategy", asked.append)
    for batch_size in (32, 33, 6):
        training._make_strategy(batch_size)
    assert asked == [["GPU:0", "GPU:1"], ["GPU:0", "GPU:1", "GPU:2"], ["GPU:0", "GPU:1", "GPU:2"]]
    assert training._make_strategy(5).num_replicas_in_sync == 1

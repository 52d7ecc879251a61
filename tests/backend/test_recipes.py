"""Recipes: optimizers and weight decay against NumPy, smoothing and rates against formulas."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cnnlib.arch.layers import BatchNormalization, Conv2D, Dense, Flatten
from cnnlib.arch.spec import Spec
from cnnlib.data import Split
from cnnlib.errors import RunError
from cnnlib.runs.config import OPTIMIZERS, RunConfig
from cnnlib.runs.files import checkpoint_path
from cnnlib.runs.records import Run
from cnnlib.runs.schedules import Schedule
from cnnlib.runs.store import RunStore

SMALL = Spec(
    "small", "Small", (8, 8, 3),
    (
        Conv2D(filters=4, kernel_size=3, activation="relu"),
        BatchNormalization(),
        Flatten(),
        Dense(units=5, activation="softmax"),
    ),
)  # fmt: skip


def make_run(**settings) -> Run:
    return Run("none", RunConfig(spec=SMALL, **settings), "starting")


def make_split(count: int = 64) -> Split:
    rng = np.random.default_rng(0)
    return Split(rng.integers(0, 256, (count, 8, 8, 3), dtype=np.uint8), rng.integers(0, 5, count))


def update_by_hand(kind: str, rate: float):
    """One weight's update after the papers and Keras' documentation: gradient -> what is added."""
    state = SimpleNamespace(m=0.0, v=0.0, step=0)

    def update(g):
        state.step += 1
        if kind == "sgd":
            return -rate * g
        if kind in ("momentum", "nesterov"):
            state.m = 0.9 * state.m - rate * g
            return state.m if kind == "momentum" else 0.9 * state.m - rate * g
        if kind == "rmsprop":
            state.v = 0.9 * state.v + 0.1 * g**2
            return -rate * g / np.sqrt(state.v + 1e-7)
        state.m = 0.9 * state.m + 0.1 * g
        state.v = 0.999 * state.v + 0.001 * g**2
        scale = np.sqrt(1 - 0.999**state.step) / (1 - 0.9**state.step)
        return -rate * scale * state.m / (np.sqrt(state.v) + 1e-7)

    return update


@pytest.mark.parametrize("decay", [0.0, 0.3])
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_an_optimizer_moves_weights_as_by_hand(kind: str, decay: float) -> None:
    """Decay takes its share of kernels only: not of biases, nor of batch normalisation's."""
    import keras
    import tensorflow as tf

    from cnnlib.backend.training import prepare_model

    rate = 0.05
    model = prepare_model(
        SMALL, make_run(optimizer=kind, learning_rate=rate, weight_decay=decay), 1
    )
    weights = model.trainable_variables
    assert len(weights) == 6
    x = tf.random.stateless_uniform((16, 8, 8, 3), seed=(1, 2))
    y = tf.constant(np.arange(16) % 5)
    loss = keras.losses.SparseCategoricalCrossentropy()
    expected = [w.numpy().astype(np.float64) for w in weights]
    updates = [update_by_hand(kind, rate) for _ in weights]
    for _ in range(3):
        with tf.GradientTape() as tape:
            value = loss(y, model(x, training=True))
        gradients = tape.gradient(value, weights)
        model.optimizer.apply(gradients)
        for place, (update, gradient) in enumerate(zip(updates, gradients, strict=True)):
            if expected[place].ndim > 1:
                expected[place] *= 1 - rate * decay
            expected[place] += update(gradient.numpy().astype(np.float64))
        for weight, by_hand in zip(weights, expected, strict=True):
            np.testing.assert_allclose(weight.numpy(), by_hand, atol=2e-5)
            weight.assign(by_hand)  # so that small differences do not grow
    assert {len(w.shape) for w in weights} == {1, 2, 4}


def test_smoothed_labels_are_keras_own_and_validation_is_not_smoothed() -> None:
    import keras

    from cnnlib.backend import pipeline

    split = make_split(32)
    batches = pipeline.make_training_batches(split, 8, 3, classes=5, smoothing=0.2)
    plain = pipeline.make_training_batches(split, 8, 3)
    for (x, shares), (same, labels) in zip(batches, plain, strict=True):
        np.testing.assert_array_equal(x, same)
        np.testing.assert_allclose(shares, 0.8 * np.eye(5)[labels] + 0.04, atol=1e-6)
        guess = np.random.default_rng(0).dirichlet(np.ones(5), 8)
        ours = keras.losses.CategoricalCrossentropy()(shares, guess)
        keras_own = keras.losses.CategoricalCrossentropy(label_smoothing=0.2)
        assert float(ours) == pytest.approx(float(keras_own(np.eye(5)[labels], guess)), rel=1e-6)
    for _, shares in pipeline.make_validation_batches(split, 16, 5):
        assert set(np.unique(shares)) == {0.0, 1.0}


def test_mixed_labels_are_smoothed_too() -> None:
    from cnnlib.backend import pipeline
    from cnnlib.backend.augmentation import Augmenter
    from cnnlib.backend.training import needs_shares
    from cnnlib.runs.augmentation import parse_augmentations

    augmenter = Augmenter(parse_augmentations("mixup"), 5, 0)
    batches = pipeline.make_training_batches(
        make_split(64), 64, 3, augmenter, classes=5, smoothing=0.5
    )
    ((_, shares),) = batches
    np.testing.assert_allclose(np.sum(shares, axis=1), 1, atol=1e-5)
    assert np.min(shares) == pytest.approx(0.1)
    assert (np.max(shares, axis=1) < 0.6 - 1e-3).any(), "nothing was mixed"
    settings = ({}, {"label_smoothing": 0.1}, {"augmentation": "mixup"}, {"augmentation": "flip"})
    wants = [needs_shares(RunConfig(**each)) for each in settings]
    assert wants == [False, True, True, False]


def test_the_rate_follows_its_schedule_in_fit() -> None:
    """What the optimizer holds at each execution; a new base and more epochs take effect."""
    import keras

    from cnnlib.backend import pipeline
    from cnnlib.backend.rates import RateCallback
    from cnnlib.backend.training import prepare_model

    schedule = Schedule("cosine", warmup=1)
    model = prepare_model(SMALL, make_run(learning_rate=0.1), 2)
    rates = RateCallback(schedule, base=0.1, epochs=3, steps=8)
    seen = []

    class Look(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None) -> None:
            seen.append(float(self.model.optimizer.learning_rate))
            assert rates.read() == pytest.approx(seen[-1], rel=1e-6)

        def on_epoch_begin(self, epoch, logs=None) -> None:
            if epoch == 2:
                rates.base, rates.epochs = 0.02, 4

    batches = pipeline.make_training_batches(make_split(), 8, 0)
    model.fit(batches, epochs=3, callbacks=[rates, Look()], verbose=0)
    at = np.arange(0, 3, 0.25)  # eight steps an epoch, two an execution
    expected = [0.1 * schedule.factor(epoch, 3) for epoch in at[:8]]
    expected += [0.02 * schedule.factor(epoch, 4) for epoch in at[8:]]
    np.testing.assert_allclose(seen, expected, rtol=1e-6)


def test_a_constant_rate_is_assigned_once() -> None:
    from cnnlib.backend.rates import RateCallback

    assigned = []
    variable = SimpleNamespace(assign=lambda rate, read_value: assigned.append(rate))
    optimizer = SimpleNamespace(learning_rate=SimpleNamespace(value=variable))
    rates = RateCallback(Schedule(), base=0.1, epochs=3, steps=10)
    rates.set_model(SimpleNamespace(optimizer=optimizer))
    for epoch in range(3):
        rates.on_epoch_begin(epoch)
        for batch in range(10):
            rates.on_train_batch_begin(batch)
    assert assigned == [0.1]
    rates.base = 0.05
    rates.on_train_batch_begin(0)
    assert (assigned, rates.read()) == ([0.1, 0.05], 0.05)


@pytest.fixture
def trained(lab_home: Path):
    """A run with a checkpoint of two epochs of momentum, and its model."""
    from cnnlib.backend import pipeline
    from cnnlib.backend.training import prepare_model
    from cnnlib.runs.files import Checkpoint, write_checkpoint_note

    run = RunStore().create(
        RunConfig(spec=SMALL, optimizer="momentum", weight_decay=0.01), status="starting"
    )
    model = prepare_model(SMALL, run, 1)
    model.fit(pipeline.make_training_batches(make_split(), 8, 0), epochs=2, verbose=0)
    path = checkpoint_path(run.id, "last")
    model.save(path)
    write_checkpoint_note(path, Checkpoint(2.0, 1.0, 0.5))
    return run, model


def continued(run: Run, **settings) -> Run:
    config = dataclasses.replace(run.continued(epochs=1, checkpoint="last"), **settings)
    return RunStore().create(config, status="starting")


@pytest.mark.parametrize(
    ("optimizer", "kept"), [("momentum", True), ("nesterov", True), ("sgd", False), ("adam", False)]
)
def test_an_optimizer_of_the_same_kind_keeps_its_state(trained, optimizer, kept) -> None:
    from cnnlib.backend.training import prepare_model

    run, before = trained
    later = continued(run, optimizer=optimizer, learning_rate=0.5, weight_decay=0.2)
    after = prepare_model(SMALL, later, 1, first_epoch=2.0)
    for old, new in zip(before.get_weights(), after.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert float(after.optimizer.learning_rate) == 0.5
    assert after.optimizer.weight_decay == 0.2
    assert int(after.optimizer.iterations) == (16 if kept else 0)
    if kept:
        velocities = [v.numpy() for v in after.optimizer.variables[2:]]
        for old, new in zip(before.optimizer.variables[2:], velocities, strict=True):
            np.testing.assert_array_equal(old.numpy(), new)
        assert max(np.abs(v).max() for v in velocities) > 0


def test_a_checkpoint_in_bfloat16_loads_and_goes_on_in_float32(trained) -> None:
    import keras

    from cnnlib.backend import pipeline
    from cnnlib.backend.training import Acceleration, prepare_model
    from cnnlib.backend.watching import GradientNorm

    run, _ = trained
    later = continued(run)
    model = prepare_model(SMALL, later, 4, acceleration=Acceleration("mixed_bfloat16", True))
    norm = GradientNorm(model)  # which XLA compiles with the rest
    assert keras.config.dtype_policy().name == "float32", "other models would be built so too"
    assert model.layers[1].compute_dtype == "bfloat16"
    assert model.output.dtype == "float32", "shares in bfloat16 have two digits"
    model.fit(pipeline.make_training_batches(make_split(), 8, 0), verbose=0)
    assert 0 < norm.read() < 10
    model.save(checkpoint_path(later.id, "last"))
    (checkpoint_path(later.id, "last").with_suffix(".json")).write_text(
        '{"epoch": 3.0, "val_loss": 1.0, "val_accuracy": 0.5}'
    )
    again = prepare_model(SMALL, continued(later), 1)
    assert {layer.compute_dtype for layer in again.layers} == {"float32"}
    for old, new in zip(model.get_weights(), again.get_weights(), strict=True):
        assert old.dtype == np.float32
        np.testing.assert_array_equal(old, new)
    assert int(again.optimizer.iterations) == 24


def test_a_checkpoint_of_other_layers_is_refused(trained) -> None:
    from cnnlib.backend.training import prepare_model

    run, _ = trained
    other = dataclasses.replace(SMALL, layers=SMALL.layers[:1] + SMALL.layers[2:])
    with pytest.raises(RunError, match="other layers"):
        prepare_model(other, continued(run), 1)


def test_what_continues_a_run_draws_anew() -> None:
    from cnnlib.backend.training import start_seed

    config = RunConfig(seed=7)
    seeds = [start_seed(config, epoch) for epoch in (0.0, 1.0, 2.0, 2.5)]
    assert seeds[0] == 7
    assert len(set(seeds)) == 4
    assert start_seed(config, 1.0) == seeds[1]


@pytest.mark.parametrize("name", ["resnet18", "inception10", "mobilenet"])
def test_a_saved_networks_weights_have_the_names_of_a_new_ones(name, tmp_path) -> None:
    """What `continue` relies on, for networks with branches: Keras may list layers anew."""
    import keras

    from cnnlib.arch import zoo
    from cnnlib.backend.model_builder import build_model

    model = build_model(zoo.get(name, input_shape=(32, 32, 3), classes=10))
    loaded = keras.Model.from_config(model.get_config())
    assert {w.path: w.shape for w in loaded.weights} == {w.path: w.shape for w in model.weights}
    assert [w.path for w in loaded.trainable_weights] == [w.path for w in model.trainable_weights]

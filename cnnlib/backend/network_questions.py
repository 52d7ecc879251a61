"""Questions about a whole network: what Keras counts, and how long a training step takes here."""

import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from statistics import median
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cnnlib import settings
from cnnlib.arch.analysis import analyze
from cnnlib.arch.costs import PASSES, estimate_memory
from cnnlib.arch.spec import Spec
from cnnlib.backend.augmentation import Augmenter
from cnnlib.backend.model_builder import build_model
from cnnlib.backend.training import OPTIMIZERS, choose_validation_batch
from cnnlib.errors import RunError
from cnnlib.runs.augmentation import parse_augmentations

MAX_BATCH_SIZE = 4096
MAX_BYTES = 2_000_000_000  # that a measured step may need, as estimated
MAX_STEP_MACS = 600_000_000_000  # of a measured step: some ten seconds of a slow machine
MEASURE_SECONDS = 6.0
MEASURED_STEPS = 20  # at most


def count_network(spec: Any) -> dict[str, Any]:
    """What Keras' own layers say of a network, built without its weights' memory.

    Args:
        spec: what `Spec.to_dict` gives.

    Returns:
        rows: [name, output shape without the batch axis, parameters, trainable ones] a layer.
        seconds: that building took. keras, tensorflow: their versions.

    Raises:
        SpecError: no declaration, or a layer does not fit.
    """
    network = _read(spec)
    began = time.perf_counter()
    with keras.StatelessScope(initialize_variables=False):  # variables have shapes, no values
        model = build_model(network)
        rows = [
            [
                layer.name,
                list(layer.output.shape[1:]),
                layer.count_params(),
                sum(prod(weight.shape) for weight in layer.trainable_weights),
            ]
            for layer in model.layers
            if not isinstance(layer, keras.layers.InputLayer)
        ]
    places = {layer.name: place for place, layer in enumerate(network.layers)}
    rows.sort(key=lambda row: places[row[0]])  # Keras lists branches in an order of its own
    return {"rows": rows, "seconds": time.perf_counter() - began, **_name_versions()}


@dataclass(frozen=True)
class MeasuredSteps:
    """Training steps as they were measured: the median's seconds, the first one's, how many."""

    seconds: float
    first_seconds: float
    steps: int


def time_step(
    spec: Any,
    batch_size: Any,
    optimizer: Any = "adam",
    augmentation: Any = "",
    *,
    saving: Any = False,
) -> dict[str, Any]:
    """How long a training step takes on this machine, as `fit` does it, on random images.

    The loss is the mean squared error, which goes with any output and costs next to nothing.

    Args:
        spec: what `Spec.to_dict` gives.
        batch_size: images in a batch, at most `MAX_BATCH_SIZE`.
        augmentation: what the pipeline does to each batch; see `cnnlib.runs.augmentation`.
        saving: whether the model is also saved, as a run does after each epoch.

    Returns:
        seconds: the median step's; the first, which compiles, is left out.
        first_seconds: the first one's. steps: how many were measured.
        images_per_second: batch_size / seconds.
        validation_seconds: of validating as many images, in the larger steps of a run's validation.
        first_validation_seconds: the first such step's, which compiles.
        saving_seconds: of writing both checkpoints; None if `saving` is not.
        peak_bytes: by how much this process' memory grew at its highest; None where unknown.
        keras, tensorflow: their versions.

    Raises:
        SpecError: no declaration, or a layer does not fit.
        RunError: the step would be too large to be tried.
    """
    network = _read(spec)
    if isinstance(batch_size, bool) or not isinstance(batch_size, int):
        raise RunError(f"batch_size must be a whole number. Received: {batch_size!r}.")
    if not 1 <= batch_size <= MAX_BATCH_SIZE:
        raise RunError(
            f"batch_size must be from 1 to {MAX_BATCH_SIZE:,}. Received: {batch_size:,}."
        )
    if optimizer not in OPTIMIZERS:
        raise RunError(f"optimizer must be one of {', '.join(OPTIMIZERS)}. Received: {optimizer}.")
    augmentations = parse_augmentations(augmentation)
    require_small(network, batch_size, optimizer)
    before = _read_peak()
    model = build_model(network)
    model.compile(optimizer=OPTIMIZERS[optimizer](), loss="mse", jit_compile=False)
    augmenter = Augmenter(augmentations, model.output_shape[-1], 0) if augmentations else None
    measured = measure_steps(model, batch_size, augmenter=augmenter)
    images = choose_validation_batch(network, batch_size)
    first_validation, *validation = _measure_validation(model, images)
    after = _read_peak()
    return {
        **asdict(measured),
        "images_per_second": batch_size / measured.seconds,
        "validation_seconds": median(validation) * batch_size / images,
        "first_validation_seconds": first_validation,
        "saving_seconds": _measure_saving(model) if saving else None,
        "peak_bytes": None if before is None or after is None else max(0, after - before),
        **_name_versions(),
    }


def measure_steps(
    model: keras.Model,
    batch_size: int,
    *,
    augmenter: Augmenter | None = None,
    most_steps: int = MEASURED_STEPS,
    most_seconds: float | None = None,
) -> MeasuredSteps:
    """Train a compiled model on random images for a few steps. Its weights change.

    Args:
        most_steps: after the first one; there is one at least.
        most_seconds: of them together, about; `MEASURE_SECONDS` for None.
    """
    clock = _Clock(MEASURE_SECONDS if most_seconds is None else most_seconds)
    batches = _make_batches(model, batch_size, augmenter, most_steps + 1)
    model.fit(batches, epochs=1, callbacks=[clock], shuffle=False, verbose=0)
    return MeasuredSteps(median(clock.steps[1:]), clock.steps[0], len(clock.steps) - 1)


def _measure_validation(model: keras.Model, batch_size: int) -> list[float]:
    """The seconds of each step; there are two at least."""
    clock = _Clock(MEASURE_SECONDS / 3)
    batches = _make_batches(model, batch_size, None, MEASURED_STEPS // 2 + 1)
    model.evaluate(batches, callbacks=[clock], verbose=0)
    return clock.steps


def _measure_saving(model: keras.Model) -> float:
    """Seconds of saving a model as last and best, on the disk where runs are kept."""
    settings.home().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.home(), prefix=".saving-") as folder:
        last = Path(folder) / "last.keras"
        began = time.perf_counter()
        model.save(last)
        shutil.copyfile(last, last.with_name("best.keras"))
        return time.perf_counter() - began


class _Clock(keras.callbacks.Callback):
    """The seconds of each step; stops when there are enough."""

    def __init__(self, most_seconds: float) -> None:
        super().__init__()
        self.steps: list[float] = []
        self._most_seconds = most_seconds
        self._compiled = self._last = 0.0

    def on_train_begin(self, logs: Any = None) -> None:
        self._last = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        now = time.perf_counter()
        self.steps.append(now - self._last)
        self._last = now
        if len(self.steps) == 1:
            self._compiled = now
        elif now - self._compiled > self._most_seconds:
            self.model.stop_training = self.model.stop_evaluating = True

    on_test_begin = on_train_begin
    on_test_batch_end = on_train_batch_end


def _make_batches(
    model: keras.Model, batch_size: int, augmenter: Augmenter | None, count: int
) -> tf.data.Dataset:
    """One batch of random images and targets, so many times."""
    rng = np.random.default_rng(0)
    images = rng.random((batch_size, *model.input_shape[1:]), np.float32)
    targets = rng.random((batch_size, *model.output_shape[1:]), np.float32)
    batches = tf.data.Dataset.from_tensors((images, targets)).repeat(count)
    if augmenter is None:
        return batches
    labels = tf.zeros(batch_size, tf.int64)

    def augment(images: tf.Tensor, targets: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return augmenter(images, labels)[0], targets

    return batches.map(tf.autograph.experimental.do_not_convert(augment)).prefetch(1)


def require_small(spec: Spec, batch_size: int, optimizer: str) -> None:
    """Raises RunError when a step would need too much memory or time to be tried."""
    needed = estimate_memory(spec, batch_size, optimizer).total
    if needed > MAX_BYTES:
        raise RunError(
            f"A step of {batch_size:,} images would need about {needed / 1e9:.1f} GB; at most "
            f"{MAX_BYTES / 1e9:.0f} GB are tried here. Take a smaller batch."
        )
    macs = PASSES * analyze(spec).macs * batch_size
    if macs > MAX_STEP_MACS:
        raise RunError(
            f"A step of {batch_size:,} images takes {macs / 1e9:,.0f} GMACs; at most "
            f"{MAX_STEP_MACS / 1e9:,.0f} are tried here. Take a smaller batch."
        )


def _read(spec: Any) -> Spec:
    network = Spec.from_dict(spec)  # which bounds it
    analyze(network)
    return network


def _read_peak() -> int | None:
    """The most memory that this process has held, in bytes."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak if sys.platform == "darwin" else 1024 * peak)


def _name_versions() -> dict[str, str]:
    return {"keras": keras.__version__, "tensorflow": tf.__version__}

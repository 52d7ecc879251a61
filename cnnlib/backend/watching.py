"""What is measured of a run beside loss and accuracy. Nothing of it changes the training."""

import importlib.util
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnlib.backend.machine_use import MachineUse
from cnnlib.backend.watched_layers import LayerWatch
from cnnlib.data import Split
from cnnlib.runs.config import RunConfig
from cnnlib.runs.sink import StoreSink

if TYPE_CHECKING:
    from cnnlib.backend.progress import Progress

PROBE_IMAGES, FEWEST_PROBED = 256, 64
PROBE_SHARE = 4  # one validation image in so many: showing them costs little beside an epoch
LAYER_KINDS = frozenset({"dead", "weights", "activations"})


@dataclass
class Watchers:
    """A context manager around `fit`: its threads end and its hooks go when the block ends.

    Attributes:
        callbacks: for `fit`, after the run's own.
        gauges: a curve's key each, to be read at each kept step.
    """

    callbacks: list[keras.callbacks.Callback] = field(default_factory=list)
    gauges: dict[str, Callable[[], float]] = field(default_factory=dict)
    machine: MachineUse | None = None
    gradients: "GradientNorm | None" = None

    def __enter__(self) -> "Watchers":
        if self.machine is not None:
            self.machine.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self.machine is not None:
            self.machine.stop()
        if self.gradients is not None:
            self.gradients.unhook()


def make_watchers(
    config: RunConfig,
    model: keras.Model,
    probe: Split,
    sink: StoreSink,
    progress: "Progress",
    folder: Path,
) -> Watchers:
    """What `config.watch` asks for, of a compiled model that has not trained yet.

    Args:
        probe: validation images; a quarter of them, 64 to 256, evenly spaced, are looked at.
        progress: where the training stands, for the points' places.
        folder: the run's, for TensorBoard's files.
    """
    watchers = Watchers()
    if "gradients" in config.watched:
        watchers.gradients = GradientNorm(model)
        watchers.gauges["gradient_norm"] = watchers.gradients.read
    if wanted := config.watched & LAYER_KINDS:
        images = np.asarray(probe.images)[_choose_probe(len(probe))]
        watchers.callbacks.append(
            LayerWatch(model, images, wanted, config.batch_size, sink, progress)
        )
    if "machine" in config.watched:
        watchers.machine = MachineUse(sink, progress)
    if "tensorboard" in config.watched:
        if importlib.util.find_spec("tensorboard") is None:
            sink.event(
                "watch",
                "TensorBoard's files were asked for, but its package is not installed on this "
                "machine: the run goes on without them. `pip install tensorboard` adds it.",
            )
        else:
            watchers.callbacks.append(_make_tensorboard(config, folder))
    return watchers


def _choose_probe(count: int) -> NDArray[np.intp]:
    """Indices of the images that layers are shown, of so many."""
    wanted = min(count, PROBE_IMAGES, max(FEWEST_PROBED, count // PROBE_SHARE))
    return np.linspace(0, count - 1, wanted).round().astype(np.intp)


def _make_tensorboard(config: RunConfig, folder: Path) -> keras.callbacks.Callback:
    return keras.callbacks.TensorBoard(
        log_dir=str(folder / "tensorboard"),
        histogram_freq=1 if "weights" in config.watched else 0,
        write_graph=False,
        update_freq="epoch",
        profile_batch=0,
    )


class GradientNorm:
    """The length of the loss' whole gradient, over all trainable weights: √Σg².

    The optimizer's `apply`, on this one object, also adds the norm of the gradients that it is
    given to a variable of ours; what is saved of the model knows nothing of it. The norm is that
    of the gradient itself: before what the optimizer makes of it, and without weight decay.
    With several devices each has the gradient of its part of the batch, so they are summed first.
    """

    def __init__(self, model: keras.Model) -> None:
        self._optimizer = model.optimizer
        with model.distribute_strategy.scope():
            self._sums = tf.Variable(  # of norms, and how many
                [0.0, 0.0],
                dtype=tf.float64,
                trainable=False,
                aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
            )
        self._seen = (0.0, 0.0)
        apply = self._optimizer.apply

        def apply_and_measure(grads, trainable_variables=None):  # type: ignore[no-untyped-def]
            present = [gradient for gradient in grads if gradient is not None]
            replica = tf.distribute.get_replica_context()
            if replica is not None and replica.num_replicas_in_sync > 1:
                present = replica.all_reduce(tf.distribute.ReduceOp.SUM, present)
            norm = tf.cast(tf.linalg.global_norm(present), tf.float64)
            self._sums.assign_add(tf.stack([norm, tf.ones_like(norm)]))
            return apply(grads, trainable_variables)

        self._optimizer.apply = apply_and_measure

    def read(self) -> float:
        """The mean norm over the steps since the last read; NaN without any."""
        total, count = np.asarray(self._sums.read_value()).tolist()
        before, steps_before = self._seen
        self._seen = total, count
        mean = (total - before) / (count - steps_before) if count > steps_before else math.nan
        if not math.isfinite(total):  # one overflow must not hide all that comes later
            self._sums.assign([0.0, 0.0])
            self._seen = (0.0, 0.0)
        return mean

    def unhook(self) -> None:
        self._optimizer.__dict__.pop("apply", None)

"""The numbers of a run's curves that a diagnosis is based on; NaN and infinity are left out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlib.arch import zoo
from cnnlib.arch.layers import Dropout
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store.curves import Curve

BLOCK = 50  # step points that are judged together: one alone says little

Numbers = NDArray[np.float64]
_NONE: Numbers = np.empty(0)


@dataclass(frozen=True)
class Evidence:
    """What is known of a run.

    Attributes:
        epochs: (n,) where on the epoch axis each finished epoch ended.
        train, val: (n,) mean training loss and validation loss of those epochs.
        train_accuracy, val_accuracy: (m,) of the epochs that have both, 0..1.
        steps: training steps so far.
        block_loss: median training loss over the last whole block of step points, NaN before.
        gradients: (k,) gradient norms, step by step.
        dead: {"" for all layers, or a layer: (share of its ReLU units that were dead at first,
            share that are dead now), 0..1}.
        rate: the learning rate: the one in use, or the base of a schedule that changes it.
        broken: whether the newest training loss is NaN or infinite.
    """

    epochs: Numbers
    train: Numbers
    val: Numbers
    train_accuracy: Numbers
    val_accuracy: Numbers
    steps: float
    block_loss: float
    gradients: Numbers
    dead: Mapping[str, tuple[float, float]]
    rate: float
    broken: bool

    @property
    def best(self) -> int:
        """The place of the lowest validation loss; the first of equals."""
        return int(np.argmin(self.val))

    @property
    def since_best(self) -> int:
        """Epochs since the lowest validation loss."""
        return len(self.val) - 1 - self.best

    @property
    def loss(self) -> float:
        """The training loss now: of the last epoch, or of the last block while there is none."""
        return float(self.train[-1]) if self.train.size else self.block_loss


def gather(curves: Mapping[str, Curve], config: RunConfig) -> Evidence:
    """Read what a diagnosis needs from a run's curves, keys as the run store has them."""
    epochs, train, val = _pair(curves, "epoch/loss", "epoch/val_loss")
    _, train_accuracy, val_accuracy = _pair(curves, "epoch/accuracy", "epoch/val_accuracy")
    losses = _values(curves, "loss")
    whole = losses[: losses.size // BLOCK * BLOCK]
    rates = _finite(_values(curves, "learning_rate"))
    rates = rates[rates > 0]
    steady = config.schedule == "constant" and not config.warmup
    newest = losses[-1:] if losses.size else _values(curves, "epoch/loss")[-1:]
    steps = [curve.steps[-1] for curve in curves.values() if curve.steps.size]
    return Evidence(
        epochs=epochs,
        train=train,
        val=val,
        train_accuracy=train_accuracy,
        val_accuracy=val_accuracy,
        steps=max((step for step in steps if math.isfinite(step)), default=0.0),
        block_loss=median(_finite(whole[-BLOCK:])),
        gradients=_values(curves, "gradient_norm"),
        dead={
            key.removeprefix("epoch/dead").lstrip("/"): (float(known[0]), float(known[-1]))
            for key, curve in curves.items()
            if key == "epoch/dead" or key.startswith("epoch/dead/")
            if (known := _finite(curve.values)).size
        },
        rate=float(rates[-1]) if rates.size and steady else config.learning_rate,
        broken=bool(newest.size) and not np.isfinite(newest[-1]),
    )


def median(values: Numbers) -> float:
    """NaN for no values."""
    return float(np.median(values)) if values.size else math.nan


def measure_jitter(values: Numbers) -> float:
    """The standard deviation of a curve's noise, from its third differences.

    A smooth bend hardly changes these. Noise of standard deviation s gives them one of s √20, and
    the median of their sizes is 0.6745 of it (normal noise). 0 for fewer than four values.
    """
    if values.size < 4:
        return 0.0
    return median(np.abs(np.diff(values, 3))) / (math.sqrt(20) * 0.6745)


def has_dropout(config: RunConfig) -> bool:
    spec = config.spec or zoo.get(config.network)
    return any(isinstance(layer, Dropout) for layer in spec.layers)


def _values(curves: Mapping[str, Curve], key: str) -> Numbers:
    return curves[key].values if key in curves else _NONE


def _finite(values: Numbers) -> Numbers:
    return values[np.isfinite(values)]


def _pair(curves: Mapping[str, Curve], first: str, second: str) -> tuple[Numbers, Numbers, Numbers]:
    """(epochs, values, values) at the epochs at which both curves have a number."""
    both = []
    for key in (first, second):
        known = {}
        if key in curves:
            curve = curves[key]
            known = dict(zip(curve.epochs.tolist(), curve.values.tolist(), strict=True))
        both.append({at: value for at, value in known.items() if math.isfinite(value + at)})
    epochs = sorted(both[0].keys() & both[1].keys())
    return (
        np.array(epochs, np.float64),
        *(np.array([known[at] for at in epochs], np.float64) for known in both),
    )  # type: ignore[return-value]

"""What forgetting `training` does to batch normalisation: three tiny models, really trained.

All three have the same layers and see the same batch: a functional model; a subclassed one whose
`call` has no `training`; and a subclassed one that hands `training` on.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cnnlib.errors import RunError
from cnnlib.runs.arrays import decode_array, encode_array

MAX_STEPS = 100
MAX_VALUES = 65_536
MAX_AXES = 4
LEARNING_RATE = 0.01


class Forgetful(keras.Model):
    """Its call lacks `training`."""

    def __init__(self, momentum: float) -> None:
        super().__init__()
        self.bn = keras.layers.BatchNormalization(momentum=momentum)
        self.flatten = keras.layers.Flatten()
        self.head = keras.layers.Dense(1)

    def call(self, x: Any) -> Any:
        return self.head(self.flatten(self.bn(x)))


class Mindful(Forgetful):
    """The cure: `training` is taken and handed on."""

    def call(self, x: Any, training: bool | None = None) -> Any:
        return self.head(self.flatten(self.bn(x, training=training)))


def train_three(x: Any, momentum: Any, steps: Any, seed: Any = 0) -> dict[str, Any]:
    """Train each model on one batch for some steps of `fit`.

    Args:
        x: encoded array (images, rows, columns, channels).
        momentum: 0 to 1, of the layer.
        steps: 1 to 100.
        seed: of the targets and of the dense layer's first weights.

    Returns:
        models: name ("functional", "forgetful", "mindful") -> moving_mean, moving_variance:
            encoded arrays (steps + 1, channels), before the first step and after each.
        keras: its version.

    Raises:
        RunError: an argument is none of these.
    """
    batch = decode_array(x)
    if batch.ndim != MAX_AXES or not 0 < batch.size <= MAX_VALUES:
        raise RunError(
            f"x must have the axes (images, rows, columns, channels) and at most {MAX_VALUES} "
            f"values. Received the shape {batch.shape}."
        )
    if type(steps) is not int or not 1 <= steps <= MAX_STEPS:
        raise RunError(f"steps must be a whole number from 1 to {MAX_STEPS}. Received: {steps!r}.")
    if (
        isinstance(momentum, bool)
        or not isinstance(momentum, int | float)
        or not 0 <= momentum <= 1
    ):
        raise RunError(f"momentum must be from 0 to 1. Received: {momentum!r}.")
    if type(seed) is not int or not 0 <= seed < 2**31:
        raise RunError(f"seed must be a whole number from 0. Received: {seed!r}.")
    target = np.random.default_rng(seed).normal(size=(len(batch), 1)).astype(np.float32)
    makers: dict[str, Callable[[float], keras.Model]] = {
        "functional": partial(_make_functional, batch.shape[1:]),
        "forgetful": Forgetful,
        "mindful": Mindful,
    }
    models = {}
    with keras.device("cpu:0"):
        for name, make in makers.items():
            keras.utils.set_random_seed(seed)
            models[name] = _train(make(momentum), batch, target, steps)
    return {"models": models, "keras": keras.__version__}


def _make_functional(shape: tuple[int, ...], momentum: float) -> keras.Model:
    inputs = keras.Input(shape)
    flow = keras.layers.BatchNormalization(momentum=momentum)(inputs)
    return keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Flatten()(flow)))


def _train(
    model: keras.Model, x: NDArray[np.float32], target: NDArray[np.float32], steps: int
) -> dict[str, Any]:
    model.compile(optimizer=keras.optimizers.Adam(LEARNING_RATE), loss="mse", run_eagerly=True)
    model(x, training=False)  # makes the weights; moves no statistics
    layer = next(e for e in model.layers if isinstance(e, keras.layers.BatchNormalization))
    means, variances = [], []

    def note(batch: int = 0, logs: Any = None) -> None:
        means.append(keras.ops.convert_to_numpy(layer.moving_mean).copy())
        variances.append(keras.ops.convert_to_numpy(layer.moving_variance).copy())

    note()
    after_each = keras.callbacks.LambdaCallback(on_train_batch_end=note)
    again = np.tile(x, (steps, 1, 1, 1)), np.tile(target, (steps, 1))
    model.fit(*again, batch_size=len(x), shuffle=False, verbose=0, callbacks=[after_each])
    return {
        "moving_mean": encode_array(np.stack(means)),
        "moving_variance": encode_array(np.stack(variances)),
    }

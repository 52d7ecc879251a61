"""The small dense network 6-8-4 that the dropout page draws, and five examples through it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops.activations import relu
from cnnlib.ops.layer_calls import LayerCall

INPUTS, UNITS, OUTPUTS, EXAMPLES = 6, 8, 4, 5
SEED = 6  # of whole numbers of which few activations are 0
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Network:
    """Dense 6-8-4, whole numbers, ReLU between; no biases.

    inputs: (examples, 6). first: (6, 8). hidden: (examples, 8), after ReLU. second: (8, 4).
    """

    inputs: Floats
    first: Floats
    hidden: Floats
    second: Floats

    def finish(self, hidden: Floats) -> Floats:
        """(…, 4): what the output layer makes of the hidden units' numbers (…, 8)."""
        return hidden @ self.second

    def make_layer_calls(self, rate: float) -> list[LayerCall]:
        """The whole network in Keras, dropout after the hidden layer."""
        return [
            _dense(self.first, activation="relu"),
            LayerCall("Dropout", {"rate": rate}),
            _dense(self.second),
        ]

    def make_thinned_calls(self, stays: NDArray[np.bool_], scale: float) -> list[LayerCall]:
        """The smaller network in Keras: without the units that fell, the others scaled."""
        first = np.ascontiguousarray(self.first[:, stays])
        second = np.ascontiguousarray(self.second[stays] * np.float32(scale))
        return [_dense(first, activation="relu"), _dense(second)]


def _dense(kernel: Floats, **arguments: str) -> LayerCall:
    units = kernel.shape[1]
    return LayerCall("Dense", {"units": units, **arguments, "use_bias": False}, (kernel,))


def make_network() -> Network:
    rng = np.random.default_rng(SEED)
    inputs = rng.integers(0, 4, (EXAMPLES, INPUTS)).astype(np.float32)
    first = rng.integers(-1, 3, (INPUTS, UNITS)).astype(np.float32)
    second = rng.integers(-2, 3, (UNITS, OUTPUTS)).astype(np.float32)
    return Network(inputs, first, relu(inputs @ first), second)

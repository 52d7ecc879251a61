"""The Keras layers that compute what the lab has computed, as plain data.

One declaration, read twice: a page shows it as Keras lines to copy (`make_keras_code`), and the
backend builds it to answer «equals Keras?». So what is checked is what is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHORT_LINE = 44  # characters


@dataclass(frozen=True)
class LayerCall:
    """One layer of `keras.layers`.

    layer: the class's name, "Conv2D".
    arguments: its keyword arguments: numbers, strings, booleans and tuples of whole numbers.
    weights: what `set_weights` takes, in Keras' order.
    """

    layer: str
    arguments: dict[str, Any] = field(default_factory=dict)
    weights: tuple[NDArray[np.float32], ...] = ()

    def to_code(self, indent: str = "") -> str:
        """``layers.Reshape(target_shape=(6, 6, 3))``; too long for a phone: a line an argument."""
        arguments = [f"{name}={value!r}" for name, value in self.arguments.items()]
        line = f"{indent}layers.{self.layer}({', '.join(arguments)})"
        if len(line) <= SHORT_LINE:
            return line
        lines = "".join(f"{indent}    {argument},\n" for argument in arguments)
        return f"{indent}layers.{self.layer}(\n{lines}{indent})"


@dataclass(frozen=True)
class DefinitionCall:
    """A definition in TensorFlow of what Keras has no layer for, in place of layers.

    name: a file of `cnnlib/backend/definitions`, whose function of the same name is called.
    arguments: as a layer's.
    arrays: further arrays that the function takes, float32.
    """

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def to_code(self) -> str:
        """``median_pool2d(x, pool_size=2, …)``; arrays by their names."""
        arguments = ["x", *(f"{name}={value!r}" for name, value in self.arguments.items())]
        arguments += [f"{name}={name}" for name in self.arrays]
        line = f"{self.name}({', '.join(arguments)})"
        if len(line) <= SHORT_LINE:
            return line
        lines = "".join(f"    {argument},\n" for argument in arguments)
        return f"{self.name}(\n{lines})"


Calls = Sequence[LayerCall] | Sequence[DefinitionCall]
"""Layers one after another, or one definition."""


def make_keras_code(calls: Sequence[LayerCall], input_shape: tuple[int, ...]) -> str:
    """Keras lines that build these layers one after another; they run with only Keras installed.

    Args:
        input_shape: without the batch axis.
    """
    lines = ["import keras", "from keras import layers", ""]
    lines += ["model = keras.Sequential([", f"    keras.Input(shape={input_shape!r}),"]
    lines += [f"{call.to_code('    ')}," for call in calls]
    lines += ["])", "model.summary()"]
    return "\n".join(lines)

"""`keras.Model` from a declaration.

Always the functional form. A class whose `call(self, x)` lacks `training` makes Keras 3 run batch
normalisation in inference mode and leave dropout off during `fit`, silently.
"""

from typing import Any

import keras

from cnnlib.arch.analysis import analyze
from cnnlib.arch.layers import Conv2D, Dense, Layer
from cnnlib.arch.spec import INPUT, Spec


def build_model(spec: Spec, precision: str = "float32") -> keras.Model:
    """Make the Keras model of a declaration, uncompiled: (N, H, W, C) float32 → (N, classes).

    Args:
        precision: of all layers but the last, whose shares stay float32: "mixed_bfloat16" keeps
            weights in float32 and reckons in bfloat16.

    Raises:
        SpecError: a layer does not fit what comes before it.
    """
    analyze(spec)  # says in our words what Keras would say in a traceback
    image = keras.Input(spec.input_shape, name=INPUT)
    outputs = {INPUT: image}
    for layer, sources in zip(spec.layers, spec.sources, strict=True):
        given = [outputs[source] for source in sources]
        last = layer is spec.layers[-1]
        made = _make_layer(layer, "float32" if last else precision)
        outputs[layer.name] = made(given if layer.merges else given[0])
    return keras.Model(image, outputs[spec.layers[-1].name], name=spec.name)


def _make_layer(layer: Layer, precision: str) -> keras.Layer:
    """Declarations use Keras' names for layers and arguments, so the mapping is the identity."""
    arguments: dict[str, Any] = {**layer.arguments, "dtype": precision}
    if isinstance(layer, Conv2D | Dense) and layer.l2:
        arguments["kernel_regularizer"] = keras.regularizers.L2(layer.l2)
    return getattr(keras.layers, layer.kind)(**arguments)

"""`keras.Model` from a declaration.

Always the functional form. A class whose `call(self, x)` lacks `training` makes Keras 3 run batch
normalisation in inference mode and leave dropout off during `fit`, silently.
"""

from dataclasses import asdict

import keras

from cnnlib.arch.analysis import analyze
from cnnlib.arch.spec import Spec


def build_model(spec: Spec) -> keras.Model:
    """Make the Keras model of a declaration, uncompiled: (N, H, W, C) float32 → (N, classes).

    Raises:
        SpecError: a layer does not fit what comes before it.
    """
    analyze(spec)  # says in our words what Keras would say in a traceback
    inputs = keras.Input(spec.input_shape, name="image")
    x = inputs
    for layer in spec.layers:
        # Declarations use Keras' names for layers and arguments, so the mapping is the identity.
        x = getattr(keras.layers, layer.kind)(**asdict(layer))(x)
    return keras.Model(inputs, x, name=spec.name)

"""One layer of a Keras file as a layer of the lab, or a `Foreign` one that says what is known.

Only data is looked at: no class is found by its name, no function is made from a text.
"""

from dataclasses import replace

from cnnlib.arch.layers import Foreign
from cnnlib.arch.reading.arguments import (
    Config,
    Translated,
    Unknown,
    require_channels_last,
    without_weights,
)
from cnnlib.arch.reading.declared import READERS
from cnnlib.arch.reading.shapes import KEEPERS, OPERATIONS, SHAPE_RULES
from cnnlib.arch.rules import Shape
from cnnlib.errors import SpecError

KERAS_LAYERS = ("keras.layers", "keras.src.layers", "tensorflow.keras.layers", "tf_keras.layers")
KERAS_OPERATIONS = "keras.src.ops"
NOT_DECLARED = "The lab does not declare this kind of layer."
OWN_CLASS = "A class of the author’s own: the file does not hold what it does."
OWN_CODE = "Code of the author’s own, which the lab never runs."
TEXT_LENGTH = 200


def translate(data: Config, shapes: tuple[Shape, ...], told: Shape) -> Translated:
    """What a layer is, nameless and without inputs.

    Args:
        data: the layer as Keras writes it: class_name, config, module, registered_name.
        shapes: of its inputs; () where nobody knows.
        told: its output's, where the file says it; () otherwise.

    Raises:
        SpecError: an argument breaks a rule.
    """
    kind, config = read_text(data, "class_name"), data.get("config")
    if not isinstance(config, dict):
        raise SpecError(f"A {kind} layer has no config. Save the model again.")
    try:
        _require_keras(data, kind)
        if kind in READERS:
            return _with_shape(READERS[kind](config, shapes), told)
        return Translated(_translate_foreign(data, kind, config, shapes, told))
    except Unknown as why:
        return Translated(Foreign(class_name=kind, output_shape=told or None), reason=str(why))


def _with_shape(found: Translated, told: Shape) -> Translated:
    """The shape that the file says, where it cannot be computed."""
    layer = found.layer
    if told and isinstance(layer, Foreign) and layer.output_shape is None:
        return replace(found, layer=replace(layer, output_shape=told))
    return found


def read_text(data: Config, key: str) -> str:
    """A short text of a file.

    Raises:
        SpecError: there is none, or a long one.
    """
    value = data.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_LENGTH:
        raise SpecError(
            f"{key} must be a text of up to {TEXT_LENGTH} characters. Received: "
            f"{repr(value)[:60]}. This is no model that Keras wrote."
        )
    return value


def _require_keras(data: Config, kind: str) -> None:
    """A class of someone else may bear the name of Keras' own; Keras 2 does not say whose it is."""
    module, registered = data.get("module"), data.get("registered_name")
    if kind == "Lambda":
        raise Unknown(OWN_CODE)
    if module is None:
        return
    if str(module).startswith(KERAS_OPERATIONS):
        return
    if not str(module).startswith(KERAS_LAYERS) or registered not in (None, kind):
        ours = str(module).startswith("keras.")
        raise Unknown(NOT_DECLARED if ours else OWN_CLASS)


def _translate_foreign(
    data: Config, kind: str, config: Config, shapes: tuple[Shape, ...], told: Shape
) -> Foreign:
    """One of Keras' layers without weights, whose shape is clear; `Unknown` for all others."""
    if str(data.get("module")).startswith(KERAS_OPERATIONS):
        if kind not in OPERATIONS:
            raise Unknown(NOT_DECLARED)
        shape = told
    elif kind in KEEPERS:
        shape = shapes[0] or told
    elif kind in SHAPE_RULES and all(shapes):
        require_channels_last(config)
        shape = SHAPE_RULES[kind](config, *shapes) or told
    elif kind in SHAPE_RULES:
        shape = told
    else:
        raise Unknown(NOT_DECLARED)
    if not shape:
        raise Unknown("The file does not say what shape it gives.")
    return without_weights(kind, shape)

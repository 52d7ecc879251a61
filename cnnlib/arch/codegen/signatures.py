"""How a layer of a declaration is written in Keras: its arguments, their order and defaults."""

import json
from dataclasses import MISSING, dataclass, fields
from typing import Any

from cnnlib.arch.codegen.names import keep_layer_name
from cnnlib.arch.layers import LAYER_KINDS, Layer
from cnnlib.errors import SpecError

# What people write without its name, in Keras' order.
POSITIONAL = ("filters", "kernel_size", "units", "rate", "pool_size")
# Keras has no default for the first, and a reader wants to see the second.
_ALWAYS_WRITTEN = {("Activation", "activation")} | {
    (kind, "pool_size") for kind in ("MaxPooling2D", "AveragePooling2D")
}


@dataclass(frozen=True)
class Param:
    """One argument of a layer, a function or a class.

    `default` is source text; None means that it must be given. A `positional` one is written
    without its name.
    """

    name: str
    default: str | None = None
    positional: bool = False


def _read_params(kind: str) -> tuple[Param, ...]:
    params = []
    for field in fields(LAYER_KINDS[kind]):
        if field.name in ("name", "inputs", "block"):
            continue
        required = field.default is MISSING or (kind, field.name) in _ALWAYS_WRITTEN
        positional = field.name in POSITIONAL or (kind, field.name) in _ALWAYS_WRITTEN
        default = None if required else write_value(field.name, field.default)
        params.append(Param(field.name, default, positional))
    return (*params, Param("name", "None"))


def read_arguments(layer: Layer) -> dict[str, str]:
    """Every argument of a layer as source text, defaults included.

    Raises:
        SpecError: the layer is of someone else's kind.
    """
    if layer.kind not in LAYER_KINDS:
        raise SpecError(
            f"Layer {layer.name}: code can be written for {', '.join(LAYER_KINDS)} only. "
            f"Received: {layer.kind}."
        )
    arguments = {
        param.name: write_value(param.name, getattr(layer, param.name))
        for param in LAYER_PARAMS[layer.kind]
        if param.name != "name"
    }
    if "pool_size" in arguments and arguments["strides"] == arguments["pool_size"]:
        arguments["strides"] = "None"  # Keras' default: as pool_size
    arguments["name"] = json.dumps(name) if (name := keep_layer_name(layer.name)) else "None"
    return arguments


def write_value(argument: str, value: Any) -> str:
    """Source text of a number, a word, or a pair of numbers; one number for two equal ones."""
    if argument == "l2":
        return repr(float(value))
    if value is None or value == "linear":
        return "None"
    if isinstance(value, str):
        return json.dumps(value)  # one of the declaration's own words: plain ASCII
    if isinstance(value, tuple) and len(set(value)) == 1:
        return repr(value[0])
    return repr(value)


LAYER_PARAMS: dict[str, tuple[Param, ...]] = {kind: _read_params(kind) for kind in LAYER_KINDS}

"""What a layer of a Keras file says of itself, checked; and what the lab makes of it."""

from dataclasses import dataclass
from typing import Any

from cnnlib.arch.layers import ACTIVATIONS, Foreign, Layer
from cnnlib.arch.rules import Shape

Config = dict[str, Any]
SHOWN = 200  # characters of a strange text that are looked at


class Unknown(Exception):
    """A layer's parameters cannot be told from its description; why."""


@dataclass(frozen=True)
class Translated:
    """`reason` says why a layer is unknown; `remark` how it differs from the lab's own."""

    layer: Layer
    reason: str = ""
    remark: str = ""


def without_weights(kind: str, shape: Shape) -> Foreign:
    return Foreign(class_name=kind, output_shape=shape or None, params=0, trainable_params=0)


def take(config: Config, *names: str) -> Config:
    """The arguments that the lab's layer shares with Keras'."""
    require_channels_last(config)
    policy = config.get("dtype")
    if config.get("quantization_config") or "Quantized" in str(policy)[:SHOWN]:
        raise Unknown("Its weights are quantised.")
    return {name: config[name] for name in names if name in config}


def require_channels_last(config: Config) -> None:
    if config.get("data_format", "channels_last") not in ("channels_last", None):
        raise Unknown("Its images have the channels first; the lab's have them last.")


def read_activation(config: Config) -> tuple[str, str]:
    """(activation, remark); one that the lab does not know changes no count."""
    value = config.get("activation")
    if isinstance(value, dict):
        kind, value = value.get("class_name"), value.get("config")
        if kind != "function" or not isinstance(value, str):
            raise Unknown("Its activation is an object or code of its own.")
    name = {None: "linear", "swish": "silu"}.get(value, value)
    if name in ACTIVATIONS:
        return str(name), ""
    return "linear", f"Its activation is {str(name)[:40]}, which the lab does not declare."


def read_l2(config: Config) -> tuple[float, str]:
    """(weight decay of the kernel, remark)."""
    regularizer = config.get("kernel_regularizer")
    if regularizer is None:
        return 0.0, ""
    inner = regularizer.get("config") if isinstance(regularizer, dict) else None
    kind = regularizer.get("class_name") if isinstance(regularizer, dict) else None
    l2 = inner.get("l2") if isinstance(inner, dict) else None
    plain = kind == "L2" or (kind == "L1L2" and isinstance(inner, dict) and not inner.get("l1"))
    if plain and isinstance(l2, int | float) and 0 <= l2 < 1:
        return float(l2), ""
    return 0.0, f"Its kernel regularizer is {str(kind)[:40]}, which the lab does not declare."


def join(*remarks: str) -> str:
    return " ".join(filter(None, remarks))

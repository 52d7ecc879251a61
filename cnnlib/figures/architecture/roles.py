"""One colour for each of a layer's roles, and what a drawing calls a layer."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from cnnlib.arch.layers import (
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    SeparableConv2D,
)
from cnnlib.figures.theme import COLORS

BLOCK, IMAGE = "block", "image"
ROLE_COLORS = MappingProxyType(
    {
        "C": COLORS["train"],
        "B": "#9a6bd0",
        "A": COLORS["validation"],
        "P": COLORS["good"],
        "D": COLORS["muted"],
        "flatten": COLORS["muted"],
        "dense": COLORS["accent"],
        "add": COLORS["bad"],
        "concatenate": COLORS["bad"],
        BLOCK: COLORS["train"],
        IMAGE: COLORS["warn"],
        "other": COLORS["muted"],
    }
)
ROLE_NAMES = MappingProxyType(
    {
        "C": "convolution",
        "B": "batch normalisation",
        "A": "activation",
        "P": "pooling",
        "D": "dropout",
        "dense": "dense",
        "add": "where paths meet",
    }
)
"""What a legend says; the roles that are not in it need no explanation."""

LONGEST_LABEL = 18  # characters that fit a node


def color_of(role: str) -> str:
    return ROLE_COLORS.get(role, COLORS["muted"])


def list_legend(roles: Iterable[str]) -> list[tuple[str, str]]:
    """(what, colour) of each of the roles that needs a word."""
    known = [role for role in dict.fromkeys(roles) if role in ROLE_NAMES]
    return list({ROLE_NAMES[role]: color_of(role) for role in known}.items())


def label_layer(layer: Layer) -> str:
    """As the ResNet paper writes it: «3×3 conv, 64, /2», the last a stride of 2."""
    match layer:
        case Conv2D():
            text = f"{_window(layer.kernel_size)} conv, {layer.filters}"
        case DepthwiseConv2D():
            text = f"{_window(layer.kernel_size)} depthwise"
        case SeparableConv2D():
            text = f"{_window(layer.kernel_size)} sep., {layer.filters}"
        case BatchNormalization():
            return "batch norm"
        case Activation():
            return layer.activation
        case GlobalAveragePooling2D():
            return "global average"
        case GlobalMaxPooling2D():
            return "global max"
        case Dropout():
            return f"dropout {layer.rate:g}"
        case Flatten():
            return "flatten"
        case Dense():
            return f"dense {layer.units}"
        case Add():
            return "add"
        case Concatenate():
            return "concatenate"
        case _:
            return _label_other(layer)
    return text + _stride(layer.strides)


def shorten(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1]}…"


def _label_other(layer: Layer) -> str:
    arguments: dict[str, Any] = layer.arguments
    if "pool_size" not in arguments:
        return shorten(layer.kind)
    which = "max" if layer.kind.startswith("Max") else "average"
    return f"{which} {_window(arguments['pool_size'])}{_stride(arguments['strides'])}"


def _window(size: int | tuple[int, int]) -> str:
    height, width = (size, size) if isinstance(size, int) else size
    return f"{height}×{width}"


def _stride(strides: int | tuple[int, int]) -> str:
    height, width = (strides, strides) if isinstance(strides, int) else strides
    if (height, width) == (1, 1):
        return ""
    return f", /{height}" if height == width else f", /{height}×{width}"

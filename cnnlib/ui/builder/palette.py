"""What can be added: layers and whole blocks, each with the few numbers that matter most."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnlib.arch.arguments import MAX_SIZE
from cnnlib.arch.layers import (
    ACTIVATIONS,
    PADDINGS,
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    SeparableConv2D,
)
from cnnlib.arch.pieces import LETTERS, cbapd_block, head
from cnnlib.arch.rules import Shape
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo.blocks import dense_dropout, depthwise_block, inception_block, residual_block

Values = Mapping[str, Any]
NEEDED, PLAIN, PROJECTED = "as needed", "plain", "1×1 convolution"
FLATTEN, MEAN = "Flatten", "Global average pooling"
POOLS: dict[str, type[Layer]] = {"Max": MaxPooling2D, "Average": AveragePooling2D}
FLATTENERS: dict[str, type[Layer]] = {
    FLATTEN: Flatten, MEAN: GlobalAveragePooling2D, "Global max pooling": GlobalMaxPooling2D,
}  # fmt: skip
SMALL: dict[str, Layer] = {
    "Batch normalisation": BatchNormalization(),
    "Activation": Activation(),
    "Dropout": Dropout(rate=0.25),
    "Separable convolution": SeparableConv2D(filters=32, kernel_size=3, padding="same"),
}


@dataclass(frozen=True)
class Number:
    label: str
    default: int
    low: int = 1
    high: int = MAX_SIZE


@dataclass(frozen=True)
class Share:
    """A dropout rate."""

    label: str
    default: float


@dataclass(frozen=True)
class Choice:
    label: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Letters:
    """Which of C, B, A, P, D a block has."""

    label: str


Field = Number | Share | Choice | Letters


@dataclass(frozen=True)
class Piece:
    """One thing to add.

    Attributes:
        fields: name -> what can be set.
        make: the parts, from what is set and the shape that they are given.
    """

    title: str
    fields: Mapping[str, Field]
    make: Callable[[Values, Shape], tuple[Part, ...]]


FILTERS, STRIDE, SIZE = Number("Filters", 32), Number("Stride", 1), Number("Kernel", 3)
PADDING = Choice("Padding", tuple(reversed(PADDINGS)))
ACTIVATION = Choice("Activation", ("relu", *(name for name in ACTIVATIONS if name != "relu")))


def _make_convolution(values: Values, given: Shape) -> tuple[Part, ...]:
    return (Conv2D(**values),)


def _make_cbapd(values: Values, given: Shape) -> tuple[Part, ...]:
    letters = "".join(letter for letter in LETTERS if letter in values["letters"])
    return cbapd_block(values["filters"], values["kernel_size"], letters=letters)


def _make_residual(values: Values, given: Shape) -> tuple[Part, ...]:
    filters, strides = values["filters"], values["strides"]
    changes = strides > 1 or (len(given) == 3 and given[2] != filters)
    project = changes if values["shortcut"] == NEEDED else values["shortcut"] == PROJECTED
    return (residual_block(filters, strides=strides, project=project),)


def _make_pooling(values: Values, given: Shape) -> tuple[Part, ...]:
    arguments = {"pool_size": values["pool_size"], "padding": values["padding"]}
    return (POOLS[values["kind"]](**arguments),)


def _make_dense(values: Values, given: Shape) -> tuple[Part, ...]:
    parts = dense_dropout(values["units"], values["rate"])
    return parts if values["rate"] else parts[:1]


PIECES = {
    "conv": Piece(
        "Convolution",
        {"filters": FILTERS, "kernel_size": SIZE, "strides": STRIDE, "padding": PADDING,
         "activation": ACTIVATION},
        _make_convolution,
    ),
    "cbapd": Piece(
        "CBAPD block",
        {"letters": Letters("Steps"), "filters": FILTERS, "kernel_size": SIZE},
        _make_cbapd,
    ),
    "residual": Piece(
        "Residual block",
        {"filters": FILTERS, "strides": STRIDE,
         "shortcut": Choice("Shortcut", (NEEDED, PLAIN, PROJECTED))},
        _make_residual,
    ),
    "inception": Piece(
        "Inception block",
        {"filters": Number("Filters a branch", 16), "strides": STRIDE},
        lambda values, given: (inception_block(values["filters"], strides=values["strides"]),),
    ),
    "depthwise": Piece(
        "Depthwise block",
        {"filters": FILTERS, "strides": STRIDE},
        lambda values, given: (depthwise_block(values["filters"], strides=values["strides"]),),
    ),
    "pooling": Piece(
        "Pooling",
        {"kind": Choice("Kind", tuple(POOLS)), "pool_size": Number("Window", 2),
         "padding": Choice("Padding", PADDINGS)},
        _make_pooling,
    ),
    "small": Piece(
        "Single step",
        {"kind": Choice("Kind", tuple(SMALL))},
        lambda values, given: (SMALL[values["kind"]],),
    ),
    "flatten": Piece(
        "Flatten",
        {"kind": Choice("Kind", tuple(FLATTENERS))},
        lambda values, given: (FLATTENERS[values["kind"]](),),
    ),
    "dense": Piece(
        "Dense + dropout",
        {"units": Number("Units", 128), "rate": Share("Dropout", 0.5)},
        _make_dense,
    ),
    "head": Piece(
        "Head",
        {"kind": Choice("Begins with", (MEAN, FLATTEN)), "classes": Number("Classes", 10, 2)},
        lambda values, given: head(values["classes"], pooling=values["kind"] == MEAN),
    ),
}  # fmt: skip

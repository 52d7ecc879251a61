"""A stack of layers as a page's address carries it, and stacks to begin with."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from cnnlib.arch import zoo
from cnnlib.arch.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
)
from cnnlib.arch.spec import Spec
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ops.receptive_field import Kind, StackLayer
from cnnlib.ops.receptive_field_grids import make_average_kernel
from cnnlib.ops.windows import Padding

MAX_LAYERS = 24
MAX_KERNEL, MAX_STRIDE, MAX_DILATION = 11, 4, 4
_LETTERS: dict[str, Kind] = {"c": "conv", "p": "pool"}
_LAYER = re.compile(r"([cp])([1-9][0-9]?)(?:s([1-9]))?(?:d([1-9]))?(same)?")


class Choice(NamedTuple):
    """A layer as it was set, which need not be possible: only `name_layers` finds out."""

    kind: Kind
    kernel_size: int
    strides: int = 1
    dilation_rate: int = 1
    padding: Padding = "valid"

    def to_text(self) -> str:
        """``c3``, ``p2s2``, ``c5d2same``: the kind, then what is not the default."""
        text = f"{self.kind[0]}{self.kernel_size}"
        text += f"s{self.strides}" if self.strides > 1 else ""
        text += f"d{self.dilation_rate}" if self.dilation_rate > 1 else ""
        return text + ("same" if self.padding == "same" else "")


Stack = tuple[Choice, ...]


class Preset(NamedTuple):
    title: str
    size: int
    stack: Stack


def format_stack(stack: Stack) -> str:
    return "-".join(choice.to_text() for choice in stack)


def parse_stack(text: str) -> Stack:
    """What `format_stack` wrote.

    Raises:
        ValueError: it is no stack, or a number is beyond what the editor offers.
    """
    parts = text.split("-") if text else []
    if len(parts) > MAX_LAYERS:
        raise ValueError(text)
    return tuple(_parse_choice(part) for part in parts)


def _parse_choice(text: str) -> Choice:
    match = _LAYER.fullmatch(text)
    if match is None:
        raise ValueError(text)
    letter, kernel, stride, dilation, same = match.groups()
    choice = Choice(
        _LETTERS[letter],
        int(kernel),
        int(stride or 1),
        int(dilation or 1),
        "same" if same else "valid",
    )
    limits = (MAX_KERNEL, MAX_STRIDE, MAX_DILATION)
    if any(number > limit for number, limit in zip(choice[1:4], limits, strict=True)):
        raise ValueError(text)
    return choice


def name_choices(stack: Stack) -> tuple[str, ...]:
    """conv1, conv2, pool1 …: each kind counts for itself."""
    numbers: Counter[str] = Counter()
    names = []
    for choice in stack:
        numbers[choice.kind] += 1
        names.append(f"{choice.kind}{numbers[choice.kind]}")
    return tuple(names)


def make_layers(stack: Stack) -> tuple[StackLayer, ...]:
    """The layers that the choices describe.

    Raises:
        OperatorError: Keras has no such layer.
    """
    return tuple(
        StackLayer(
            name,
            choice.kernel_size,
            choice.strides,
            choice.dilation_rate,
            choice.padding,
            choice.kind,
        )
        for name, choice in zip(name_choices(stack), stack, strict=True)
    )


def make_calls(layers: Iterable[StackLayer]) -> list[LayerCall]:
    """The Keras layers that compute the same: average filters without bias, max poolings."""
    calls = []
    for layer in layers:
        k = layer.kernel_size
        if layer.kind == "pool":
            arguments = {"pool_size": k, "strides": layer.strides, "padding": layer.padding}
            calls.append(LayerCall("MaxPooling2D", arguments))
            continue
        arguments = {"filters": 1, "kernel_size": k}
        if layer.strides > 1:
            arguments["strides"] = layer.strides
        if layer.dilation_rate > 1:
            arguments["dilation_rate"] = layer.dilation_rate
        arguments |= {"padding": layer.padding, "use_bias": False}
        kernel = make_average_kernel(k).reshape(k, k, 1, 1)
        calls.append(LayerCall("Conv2D", arguments, (kernel,)))
    return calls


def read_spec(spec: Spec) -> Stack:
    """The square convolutions and poolings of a network, up to what makes one number of a map.

    Empty for a network that is no plain chain, or has layers that the editor does not offer.
    """
    if not spec.is_chain:
        return ()
    stack: Stack = ()
    for layer in spec.layers:
        match layer:
            case Flatten() | GlobalAveragePooling2D() | GlobalMaxPooling2D():
                break
            case Conv2D():
                k, s, d = map(_side, (layer.kernel_size, layer.strides, layer.dilation_rate))
                stack += (Choice("conv", k, s, d, _padding(layer.padding)),)
            case MaxPooling2D() | AveragePooling2D():
                k, s = map(_side, (layer.pool_size, layer.strides or layer.pool_size))
                stack += (Choice("pool", k, s, 1, _padding(layer.padding)),)
            case Activation() | BatchNormalization() | Dropout():
                pass
            case _:
                return ()
    return stack


def _side(value: int | tuple[int, int]) -> int:
    return value if isinstance(value, int) else value[0]


def _padding(word: str) -> Padding:
    return "same" if word == "same" else "valid"


def make_presets() -> dict[str, Preset]:
    """Stacks to begin with, by a short name: small ones, and the chains among the zoo's."""
    three, five = Choice("conv", 3), Choice("conv", 5)
    presets = {
        "two-3x3": Preset("two 3×3", 12, (three, three)),
        "one-5x5": Preset("one 5×5", 12, (five,)),
        "dilated": Preset(
            "dilated", 24, (three, three._replace(dilation_rate=2), three._replace(dilation_rate=4))
        ),
    }
    for name in zoo.names():
        spec = zoo.get(name)
        if 0 < len(stack := read_spec(spec)) <= MAX_LAYERS:
            presets[name] = Preset(spec.title, spec.input_shape[0], stack)
    return presets

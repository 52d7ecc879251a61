"""Keras' layers without weights that the lab does not declare: what shape each of them gives."""

from collections.abc import Callable
from math import prod
from typing import Any

from cnnlib.arch.arguments import MAX_SIZE, to_pair
from cnnlib.arch.rules import Shape
from cnnlib.errors import SpecError

Config = dict[str, Any]

# Those that keep the shape.
KEEPERS = frozenset({
    "Rescaling", "GaussianNoise", "GaussianDropout", "AlphaDropout", "SpatialDropout1D",
    "SpatialDropout2D", "ActivityRegularization", "Identity", "UnitNormalization", "Masking",
    "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast",
    "RandomBrightness", "RandomHue", "RandomSaturation", "RandomGrayscale", "RandomSharpness",
    "RandomInvert", "RandomPosterization", "RandomShear", "RandomErasing", "RandomColorJitter",
    "RandomGaussianBlur", "AutoContrast", "Equalization", "Solarization",
})  # fmt: skip
# Keras' own functions on one cell after another, as `x * 2` makes them.
OPERATIONS = frozenset({
    "Add", "Subtract", "Multiply", "Divide", "TrueDivide", "FloorDivide", "Negative",
    "Absolute", "Power", "Square", "Sqrt", "Rsqrt", "Exp", "Log", "Maximum", "Minimum", "Clip",
    "Cast", "Relu", "Relu6", "Sigmoid", "Tanh", "Softmax", "LogSoftmax", "Silu", "Gelu", "Elu",
    "Selu", "Softplus", "Softsign", "LeakyRelu", "HardSigmoid", "HardSilu", "Reshape",
    "Transpose", "Squeeze", "ExpandDims", "Concatenate", "Pad", "Mean", "Sum", "Max", "Min",
    "GetItem",
})  # fmt: skip
# Those after which a cell still sees just what the cell before it saw, or moved.
LOCAL = KEEPERS | {"ZeroPadding2D", "Cropping2D", "BatchNormalization", "Activation", "ReLU"} | {
    "ELU", "Softmax", "Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum",
    "InputLayer", "Outputs", "Normalization", "PReLU",
}  # fmt: skip


def read_shape(value: Any) -> Shape | None:
    """A shape of a file without its batch axis; None where a size is open, or it is none.

    Raises:
        SpecError: a size is no sensible number.
    """
    if not isinstance(value, list | tuple) or not value:
        return None
    sizes = value[1:]
    if any(size is None or isinstance(size, list | tuple | dict) for size in sizes):
        return None
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= 10**9:
            raise SpecError(
                f"A shape must consist of whole numbers up to a thousand million. "
                f"Received: {repr(size)[:40]}. This is no model that Keras wrote."
            )
    return tuple(sizes)


def broadcast(config: Config, *shapes: Shape) -> Shape:
    """What NumPy's rule makes of shapes of one rank; () where it does not apply."""
    if len({len(shape) for shape in shapes}) != 1:
        return ()
    sizes = []
    for axis in zip(*shapes, strict=True):
        if len(set(axis) - {1}) > 1:
            return ()
        sizes.append(max(axis))
    return tuple(sizes)


def _pad(config: Config, shape: Shape) -> Shape:
    (top, bottom), (left, right) = _read_borders(config, "padding")
    return (shape[0] + top + bottom, shape[1] + left + right, shape[2])


def _crop(config: Config, shape: Shape) -> Shape:
    (top, bottom), (left, right) = _read_borders(config, "cropping")
    height, width = shape[0] - top - bottom, shape[1] - left - right
    if min(height, width) < 1:
        raise SpecError(f"Cropping2D leaves nothing of {shape[0]} × {shape[1]}.")
    return (height, width, shape[2])


def _enlarge(config: Config, shape: Shape) -> Shape:
    rows, columns = to_pair("size", config.get("size", 2))
    return (shape[0] * rows, shape[1] * columns, shape[2])


def _resize(config: Config, shape: Shape) -> Shape:
    height, width = to_pair("size", [config.get("height"), config.get("width")])
    return (height, width, shape[-1])


def _reshape(config: Config, shape: Shape) -> Shape:
    target = config.get("target_shape")
    if not isinstance(target, list | tuple) or not all(
        type(size) is int and (size == -1 or 1 <= size <= 10**9) for size in target
    ):
        raise SpecError(f"target_shape must be whole numbers. Received: {repr(target)[:60]}.")
    rest = prod(size for size in target if size != -1)
    if list(target).count(-1) > 1 or prod(shape) % rest:
        raise SpecError(f"{prod(shape):,} values do not fit into {repr(target)[:60]}.")
    return tuple(prod(shape) // rest if size == -1 else size for size in target)


def _permute(config: Config, shape: Shape) -> Shape:
    order = config.get("dims")
    if not isinstance(order, list | tuple) or sorted(map(str, order)) != sorted(
        str(i + 1) for i in range(len(shape))
    ):
        raise SpecError(f"dims must be an order of the axes. Received: {repr(order)[:60]}.")
    return tuple(shape[int(i) - 1] for i in order)


def _repeat(config: Config, shape: Shape) -> Shape:
    return (to_pair("n", config.get("n"))[0], *shape)


def _for_images(rule: Callable[[Config, Shape], Shape]) -> Callable[..., Shape]:
    """`rule` for (height, width, channels); for all others nobody knows."""
    return lambda config, shape: rule(config, shape) if len(shape) == 3 else ()


SHAPE_RULES: dict[str, Callable[..., Shape]] = {
    "ZeroPadding2D": _for_images(_pad), "Cropping2D": _for_images(_crop),
    "UpSampling2D": _for_images(_enlarge), "Resizing": _for_images(_resize),
    "CenterCrop": _for_images(_resize), "RandomCrop": _for_images(_resize),
    "Reshape": _reshape, "Permute": _permute, "RepeatVector": _repeat,
    "Subtract": broadcast, "Multiply": broadcast, "Average": broadcast,
    "Maximum": broadcast, "Minimum": broadcast,
}  # fmt: skip


def _read_borders(config: Config, argument: str) -> tuple[tuple[int, int], tuple[int, int]]:
    value = config.get(argument)
    rows, columns = value if isinstance(value, list | tuple) and len(value) == 2 else (value, value)
    return _read_border(argument, rows), _read_border(argument, columns)


def _read_border(argument: str, value: Any) -> tuple[int, int]:
    pair = value if isinstance(value, list | tuple) else (value, value)
    if len(pair) != 2 or not all(type(size) is int and 0 <= size <= MAX_SIZE for size in pair):
        raise SpecError(
            f"{argument} must be whole numbers from 0 to {MAX_SIZE:,}. "
            f"Received: {repr(value)[:60]}."
        )
    return pair[0], pair[1]

"""Why a layer has the numbers that it has: each as a formula with the layer's own numbers in it.

The rules are those of `cnnlib.arch.rules`; tests hold what the formulas give and what the analysis
counts together.
"""

from collections.abc import Sequence
from math import prod

from cnnlib.arch.analysis import LayerSummary
from cnnlib.arch.arguments import to_pair
from cnnlib.arch.layers import (
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Foreign,
    Layer,
    MaxPooling2D,
    SeparableConv2D,
)
from cnnlib.arch.rules import Convolution, Pooling, get_window
from cnnlib.ops.formulas import (
    Formula,
    explain_effective_size,
    explain_output_size,
    explain_product,
    format_number,
)
from cnnlib.ops.windows import Padding

HEIGHT, WIDTH, CHANNELS, UNITS = "Output height", "Output width", "Output channels", "Output units"
VALUES = "Values for one image"
SEEN = "Channels that a filter sees"
PARAMS, LEARNED, FIXED = "Parameters", "Learned (gamma, beta)", "Kept (moving mean, variance)"
MACS = "MACs for one image"
FIELD_HEIGHT, FIELD_WIDTH = "Field height", "Field width"
SHAPE = ("Effective kernel size", HEIGHT, WIDTH, CHANNELS, UNITS, VALUES)

Factors = list[tuple[str, int]]


def explain_layer(layer: Layer, row: LayerSummary) -> tuple[Formula, ...]:
    """The reasons for a layer's output shape, parameters, MACs and receptive field, in this order.

    Args:
        layer: of a network.
        row: what `analyze` says of it.

    Returns:
        Formulas whose names are this module's constants; none for a layer that the lab does not
        declare (`Foreign`), or whose input nobody knows.
    """
    if isinstance(layer, Foreign) or not row.known:
        return ()
    return (
        *_explain_shape(layer, row),
        *_explain_params(layer, row),
        *_explain_macs(layer, row),
        *_explain_field(layer, row),
    )


def _explain_shape(layer: Layer, row: LayerSummary) -> list[Formula]:
    shape = row.output_shape
    formulas = [*_explain_sizes(layer, row), _explain_last_axis(layer, row)]
    if len(shape) > 1:
        symbols = ("h", "w", "c") if len(shape) == 3 else [f"n_{i}" for i in range(len(shape))]
        formulas.append(explain_product(VALUES, list(zip(symbols, shape, strict=True))))
    return formulas


def _explain_sizes(layer: Layer, row: LayerSummary) -> list[Formula]:
    """Height and width; nothing where the output is a row of units."""
    match layer:
        case Conv2D() | DepthwiseConv2D() | SeparableConv2D() | MaxPooling2D() | AveragePooling2D():
            return _slide(layer, row)
        case _ if len(row.output_shape) == 3:
            height, width, _ = row.output_shape
            return [_state(HEIGHT, "in", height), _state(WIDTH, "in", width)]
        case _:
            return []


def _slide(layer: Convolution | Pooling, row: LayerSummary) -> list[Formula]:
    dilation = (1, 1)
    match layer:
        case MaxPooling2D() | AveragePooling2D():
            kernel = _pair(layer.pool_size)
        case _:
            kernel, dilation = _pair(layer.kernel_size), _pair(layer.dilation_rate)
    axes = list(zip(kernel, dilation, strict=True))
    padding: Padding = "same" if layer.padding == "same" else "valid"
    _, strides = get_window(layer)
    spans = [explain_effective_size(k, d) for k, d in dict.fromkeys(axes) if d > 1]
    sizes = [
        explain_output_size(name, size, k, stride, padding, d)
        for name, size, (k, d), stride in zip(
            (HEIGHT, WIDTH), row.input_shape[:2], axes, strides, strict=True
        )
    ]
    return [*spans, *sizes]


def _explain_last_axis(layer: Layer, row: LayerSummary) -> Formula:
    """Channels or units."""
    name = UNITS if len(row.output_shape) == 1 else CHANNELS
    channels = row.input_shape[-1]
    match layer:
        case Conv2D() | SeparableConv2D():
            return _state(name, r"\text{filters}", layer.filters)
        case DepthwiseConv2D():
            return explain_product(name, [("C", channels), ("m", layer.depth_multiplier)])
        case Dense():
            return _state(name, r"\text{units}", layer.units)
        case Flatten():
            symbols = "hwc" if len(row.input_shape) == 3 else "n" * len(row.input_shape)
            return explain_product(name, list(zip(symbols, row.input_shape, strict=True)))
        case Concatenate():
            parts = [shape[-1] for shape in row.input_shapes]
            symbols = " + ".join(f"C_{number}" for number in range(1, len(parts) + 1))
            return Formula(name, symbols, " + ".join(map(str, parts)), sum(parts))
        case _:
            return _state(name, "C" if len(row.input_shape) > 1 else "n", channels)


def _explain_params(layer: Layer, row: LayerSummary) -> list[Formula]:
    channels = row.input_shape[-1]
    match layer:
        case Conv2D():
            kernel = [*_list_kernel(layer), *_list_seen(layer, channels), ("F", layer.filters)]
            biases = layer.filters * layer.use_bias
            return [
                *_explain_groups(layer, channels),
                explain_product(PARAMS, kernel, ("F", biases)),
            ]
        case DepthwiseConv2D():
            maps = [("C", channels), ("m", layer.depth_multiplier)]
            biases = prod(number for _, number in maps) * layer.use_bias
            return [explain_product(PARAMS, [*_list_kernel(layer), *maps], (r"C \cdot m", biases))]
        case SeparableConv2D():
            return [_explain_separable_params(layer, channels)]
        case Dense():
            biases = layer.units * layer.use_bias
            return [explain_product(PARAMS, [("n", channels), ("u", layer.units)], ("u", biases))]
        case BatchNormalization():
            return [
                explain_product(PARAMS, [("4", 4), ("C", channels)]),
                explain_product(LEARNED, [("2", 2), ("C", channels)]),
                explain_product(FIXED, [("2", 2), ("C", channels)]),
            ]
        case _:
            return [_state(PARAMS, r"\text{nothing to learn}", 0)]


def _explain_separable_params(layer: SeparableConv2D, channels: int) -> Formula:
    depthwise = [*_list_kernel(layer), ("C", channels), ("m", layer.depth_multiplier)]
    pointwise = [("C", channels), ("m", layer.depth_multiplier), ("F", layer.filters)]
    biases = layer.filters * layer.use_bias
    parts = [explain_product(PARAMS, depthwise), explain_product(PARAMS, pointwise)]
    if biases:
        parts.append(_state(PARAMS, "F", biases))
    return _add(PARAMS, parts)


def _explain_macs(layer: Layer, row: LayerSummary) -> list[Formula]:
    channels, shape = row.input_shape[-1], row.output_shape
    match layer:
        case Conv2D():
            seen = [*_list_kernel(layer), *_list_seen(layer, channels)]
            return [explain_product(MACS, [*seen, *_list_cells(shape), ("F", shape[-1])])]
        case DepthwiseConv2D():
            maps = [("C", channels), ("m", layer.depth_multiplier)]
            return [explain_product(MACS, [*_list_kernel(layer), *_list_cells(shape), *maps])]
        case SeparableConv2D():
            maps = [("C", channels), ("m", layer.depth_multiplier)]
            cells = _list_cells(shape)
            depthwise = explain_product(MACS, [*_list_kernel(layer), *cells, *maps])
            pointwise = explain_product(MACS, [*maps, *cells, ("F", layer.filters)])
            return [_add(MACS, [depthwise, pointwise])]
        case Dense():
            cells = _list_cells(shape)
            return [explain_product(MACS, [*cells, ("n", channels), ("u", layer.units)])]
        case _:
            return [_state(MACS, r"\text{no multiply-adds counted}", 0)]


def _explain_groups(layer: Conv2D, channels: int) -> list[Formula]:
    if layer.groups == 1:
        return []
    numbers = rf"\frac{{{channels}}}{{{layer.groups}}}"
    return [Formula(SEEN, r"C_g = \frac{C}{g}", numbers, channels // layer.groups)]


def _explain_field(layer: Layer, row: LayerSummary) -> list[Formula]:
    """r + (k - 1) · j, cut off at the image's size; nothing once all of the image is seen."""
    if row.receptive_field is None:
        return []
    window, _ = get_window(layer)
    rows = zip(
        (FIELD_HEIGHT, FIELD_WIDTH), row.receptive_field, row.field_before, row.jump_before,
        window, strict=True,
    )  # fmt: skip
    return [_grow(name, field, before, jump, k) for name, field, before, jump, k in rows]


def _grow(name: str, field: int, before: int, jump: int, k: int) -> Formula:
    symbols, numbers = r"r + (k - 1)\cdot j", rf"{before} + ({k} - 1)\cdot {jump}"
    if before + (k - 1) * jump > field:  # then it is the image that ends
        symbols = rf"\min({symbols},\, \text{{image}})"
        numbers = rf"\min({numbers},\, {field})"
    return Formula(name, symbols, numbers, field)


def _list_kernel(layer: Convolution) -> Factors:
    height, width = _pair(layer.kernel_size)
    symbols = ("k", "k") if height == width else ("k_h", "k_w")
    return list(zip(symbols, (height, width), strict=True))


def _list_seen(layer: Conv2D, channels: int) -> Factors:
    return [("C" if layer.groups == 1 else "C_g", channels // layer.groups)]


def _list_cells(shape: tuple[int, ...]) -> Factors:
    """The output's height and width; nothing of a row of units."""
    symbols = ("h", "w") if len(shape) == 3 else [f"n_{i}" for i in range(len(shape) - 1)]
    return list(zip(symbols, shape[:-1], strict=True))


def _state(name: str, symbols: str, number: int) -> Formula:
    """A number that needs no arithmetic."""
    return Formula(name, symbols, format_number(number), number)


def _add(name: str, parts: Sequence[Formula]) -> Formula:
    return Formula(
        name,
        " + ".join(part.symbols for part in parts),
        " + ".join(part.numbers for part in parts),
        sum(int(part.result) for part in parts),
    )


def _pair(value: int | tuple[int, int] | None) -> tuple[int, int]:
    return to_pair("", value)

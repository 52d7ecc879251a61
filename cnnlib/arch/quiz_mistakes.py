"""Typical wrong answers about a layer's shape and parameters, each with the thought behind it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod

from cnnlib.arch.analysis import LayerSummary
from cnnlib.arch.arguments import to_pair
from cnnlib.arch.layers import (
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    SeparableConv2D,
)
from cnnlib.arch.rules import Shape, compute_output_shape, count_params, get_window
from cnnlib.errors import SpecError

Sliding = Conv2D | DepthwiseConv2D | SeparableConv2D | MaxPooling2D


@dataclass(frozen=True)
class Mistake:
    """A wrong answer: a shape or a number of parameters, and what was probably overlooked."""

    value: Shape | int
    hint: str


def list_shape_mistakes(layer: Layer, row: LayerSummary) -> tuple[Mistake, ...]:
    """Wrong shapes with a name; none equals the right one, no two are equal."""
    return _tidy(_guess_shapes(layer, row), row.output_shape)


def list_param_mistakes(layer: Layer, row: LayerSummary) -> tuple[Mistake, ...]:
    """Wrong counts with a name; none equals the right one, no two are equal."""
    return _tidy(_guess_params(layer, row), row.params)


def _tidy(mistakes: Iterator[Mistake], right: Shape | int) -> tuple[Mistake, ...]:
    found: dict[Shape | int, Mistake] = {}
    for mistake in mistakes:
        value = mistake.value
        sensible = all(value) if isinstance(value, tuple) else value
        if value != right and sensible and value != ():
            found.setdefault(value, mistake)
    return tuple(found.values())


# -- shapes ------------------------------------------------------------------------------------


def _guess_shapes(layer: Layer, row: LayerSummary) -> Iterator[Mistake]:
    shape, output = row.input_shape, row.output_shape
    match layer:
        case Conv2D() | DepthwiseConv2D() | SeparableConv2D() | MaxPooling2D():
            yield from _guess_sizes(layer, row)
        case Flatten() if len(shape) == 3:
            yield Mistake((prod(shape[:2]),), "Flatten keeps the channels' values too: h · w · C.")
            yield Mistake((sum(shape),), "Flatten puts all values in a row: a product, not a sum.")
        case Dense():
            yield Mistake(shape, "A dense layer gives as many numbers as it has units.")
        case GlobalAveragePooling2D():
            yield Mistake((prod(shape[:2]),), "Global pooling leaves one number for each channel.")
            yield Mistake(
                (prod(shape),), "That is Flatten. Global pooling leaves one for each channel."
            )
        case Add():
            total = sum(each[-1] for each in row.input_shapes)
            yield Mistake(
                (*output[:2], total), "Add sums cell by cell; Concatenate joins channels."
            )
        case Concatenate():
            yield Mistake(shape, "Concatenate puts all channels one after another.")
            largest = max(each[-1] for each in row.input_shapes)
            yield Mistake(
                (*output[:2], largest), "All inputs' channels count, not the most of one."
            )
        case _:
            pass
    if len(output) == 3:
        yield Mistake((output[1], output[0], output[2]), "Height comes first, then width.")


def _guess_sizes(layer: Sliding, row: LayerSummary) -> Iterator[Mistake]:
    shape, output = row.input_shape, row.output_shape
    other = "valid" if layer.padding == "same" else "same"
    yield _shape(replace(layer, padding=other), shape, _say_padding(layer.padding))
    window, strides = get_window(layer)
    if max(strides) > 1:
        yield _shape(replace(layer, strides=1), shape, "The strides shrink height and width.")
    if not isinstance(layer, MaxPooling2D) and max(to_pair("", layer.dilation_rate)) > 1:
        yield _shape(replace(layer, dilation_rate=1), shape,
                     "Dilation spreads the kernel: it spans (k - 1) · d + 1 cells.")  # fmt: skip
    if layer.padding == "valid":
        sizes = [(n - k) // s for n, k, s in zip(shape[:2], window, strides, strict=True)]
        yield Mistake((*sizes, output[2]), "One is missing: the first place counts as well.")
    else:
        sizes = [n // s for n, s in zip(shape[:2], strides, strict=True)]
        yield Mistake((*sizes, output[2]), "Under SAME the size is rounded up: ⌈in / s⌉.")
    if isinstance(layer, Conv2D | SeparableConv2D):
        yield Mistake((*output[:2], shape[2]), "Output channels are filters, not input channels.")
        yield Mistake((*output[:2], shape[2] * layer.filters),
                      "Each filter gives one channel, whatever channels come in.")  # fmt: skip
        yield Mistake((*shape[:2], layer.filters), "Height and width change here as well.")
    elif isinstance(layer, DepthwiseConv2D):
        yield Mistake((*output[:2], shape[2]), "Each channel gives depth_multiplier channels.")
    yield Mistake(shape, "Height and width change here.")


def _shape(layer: Layer, shape: Shape, hint: str) -> Mistake:
    try:
        return Mistake(compute_output_shape(layer, shape), hint)
    except SpecError:  # the other padding does not fit
        return Mistake((), hint)


def _say_padding(padding: str) -> str:
    if padding == "same":
        return "That would be VALID. Under SAME zeros are added: ⌈in / s⌉."
    return "That would be SAME. Under VALID the window stays inside the input."


# -- parameters --------------------------------------------------------------------------------


def _guess_params(layer: Layer, row: LayerSummary) -> Iterator[Mistake]:
    shape = row.input_shape
    match layer:
        case Conv2D():
            yield from _guess_bias(layer, shape)
            yield from _guess_conv(layer, row)
        case DepthwiseConv2D():
            yield from _guess_bias(layer, shape)
            maps = shape[-1] * layer.depth_multiplier
            full = Conv2D(filters=maps, kernel_size=layer.kernel_size, use_bias=layer.use_bias)
            yield _params(full, shape, "Depthwise: each filter sees its own channel alone.")
            yield _params(replace(layer, depth_multiplier=1), shape,
                          "There are depth_multiplier filters for each channel.")  # fmt: skip
        case SeparableConv2D():
            yield from _guess_bias(layer, shape)
            yield from _guess_separable(layer, shape)
        case Dense():
            yield from _guess_bias(layer, shape)
            yield Mistake(layer.units, "Each unit has a weight for every input.")
            yield Mistake(shape[-1] + layer.units, "Weights are a product: inputs · units.")
        case BatchNormalization():
            yield Mistake(2 * shape[-1], "The moving mean and variance are kept too: 4 · C in all.")
            yield Mistake(shape[-1], "There are four numbers for each channel.")
            yield Mistake(4, "There are four numbers for each channel.")
            yield Mistake(4 * prod(shape), "All cells of a channel share its four numbers.")
        case MaxPooling2D():
            window = prod(to_pair("", layer.pool_size))
            for count in (window, window * shape[-1], window * shape[-1] + shape[-1]):
                yield Mistake(count, "Pooling takes the largest value: it learns nothing.")
        case _:
            yield Mistake(prod(row.output_shape), "It hands its values on: nothing is learned.")


def _guess_bias(
    layer: Conv2D | DepthwiseConv2D | SeparableConv2D | Dense, shape: Shape
) -> Iterator[Mistake]:
    hint = "The biases are missing." if layer.use_bias else "use_bias=False: there are no biases."
    yield _params(replace(layer, use_bias=not layer.use_bias), shape, hint)


def _guess_conv(layer: Conv2D, row: LayerSummary) -> Iterator[Mistake]:
    shape, filters = row.input_shape, layer.filters
    biases = filters * layer.use_bias
    area, seen = prod(to_pair("", layer.kernel_size)), shape[-1] // layer.groups
    if layer.groups > 1:
        yield _params(replace(layer, groups=1), shape,
                      "In groups each filter sees only C / g of the channels.")  # fmt: skip
        yield Mistake(area * seen * (filters // layer.groups) + biases,
                      "That is one group; there are as many groups as `groups` says.")  # fmt: skip
    yield Mistake(area * filters + biases, "Each filter has weights for every input channel.")
    yield Mistake(area * filters * filters + biases,
                  "You took the filters for the input's channels.")  # fmt: skip
    yield Mistake(area * seen + 1, "That is one filter; there are more.")
    yield Mistake(area * seen, "That is one filter without its bias; there are more.")
    side = to_pair("", layer.kernel_size)[0]
    yield Mistake(side * seen * filters + biases, "A kernel has k · k cells, not k.")
    yield Mistake(area * seen * filters + seen * layer.groups * layer.use_bias,
                  "One bias for each filter, not for each channel.")  # fmt: skip
    yield Mistake(area * seen * filters + layer.use_bias, "Each filter has a bias of its own.")
    cells = prod(row.output_shape[:2])
    yield Mistake(area * seen * filters * cells, "Those are the MACs: weights are shared by cells.")
    yield Mistake((area * seen * filters + biases) * cells,
                  "All cells of a map share the same weights.")  # fmt: skip


def _guess_separable(layer: SeparableConv2D, shape: Shape) -> Iterator[Mistake]:
    filters, biases = layer.filters, layer.filters * layer.use_bias
    maps = shape[-1] * layer.depth_multiplier
    area = prod(to_pair("", layer.kernel_size))
    full = Conv2D(filters=filters, kernel_size=layer.kernel_size, use_bias=layer.use_bias)
    yield _params(full, shape, "That is an ordinary convolution: C · F kernels of k · k.")
    yield Mistake(area * maps, "The 1×1 convolution over all channels is missing.")
    yield Mistake(maps * filters + biases, "The depthwise kernels are missing: k · k · C.")
    yield Mistake(area * maps + maps + maps * filters + biases,
                  "There is one bias, at the end, none after the depthwise part.")  # fmt: skip


def _params(layer: Layer, shape: Shape, hint: str) -> Mistake:
    return Mistake(count_params(layer, shape)[0], hint)

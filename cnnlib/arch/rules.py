"""What one layer does with the shapes that reach it: its output's shape, parameters and MACs.

Shapes are without the batch axis: (height, width, channels), or (units,).

Counting convention: one multiply-add is one MAC. Convolution and dense layers are counted, without
their bias additions; batch normalisation, activations, pooling, dropout and sums count as none.
"""

from math import prod

from cnnlib.arch.amounts import format_shape
from cnnlib.arch.layers import (
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Foreign,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling2D,
    SeparableConv2D,
)
from cnnlib.errors import SpecError

Shape = tuple[int, ...]
Convolution = Conv2D | DepthwiseConv2D | SeparableConv2D
Pooling = MaxPooling2D | AveragePooling2D


def compute_output_shape(layer: Layer, *shapes: Shape) -> Shape:
    """The shape that `layer` makes of the shapes that it receives.

    SAME gives ceil(in / stride), VALID ceil((in - k + 1) / stride), k being the effective kernel
    size (k - 1) * dilation + 1 (Dumoulin & Visin, «A guide to convolution arithmetic», 2016).

    Raises:
        SpecError: `layer` cannot follow them.
    """
    shape = shapes[0]
    match layer:
        case Conv2D() | DepthwiseConv2D() | SeparableConv2D() | MaxPooling2D() | AveragePooling2D():
            _require_image(layer, shape)
            window, strides = get_window(layer)
            height, width = (
                _output_size(size, k, stride, layer.padding)
                for size, k, stride in zip(shape[:2], window, strides, strict=True)
            )
            return (height, width, _count_channels(layer, shape[2]))
        case GlobalMaxPooling2D() | GlobalAveragePooling2D():
            _require_image(layer, shape)
            return (shape[2],)
        case Flatten():
            return (prod(shape),)
        case Dense():
            return (*shape[:-1], layer.units)
        case Add():
            if len(set(shapes)) > 1:
                raise SpecError(
                    f"Add needs inputs of one shape. Received: {_list_shapes(shapes)}. Give the "
                    f"shorter path a 1×1 convolution with the same filters and strides."
                )
            return shape
        case Concatenate():
            if len({each[:-1] for each in shapes}) > 1:
                raise SpecError(
                    f"Concatenate needs inputs of one height and width. "
                    f"Received: {_list_shapes(shapes)}. Give all paths the same strides, and "
                    f"padding='same'."
                )
            return (*shape[:-1], sum(each[-1] for each in shapes))
        case Foreign():
            return layer.output_shape or ()
        case _:
            return shape


def count_params(layer: Layer, shape: Shape) -> tuple[int, int]:
    """(all, trainable) parameters of a layer that receives `shape`."""
    channels = shape[-1] if shape else 0
    match layer:
        case Conv2D():
            kernel = prod(_pair(layer.kernel_size)) * (channels // layer.groups) * layer.filters
            count = kernel + layer.filters * layer.use_bias
        case DepthwiseConv2D():
            maps = channels * layer.depth_multiplier
            count = prod(_pair(layer.kernel_size)) * maps + maps * layer.use_bias
        case SeparableConv2D():
            maps = channels * layer.depth_multiplier
            count = prod(_pair(layer.kernel_size)) * maps
            count += maps * layer.filters + layer.filters * layer.use_bias
        case Dense():
            count = channels * layer.units + layer.units * layer.use_bias
        case BatchNormalization():
            # gamma and beta learn; moving mean and variance do not
            return 4 * channels, 2 * channels
        case Foreign():
            return layer.params or 0, layer.trainable_params or 0
        case _:
            count = 0
    return count, count


def count_macs(layer: Layer, shape: Shape, output_shape: Shape) -> int:
    """Multiply-adds for one image."""
    match layer:
        case Conv2D():
            seen = prod(_pair(layer.kernel_size)) * (shape[-1] // layer.groups)
            return seen * prod(output_shape)
        case DepthwiseConv2D():
            return prod(_pair(layer.kernel_size)) * prod(output_shape)
        case SeparableConv2D():
            maps = shape[-1] * layer.depth_multiplier
            each_cell = prod(_pair(layer.kernel_size)) * maps + maps * layer.filters
            return each_cell * prod(output_shape[:2])
        case Dense():
            return shape[-1] * prod(output_shape)
        case _:
            return 0


def get_window(layer: Layer) -> tuple[tuple[int, int], tuple[int, int]]:
    """Effective (height, width) of the window that a layer slides, and its strides."""
    match layer:
        case Conv2D() | DepthwiseConv2D() | SeparableConv2D():
            kernel, dilation = _pair(layer.kernel_size), _pair(layer.dilation_rate)
            window = ((kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1)
            return window, _pair(layer.strides)
        case MaxPooling2D() | AveragePooling2D():
            return _pair(layer.pool_size), _pair(layer.strides or layer.pool_size)
        case _:
            return (1, 1), (1, 1)


def _count_channels(layer: Convolution | Pooling, channels: int) -> int:
    match layer:
        case Conv2D():
            if channels % layer.groups:
                raise SpecError(
                    f"groups must divide the {channels} input channels. Received: {layer.groups}."
                )
            return layer.filters
        case SeparableConv2D():
            return layer.filters
        case DepthwiseConv2D():
            return channels * layer.depth_multiplier
        case _:
            return channels


def _require_image(layer: Layer, shape: Shape) -> None:
    if len(shape) != 3:
        raise SpecError(
            f"{layer.kind} needs an input of (height, width, channels). Received: {shape}. "
            f"Put it before the Flatten layer."
        )


def _output_size(size: int, window: int, stride: int, padding: str) -> int:
    if padding == "same":
        return -(-size // stride)
    if window > size:
        raise SpecError(
            f"with padding='valid' the window must fit into the input of size {size}. "
            f"Received: {window}. Take a smaller one, or padding='same'."
        )
    return -(-(size - window + 1) // stride)


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _list_shapes(shapes: tuple[Shape, ...]) -> str:
    return " and ".join(format_shape(shape) for shape in shapes)

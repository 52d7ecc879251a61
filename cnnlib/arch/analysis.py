"""What a declaration costs, computed from the declaration alone: shapes, parameters, MACs, field.

Counting convention: one multiply-add is one MAC. Convolution and dense layers are counted, without
their bias additions; batch normalisation, activations, pooling and dropout count as none.
"""

from dataclasses import dataclass
from math import prod

from cnnlib.arch.spec import (
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    MaxPooling2D,
    Spec,
)
from cnnlib.errors import SpecError

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerSummary:
    """One layer's share. Shapes are without the batch axis: (height, width, channels) or (units,).

    `receptive_field` is (height, width) in input pixels of one output cell, cut off at the input's
    own size, as padding sees nothing; None once the layer sees the whole input through a flatten.
    """

    name: str
    kind: str
    role: str
    input_shape: Shape
    output_shape: Shape
    params: int
    trainable_params: int
    macs: int
    receptive_field: tuple[int, int] | None


@dataclass(frozen=True)
class Summary:
    """The whole network's numbers; `receptive_field` is the last spatial layer's, uncut."""

    layers: tuple[LayerSummary, ...]
    params: int
    trainable_params: int
    macs: int
    receptive_field: tuple[int, int]


def analyze(spec: Spec) -> Summary:
    """Count a network layer by layer.

    Raises:
        SpecError: a layer does not fit what comes before it; the message names layer and rule.
    """
    rows = []
    shape: Shape = spec.input_shape
    field, jump = (1, 1), (1, 1)
    for layer in spec.layers:
        try:
            output_shape = compute_output_shape(layer, shape)
        except SpecError as error:
            raise SpecError(f"Layer {layer.name}: {error}") from error
        params, trainable = _count_params(layer, shape)
        window, strides = _window_and_strides(layer)
        field = _grow(field, window, jump)
        jump = (jump[0] * strides[0], jump[1] * strides[1])
        seen = (min(field[0], spec.input_shape[0]), min(field[1], spec.input_shape[1]))
        rows.append(
            LayerSummary(
                name=layer.name,
                kind=layer.kind,
                role=layer.role,
                input_shape=shape,
                output_shape=output_shape,
                params=params,
                trainable_params=trainable,
                macs=_count_macs(layer, shape, output_shape),
                receptive_field=seen if len(output_shape) == 3 else None,
            )
        )
        shape = output_shape
    return Summary(
        layers=tuple(rows),
        params=sum(row.params for row in rows),
        trainable_params=sum(row.trainable_params for row in rows),
        macs=sum(row.macs for row in rows),
        receptive_field=field,
    )


def compute_output_shape(layer: Layer, shape: Shape) -> Shape:
    """The shape that follows `shape` (no batch axis) after `layer`.

    SAME gives ceil(in / stride), VALID ceil((in - k + 1) / stride), k being the effective kernel
    size (k - 1) * dilation + 1 (Dumoulin & Visin, «A guide to convolution arithmetic», 2016).

    Raises:
        SpecError: `layer` cannot follow `shape`.
    """
    if isinstance(layer, Conv2D | MaxPooling2D):
        if len(shape) != 3:
            raise SpecError(
                f"{layer.kind} needs an input of (height, width, channels). Received: {shape}. "
                f"Put it before the Flatten layer."
            )
        window, strides = _window_and_strides(layer)
        height, width = (
            _output_size(size, k, stride, layer.padding)
            for size, k, stride in zip(shape[:2], window, strides, strict=True)
        )
        if isinstance(layer, Conv2D):
            if shape[2] % layer.groups:
                raise SpecError(
                    f"groups must divide the {shape[2]} input channels. Received: {layer.groups}."
                )
            return (height, width, layer.filters)
        return (height, width, shape[2])
    if isinstance(layer, Flatten):
        return (prod(shape),)
    if isinstance(layer, Dense):
        return (*shape[:-1], layer.units)
    return shape


def _output_size(size: int, window: int, stride: int, padding: str) -> int:
    if padding == "same":
        return -(-size // stride)
    if window > size:
        raise SpecError(
            f"with padding='valid' the window must fit into the input of size {size}. "
            f"Received: {window}. Take a smaller one, or padding='same'."
        )
    return -(-(size - window + 1) // stride)


def _window_and_strides(layer: Layer) -> tuple[tuple[int, int], tuple[int, int]]:
    """Effective (height, width) of the window that a layer slides, and its strides."""
    if isinstance(layer, Conv2D):
        kernel, dilation = _pair(layer.kernel_size), _pair(layer.dilation_rate)
        window = ((kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1)
        return window, _pair(layer.strides)
    if isinstance(layer, MaxPooling2D):
        return _pair(layer.pool_size), _pair(layer.strides or layer.pool_size)
    return (1, 1), (1, 1)


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _grow(
    field: tuple[int, int], window: tuple[int, int], jump: tuple[int, int]
) -> tuple[int, int]:
    """r + (k - 1) * j on both axes (Araujo et al., «Computing Receptive Fields», Distill 2019)."""
    return field[0] + (window[0] - 1) * jump[0], field[1] + (window[1] - 1) * jump[1]


def _count_params(layer: Layer, shape: Shape) -> tuple[int, int]:
    """(all, trainable) parameters of a layer that receives `shape`."""
    if isinstance(layer, Conv2D):
        weights = prod(_pair(layer.kernel_size)) * (shape[-1] // layer.groups) * layer.filters
        count = weights + layer.filters * layer.use_bias
        return count, count
    if isinstance(layer, Dense):
        count = shape[-1] * layer.units + layer.units * layer.use_bias
        return count, count
    if isinstance(layer, BatchNormalization):
        return 4 * shape[-1], 2 * shape[-1]  # gamma and beta learn; moving mean and variance do not
    return 0, 0


def _count_macs(layer: Layer, shape: Shape, output_shape: Shape) -> int:
    if isinstance(layer, Conv2D):
        per_cell = prod(_pair(layer.kernel_size)) * (shape[-1] // layer.groups)
        return per_cell * prod(output_shape)
    if isinstance(layer, Dense):
        return shape[-1] * prod(output_shape)
    return 0

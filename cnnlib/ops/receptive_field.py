"""What a cell of a stack of layers sees of the image: the receptive field, on one axis.

After Araujo, Norris & Sim, «Computing Receptive Fields of Convolutional Neural Networks», Distill
2019. Layer l has kernel size k, stride s, dilation d and p zeros of padding before its input:

    jump              j_l = j_{l-1} · s_l                        j_0 = 1
    receptive field   r_l = r_{l-1} + (k_l - 1) · d_l · j_{l-1}  r_0 = 1
    first pixel       f_l = f_{l-1} - p_l · j_{l-1}              f_0 = 0
    start             f_l + (r_l - 1) / 2, the centre of the first cell's field

Pixel 0's centre is 0. Cell c of layer l sees r_l pixels from f_l + c · j_l on; those below 0
or beyond the image are padding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from cnnlib.errors import OperatorError
from cnnlib.ops.linkage import AxisTaps
from cnnlib.ops.windows import (
    Padding,
    check_keras_takes,
    check_positive,
    compute_effective_size,
    compute_output_size,
    compute_padding,
    slide,
)

Kind = Literal["conv", "pool"]
KINDS: tuple[Kind, ...] = ("conv", "pool")


@dataclass(frozen=True)
class StackLayer:
    """A convolution or max pooling with a square window, as one axis sees it.

    Raises:
        OperatorError: a number is below 1, a word is unknown, or Keras has no such layer.
    """

    name: str
    kernel_size: int
    strides: int = 1
    dilation_rate: int = 1
    padding: Padding = "valid"
    kind: Kind = "conv"

    def __post_init__(self) -> None:
        check_positive(
            kernel_size=self.kernel_size, strides=self.strides, dilation_rate=self.dilation_rate
        )
        if self.padding not in ("valid", "same"):
            raise OperatorError(f"padding must be 'valid' or 'same'. Received: {self.padding!r}.")
        if self.kind not in KINDS:
            raise OperatorError(f"kind must be 'conv' or 'pool'. Received: {self.kind!r}.")
        if self.kind == "pool" and self.dilation_rate > 1:
            raise OperatorError(
                f"dilation_rate must be 1 for pooling: Keras' pooling has none. "
                f"Received: {self.dilation_rate}. Set it to 1."
            )
        check_keras_takes(self.strides, self.dilation_rate)


@dataclass(frozen=True)
class FieldRow:
    """One layer's numbers.

    output_size: cells along the axis.
    effective_size: the kernel's span in cells of the layer before, its gaps included.
    jump: pixels of the image between the fields of two neighbouring cells.
    field: pixels of the image that one cell sees, those in the padding included.
    start: the centre of the first cell's field, in pixels; pixel 0's centre is 0.
    """

    layer: StackLayer
    output_size: int
    effective_size: int
    jump: int
    field: int
    start: float

    @property
    def first(self) -> int:
        """The first pixel that cell 0 sees; below 0 it lies in the padding."""
        return round(self.start - (self.field - 1) / 2)


def compute_fields(layers: Sequence[StackLayer], input_size: int) -> tuple[FieldRow, ...]:
    """Each layer's size, jump and receptive field, by the recursion above.

    Args:
        input_size: the image's pixels along the axis.

    Raises:
        OperatorError: a layer does not fit into what comes before it; the message names it.
    """
    check_positive(input_size=input_size)
    rows: list[FieldRow] = []
    size, jump, field, first = input_size, 1, 1, 0
    for layer in layers:
        try:
            axis = _window(layer)
            out = compute_output_size(size, **axis)
            before, _ = compute_padding(size, **axis)
        except OperatorError as error:
            raise OperatorError(f"Layer {layer.name}: {error}") from error
        effective = compute_effective_size(layer.kernel_size, layer.dilation_rate)
        first -= before * jump
        field += (effective - 1) * jump
        jump *= layer.strides
        size = out
        rows.append(FieldRow(layer, out, effective, jump, field, first + (field - 1) / 2))
    return tuple(rows)


def find_field(rows: Sequence[FieldRow], layer: int, cell: int) -> tuple[int, int]:
    """The first and last pixel that a cell sees, as if the image and all grids had no end.

    Pixels below 0 or beyond the image are padding.

    Args:
        rows: what `compute_fields` gave.
        layer: index into `rows`.
        cell: the cell's place on this layer's grid, from 0.

    Raises:
        OperatorError: there is no such layer or cell.
    """
    if not 0 <= layer < len(rows):
        raise OperatorError(f"layer must be from 0 to {len(rows) - 1}. Received: {layer!r}.")
    row = rows[layer]
    if not 0 <= cell < row.output_size:
        raise OperatorError(
            f"Layer {row.layer.name}: cell must be from 0 to {row.output_size - 1}. "
            f"Received: {cell!r}."
        )
    first = row.first + cell * row.jump
    return first, first + row.field - 1


def trace_cells(
    layers: Sequence[StackLayer], input_size: int, cell: int
) -> tuple[tuple[int, ...], ...]:
    """The cells of every grid that a cell of the last layer is made from, the image's first.

    Unlike `find_field` it leaves out padding, and what only padding would have brought in.

    Returns:
        One tuple of places per grid: image, first layer … last layer (only `cell` itself).

    Raises:
        OperatorError: a layer does not fit, or there is no such cell.
    """
    rows = compute_fields(layers, input_size)
    if layers:
        find_field(rows, len(rows) - 1, cell)  # checks the cell
    sizes = [input_size, *(row.output_size for row in rows)]
    seen: list[tuple[int, ...]] = [(cell,)]
    for layer, size in zip(reversed(layers), reversed(sizes[:-1]), strict=True):
        taps = slide_layer(layer, size)
        sources = {tap.source for place in seen[0] for tap in taps[place]}
        seen.insert(0, tuple(sorted(place for place in sources if 0 <= place < size)))
    return tuple(seen)


def trace_middle(rows: Sequence[FieldRow], layer: int, cell: int) -> tuple[int, ...]:
    """From a cell down through the layers, always to a cell in the middle of the window.

    Returns:
        One place per layer from the first to `layer`, whose place is `cell`.
    """
    cells = [cell]
    for number in range(layer, 0, -1):
        size = rows[number - 1].output_size
        read = [tap.source for tap in slide_layer(rows[number].layer, size)[cells[0]]]
        inside = [source for source in read if 0 <= source < size]
        if not inside:  # this cell is made of padding alone
            inside = [min(max(read[0], 0), size - 1)]
        cells.insert(0, inside[(len(inside) - 1) // 2])
    return tuple(cells)


def slide_layer(layer: StackLayer, size: int, *, weight_step: int = 1) -> AxisTaps:
    """What each place of the layer reads along an axis of `size` cells."""
    return slide(size, **_window(layer), weight_step=weight_step)


class _Window(TypedDict):
    kernel_size: int
    stride: int
    dilation_rate: int
    padding: Padding


def _window(layer: StackLayer) -> _Window:
    return {
        "kernel_size": layer.kernel_size,
        "stride": layer.strides,
        "dilation_rate": layer.dilation_rate,
        "padding": layer.padding,
    }


def _same(name: str, kernel_size: int) -> StackLayer:
    return StackLayer(name, kernel_size, padding="same")


def _pool(number: int, kernel_size: int) -> StackLayer:
    return StackLayer(f"pool{number}", kernel_size, strides=2, kind="pool")


def _make_vgg16() -> tuple[StackLayer, ...]:
    layers: list[StackLayer] = []
    for block, count in enumerate((2, 2, 3, 3, 3), start=1):
        layers += [_same(f"conv{block}_{number}", 3) for number in range(1, count + 1)]
        layers.append(_pool(block, 2))
    return tuple(layers)


ALEXNET = (
    StackLayer("conv1", 11, strides=4),
    _pool(1, 3),
    _same("conv2", 5),
    _pool(2, 3),
    _same("conv3", 3),
    _same("conv4", 3),
    _same("conv5", 3),
    _pool(5, 3),
)
"""The convolutions and poolings of AlexNet (Krizhevsky et al. 2012), for images of 227 × 227."""

VGG16 = _make_vgg16()
"""Those of VGG16 (Simonyan & Zisserman 2015), for images of 224 × 224."""

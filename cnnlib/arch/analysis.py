"""What a declaration costs, computed from the declaration alone: shapes, parameters, MACs, field.

The rules for one layer, and what is counted, are in `cnnlib.arch.rules`; here they are followed
through the network.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod

from cnnlib.arch.layers import Foreign, Layer
from cnnlib.arch.rules import (
    Shape,
    compute_output_shape,
    count_macs,
    count_params,
    get_window,
)
from cnnlib.arch.spec import INPUT, Spec
from cnnlib.errors import SpecError


class LayerError(SpecError):
    """A layer does not fit what comes before it: which one, and the rule that it breaks."""

    def __init__(self, layer: str, rule: str) -> None:
        super().__init__(f"Layer {layer}: {rule}")
        self.layer = layer
        self.rule = rule


@dataclass(frozen=True)
class LayerSummary:
    """One layer's share. Shapes are without the batch axis: (height, width, channels) or (units,).

    `receptive_field` is (height, width) in input pixels of one output cell, cut off at the input's
    own size, as padding sees nothing; None once the layer sees the whole input through a flatten
    or a global pooling. `field_before` and `jump_before` are what it grows by: the field, uncut,
    and the distance between neighbouring cells of what comes in, in input pixels. Where `known` is
    False nobody could say: the shape is () and the counts, 0, mean nothing.
    """

    name: str
    kind: str
    role: str
    block: str
    sources: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    params: int
    trainable_params: int
    macs: int
    receptive_field: tuple[int, int] | None
    known: bool = True
    field_before: tuple[int, int] = (1, 1)
    jump_before: tuple[int, int] = (1, 1)

    @property
    def input_shape(self) -> Shape:
        """The first input's shape; only a layer that merges has more."""
        return self.input_shapes[0]

    @property
    def values(self) -> int:
        """How many numbers the layer puts out for one image."""
        return prod(self.output_shape) if self.known else 0


@dataclass(frozen=True)
class Summary:
    """The whole network's numbers, without those of its `unknown` layers.

    `receptive_field` is the last spatial layer's, uncut; the whole image where there is none.
    """

    layers: tuple[LayerSummary, ...]
    params: int
    trainable_params: int
    macs: int
    receptive_field: tuple[int, int]

    @property
    def unknown(self) -> tuple[LayerSummary, ...]:
        return tuple(row for row in self.layers if not row.known)


@dataclass(frozen=True)
class _Reach:
    """What one cell sees, and how far apart two neighbours' centres are, both in input pixels."""

    field: tuple[int, int] = (1, 1)
    jump: tuple[int, int] = (1, 1)


def analyze(spec: Spec) -> Summary:
    """Count a network layer by layer.

    Raises:
        LayerError: a layer does not fit what comes before it; the message names layer and rule.
    """
    summary, error = analyze_until_error(spec)
    if error:
        raise error
    return summary


@lru_cache(maxsize=256)
def analyze_until_error(spec: Spec) -> tuple[Summary, LayerError | None]:
    """Count the layers up to the first that does not fit; that one's error, None if all do."""
    shapes: dict[str, Shape] = {INPUT: spec.input_shape}
    reaches = {INPUT: _Reach()}
    rows: list[LayerSummary] = []
    error = None
    for layer, sources in zip(spec.layers, spec.sources, strict=True):
        given = tuple(shapes[source] for source in sources)
        try:
            row = _count_layer(layer, sources, given)
        except SpecError as broken:
            error = LayerError(layer.name, str(broken))
            break
        before = _reach_most([reaches[source] for source in sources])
        reach = _reach_further(layer, before)
        row = replace(row, field_before=before.field, jump_before=before.jump)
        if row.known and len(row.output_shape) == 3:
            row = _with_field(row, reach, spec)
        shapes[layer.name], reaches[layer.name] = row.output_shape, reach
        rows.append(row)
    fields = [reaches[row.name].field for row in rows if row.receptive_field]
    summary = Summary(
        layers=tuple(rows),
        params=sum(row.params for row in rows),
        trainable_params=sum(row.trainable_params for row in rows),
        macs=sum(row.macs for row in rows),
        receptive_field=fields[-1] if fields else spec.input_shape[:2],
    )
    return summary, error


def _count_layer(layer: Layer, sources: tuple[str, ...], shapes: tuple[Shape, ...]) -> LayerSummary:
    told = not isinstance(layer, Foreign) or layer.params is not None
    reached = isinstance(layer, Foreign) or all(shapes)  # a foreign one says its shape itself
    output_shape = compute_output_shape(layer, *shapes) if reached else ()
    known = told and bool(output_shape)
    params, trainable = count_params(layer, shapes[0]) if known else (0, 0)
    return LayerSummary(
        name=layer.name,
        kind=layer.kind,
        role=layer.role,
        block=layer.block,
        sources=sources,
        input_shapes=shapes,
        output_shape=output_shape,
        params=params,
        trainable_params=trainable,
        macs=count_macs(layer, shapes[0], output_shape) if known else 0,
        receptive_field=None,
        known=known,
    )


def _reach_most(reaches: list[_Reach]) -> _Reach:
    """Where paths meet, the one that sees most counts, down and across."""
    return _Reach(
        field=(max(r.field[0] for r in reaches), max(r.field[1] for r in reaches)),
        jump=(max(r.jump[0] for r in reaches), max(r.jump[1] for r in reaches)),
    )


def _reach_further(layer: Layer, before: _Reach) -> _Reach:
    """r + (k - 1) * j on both axes.

    Araujo et al., «Computing Receptive Fields of Convolutional Neural Networks», Distill 2019.
    """
    window, strides = get_window(layer)
    rows, columns = (
        (
            field + (size - 1) * jump,
            jump * stride,
        )
        for field, jump, size, stride in zip(
            before.field, before.jump, window, strides, strict=True
        )
    )
    return _Reach(field=(rows[0], columns[0]), jump=(rows[1], columns[1]))


def _with_field(row: LayerSummary, reach: _Reach, spec: Spec) -> LayerSummary:
    height, width = (
        min(field, size) for field, size in zip(reach.field, spec.input_shape[:2], strict=True)
    )
    return replace(row, receptive_field=(height, width))

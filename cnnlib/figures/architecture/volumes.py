"""The picture that papers draw: each output a box, as high and deep as it is, as wide as channels.

Sizes are to be compared by eye, not measured: sides go with the square root of height and width,
thickness with the logarithm of the channels.
"""

import json
from dataclasses import dataclass
from html import escape
from math import log2, sqrt

from cnnlib.arch.analysis import Summary
from cnnlib.arch.spec import INPUT, Spec
from cnnlib.figures.architecture.folding import Node, fold
from cnnlib.figures.architecture.graph import describe_node
from cnnlib.figures.architecture.roles import IMAGE, color_of, shorten

LARGEST = 112.0  # pixels of the largest side
SMALLEST = 5.0
SLANT = 0.38  # how far back a side of the same length goes
THICKNESS = 4.3  # pixels for each doubling of the channels
SLOT = 62.0  # room for a box and its captions, at least
GAP, NARROW_GAP = 16.0, 5.0
CAPTIONS = 38.0  # under the boxes
UNDRAWN_ROLES = ("B", "A", "D")  # they change no shape
_DRAWN_ROLES = ("C", "P", "flatten", "dense", "other")
_LETTER = 6.1  # pixels of a caption's letter, on average

MIDDLE = 4 + LARGEST * (1 + SLANT) / 2
HEIGHT = 2 * MIDDLE + CAPTIONS

Point = tuple[float, float]
Nodes = list[Node] | list[None]


@dataclass(frozen=True)
class Volume:
    """A box: its front's left upper corner, the front's width and height, how far it goes back.

    node: what gives this output; None for the image.
    """

    node: Node | None
    shape: tuple[int, ...]
    x: float
    y: float
    width: float
    height: float
    depth: float

    @property
    def right(self) -> float:
        return self.x + self.width + self.depth


@dataclass(frozen=True)
class Group:
    """Boxes of one shape side by side, and the two lines under them; all are `HEIGHT` high."""

    volumes: tuple[Volume, ...]
    caption: tuple[str, str]
    width: float


def lay_out_volumes(spec: Spec, summary: Summary) -> tuple[Group, ...]:
    """Groups from left to right: the image, then what changes it; a block is one box."""
    groups = _group(spec, summary)
    sides = [side for shape, _ in groups if len(shape) == 3 for side in shape[:2]]
    return tuple(_place(shape, nodes, max(sides)) for shape, nodes in groups)


def _place(shape: tuple[int, ...], nodes: Nodes, largest: int) -> Group:
    width, height, depth = _measure(shape, largest)
    caption = (_name(nodes), "×".join(map(str, shape)))
    boxes = width * len(nodes) + NARROW_GAP * (len(nodes) - 1) + depth
    slot = max(boxes, SLOT, _LETTER * max(map(len, caption))) + GAP
    left = (slot - boxes) / 2
    volumes = [
        Volume(node, shape, left + number * (width + NARROW_GAP), MIDDLE + (depth - height) / 2,
               width, height, depth)
        for number, node in enumerate(nodes)
    ]  # fmt: skip
    return Group(tuple(volumes), caption, slot)


def draw_volumes(spec: Spec, summary: Summary) -> tuple[str, ...]:
    """An `<svg>` for each group; boxes carry what the nodes of a graph carry (see `graph`)."""
    groups = lay_out_volumes(spec, summary)
    return tuple(
        _draw_group(group, first=number == 0, last=number == len(groups) - 1)
        for number, group in enumerate(groups)
    )


def _draw_group(group: Group, *, first: bool, last: bool) -> str:
    """The boxes, their captions, and the dotted line that goes from group to group."""
    start, end = group.volumes[0].x, group.volumes[-1].right
    lines = ([] if first else [(0.0, start)]) + ([] if last else [(end, group.width)])
    axis = "".join(
        f'<path class="lab-net-axis" d="M{left:.1f} {MIDDLE:g}L{right:.1f} {MIDDLE:g}"/>'
        for left, right in lines
    )
    middle, base = group.width / 2, HEIGHT - CAPTIONS
    captions = "".join(
        f'<text class="lab-net-{name}" text-anchor="middle" x="{middle:g}" y="{base + y:g}">'
        f"{escape(line)}</text>"
        for name, y, line in zip(("label", "shape"), (14, 30), group.caption, strict=True)
    )
    boxes = "".join(_draw_volume(volume) for volume in group.volumes)
    return (
        f'<svg width="{group.width:g}" height="{HEIGHT:g}" '
        f'viewBox="0 0 {group.width:g} {HEIGHT:g}" xmlns="http://www.w3.org/2000/svg">'
        f"{axis}{boxes}{captions}</svg>"
    )


def _group(spec: Spec, summary: Summary) -> list[tuple[tuple[int, ...], list[Node] | list[None]]]:
    """(shape, what gives it); convolutions of one shape one after another are a group."""
    groups: list[tuple[tuple[int, ...], list[Node]]] = []
    for node in _list_drawn(spec, summary):
        if groups and node.role == "C":
            shape, before = groups[-1]
            alike = shape == node.output_shape and before[-1].label == node.label
            if alike and before[-1].role == "C":
                before.append(node)
                continue
        groups.append((node.output_shape, [node]))
    return [(spec.input_shape, [None]), *groups]


def _list_drawn(spec: Spec, summary: Summary) -> list[Node]:
    """Blocks, and of the layers between them those that change what is seen."""
    opened = fold(spec, summary, "layers")
    inside = {node.name: node for node in fold(spec, summary, "blocks") if node.folded}
    ends = {node.rows[-1].name for node in inside.values()}
    drawn = []
    for node in opened:
        if node.name in ends:
            drawn.append(inside[node.name])
        elif not node.block and (node.role in _DRAWN_ROLES or len(node.sources) > 1):
            drawn.append(node)
    return [node for node in drawn if node.output_shape]


def _measure(shape: tuple[int, ...], largest: int) -> tuple[float, float, float]:
    """(width, height, depth) of the box, in pixels."""
    if len(shape) != 3:
        return 7.0, min(16 + 9 * log2(1 + shape[-1]), LARGEST), 4.0
    height, width, channels = shape
    return (
        SMALLEST + THICKNESS * log2(channels),
        max(LARGEST * sqrt(height / largest), SMALLEST),
        SLANT * max(LARGEST * sqrt(width / largest), SMALLEST),
    )


def _name(nodes: Nodes) -> str:
    if nodes[0] is None:
        return INPUT
    label = shorten(nodes[0].label)
    return label if len(nodes) == 1 else f"{len(nodes)} · {label}"


def _draw_volume(volume: Volume) -> str:
    node = volume.node
    role = IMAGE if node is None else node.role
    told = 'class="lab-net-volume"'
    if node is not None:
        tip = describe_node(node)
        names = json.dumps([layer.name for layer in node.layers])
        label = tip.replace("\n", ", ")
        told += (
            f' role="button" tabindex="-1" data-layers="{escape(names, quote=True)}" '
            f'data-tip="{escape(tip, quote=True)}" aria-label="{escape(label, quote=True)}"'
        )
    faces = "".join(
        f'<path class="lab-net-{name}" d="{_close(points)}"/>' for name, points in faces_of(volume)
    )
    return f'<g {told} style="--role:{color_of(role)}">{faces}</g>'


def faces_of(volume: Volume) -> list[tuple[str, list[Point]]]:
    """The front, the top and the right side, as corners."""
    left, top = volume.x, volume.y
    right, bottom = left + volume.width, top + volume.height
    back = volume.depth
    return [
        ("top", [(left, top), (left + back, top - back), (right + back, top - back), (right, top)]),
        ("side", [(right, top), (right + back, top - back),
                  (right + back, bottom - back), (right, bottom)]),
        ("front", [(left, top), (right, top), (right, bottom), (left, bottom)]),
    ]  # fmt: skip


def _close(points: list[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z"

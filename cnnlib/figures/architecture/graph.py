"""A network as a graph: an SVG for each of its segments, to be set one after another like words.

Colours are those of the roles; text and lines take the page's own (`currentColor`), so the same
drawing stands on light and dark. A node carries `data-layers` and `data-block`, by which a page
knows what was clicked, and `data-tip`, what is told of it.
"""

import json
from collections.abc import Collection
from html import escape
from itertools import pairwise

from cnnlib.arch.amounts import format_shape
from cnnlib.arch.analysis import Summary
from cnnlib.arch.spec import INPUT, Spec
from cnnlib.arch.tables import describe_arguments
from cnnlib.figures.architecture.folding import Detail, Node, fold
from cnnlib.figures.architecture.layout import (
    ENTRY,
    FRAME_TOP,
    NODE_HEIGHT,
    NODE_WIDTH,
    Box,
    Point,
    Segment,
    Wire,
    lay_out,
)
from cnnlib.figures.architecture.roles import IMAGE, color_of, shorten

MARGIN = 3.0  # around a segment, for lines and focus rings
MOST_WIRE = 2_500  # layers; GoogLeNet's lead over some 700


def can_draw(summary: Summary) -> bool:
    """Whether a drawing would be read, and be made in time: not where very many lines cross.

    What counts is over how many layers all lines together lead.
    """
    place = {row.name: number for number, row in enumerate(summary.layers)}
    wire = sum(
        place[row.name] - place.get(source, -1) for row in summary.layers for source in row.sources
    )
    return wire <= MOST_WIRE


def draw_graph(
    spec: Spec, summary: Summary, detail: Detail, opened: Collection[str] = ()
) -> tuple[str, ...]:
    """The image, then the network's segments, each an `<svg>`.

    Args:
        summary: of all layers, or of the first ones, where another does not fit.
        detail: whether nodes are blocks, steps or layers.
        opened: blocks that are drawn in steps all the same.
    """
    segments = lay_out(fold(spec, summary, detail, opened))
    return (_draw_image(spec), *(draw_segment(segment) for segment in segments))


def draw_segment(segment: Segment) -> str:
    parts = [_draw_frame(segment)] if segment.frame else []
    parts += [_draw_wire(wire) for wire in segment.wires]
    if sum(wire.source is None for wire in segment.wires) > 1:
        x, y = segment.wires[0].points[0]
        parts.append(f'<circle class="lab-net-fork" cx="{x + 4:g}" cy="{y:g}" r="3.5"/>')
    parts += [_draw_node(box) for box in segment.boxes]
    return _wrap(segment.width, segment.height, "".join(parts))


def _wrap(width: float, height: float, content: str) -> str:
    wide, high = width + MARGIN, height + 2 * MARGIN
    return (
        f'<svg width="{wide:g}" height="{high:g}" viewBox="0 {-MARGIN:g} {wide:g} {high:g}" '
        f'xmlns="http://www.w3.org/2000/svg">{content}</svg>'
    )


def _draw_image(spec: Spec) -> str:
    content = (
        f'<g class="lab-net-node" style="--role:{color_of(IMAGE)}">'
        f'<rect x="{MARGIN:g}" y="0" width="{NODE_WIDTH - 30:g}" height="{NODE_HEIGHT:g}" rx="7"/>'
        f'<text class="lab-net-label" x="13" y="18">{INPUT}</text>'
        f'<text class="lab-net-shape" x="13" y="34">{_shape(spec.input_shape)}</text></g>'
    )
    return _wrap(NODE_WIDTH - 30 + MARGIN, NODE_HEIGHT, content)


def _draw_frame(segment: Segment) -> str:
    """The box around an opened block, and its name, by which it is closed again."""
    name = escape(segment.frame, quote=True)
    x, width = ENTRY - 6, segment.width - ENTRY + 6
    return (
        f'<rect class="lab-net-frame" x="{x:g}" y="0" width="{width:g}" '
        f'height="{segment.height:g}" rx="9"/>'
        f'<g class="lab-net-name" role="button" tabindex="-1" data-block="{name}" '
        f'aria-expanded="true" aria-label="{name}: close the block">'
        f'<rect x="{x + 3:g}" y="3" width="{NODE_WIDTH + 10:g}" height="{FRAME_TOP - 5:g}" rx="6"/>'
        f'<text x="{x + 11:g}" y="17">− {escape(shorten(segment.frame))}</text></g>'
    )


def _draw_wire(wire: Wire) -> str:
    """Straight through the columns, bent between them; an arrow at the end."""
    kind = " lab-net-bypass" if len(wire.points) > 2 else ""
    x, y = wire.points[-1]
    head = f"M{x - 6:g} {y - 3.5:g}L{x:g} {y:g}L{x - 6:g} {y + 3.5:g}"
    return f'<path class="lab-net-wire{kind}" d="{make_path(wire.points)}{head}"/>'


def make_path(points: tuple[Point, ...]) -> str:
    """SVG's path through the points; where the height changes, bent within the gap's width."""
    parts = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        if y1 == y2:
            parts.append(f"L{x2:g} {y2:g}")
            continue
        end = x2 - 6  # an arrow's head comes in straight
        middle = (x1 + end) / 2
        parts.append(f"C{middle:g} {y1:g} {middle:g} {y2:g} {end:g} {y2:g}L{x2:g} {y2:g}")
    return "".join(parts)


def _draw_node(box: Box) -> str:
    node = box.node
    x, y = box.x, box.y
    sheet = ""
    if node.folded:  # as a stack of sheets
        sheet = (
            f'<rect class="lab-net-sheet" x="{x + 4:g}" y="{y - 3:g}" '
            f'width="{NODE_WIDTH - 4:g}" height="{NODE_HEIGHT:g}" rx="7"/>'
        )
    return (
        f'<g class="lab-net-node" role="button" tabindex="-1" {_describe(node)} '
        f'style="--role:{color_of(node.role)}">{sheet}'
        f'<rect x="{x:g}" y="{y:g}" width="{NODE_WIDTH - 4 if node.folded else NODE_WIDTH:g}" '
        f'height="{NODE_HEIGHT:g}" rx="7"/>'
        f'<text class="lab-net-label" x="{x + 9:g}" y="{y + 18:g}">{escape(node.label)}</text>'
        f'<text class="lab-net-shape" x="{x + 9:g}" y="{y + 34:g}">{_shape(node.output_shape)}'
        f"</text>{_draw_letters(node, x, y)}</g>"
    )


def _draw_letters(node: Node, x: float, y: float) -> str:
    """What a step holds besides its first layer, each letter in its role's colour."""
    if node.folded:
        return (
            f'<text class="lab-net-count" x="{x + NODE_WIDTH - 12:g}" y="{y + 34:g}">'
            f"{len(node.layers)}</text>"
        )
    roles = [layer.role for layer in node.layers[1:]]
    letters = "".join(f'<tspan style="fill:{color_of(role)}">{role}</tspan>' for role in roles)
    if not letters:
        return ""
    return (
        f'<text class="lab-net-letters" x="{x + NODE_WIDTH - 8:g}" y="{y + 34:g}">{letters}</text>'
    )


def _describe(node: Node) -> str:
    """What scripts and screen readers are told."""
    names = json.dumps([layer.name for layer in node.layers])
    tip = describe_node(node)
    attributes = {"data-layers": names, "data-tip": tip, "aria-label": tip.replace("\n", ", ")}
    if node.folded:
        attributes |= {"data-block": node.block, "aria-expanded": "false"}
    return " ".join(f'{key}="{escape(value, quote=True)}"' for key, value in attributes.items())


def describe_node(node: Node) -> str:
    """What a node is, line by line: its layers, what comes out, what it costs."""
    if node.folded:
        lines = [f"{node.block}: {len(node.layers)} layers, click to open"]
    else:
        lines = []
        for layer in node.layers:
            kernel, stride, details = describe_arguments(layer)
            told = [kernel, f"stride {stride}" if stride not in ("", "1") else "", details]
            lines.append(f"{layer.name}: {', '.join(filter(None, [layer.kind, *told]))}")
    if not all(row.known for row in node.rows):
        return "\n".join([*lines, "Not all of it is known"])
    params = f"{node.params:,} parameters" if node.params != 1 else "1 parameter"
    lines.append(f"Output {format_shape(node.output_shape)}")
    lines.append(f"{params}, {node.macs:,} MACs")
    return "\n".join(lines)


def _shape(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "unknown"

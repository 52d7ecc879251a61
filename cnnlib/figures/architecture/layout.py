"""Where the nodes of a network's drawing stand: plain geometry, in pixels, y downwards.

The network is cut where one single line goes through: into segments, drawn one after another as
words of a text. Within a segment a node's column is the longest way to it, and every path has a
lane of its own. Lines bend only between columns, and pass a column only where no node stands: so
none crosses a node, whatever the network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cnnlib.arch.spec import INPUT
from cnnlib.figures.architecture.folding import Node

NODE_WIDTH, NODE_HEIGHT = 122.0, 44.0
COLUMN_GAP, LANE_GAP = 30.0, 12.0
BYPASS_HEIGHT = 14.0  # of a lane in which no node stands
ENTRY = 24.0  # the arrow that leads into a segment
FRAME, FRAME_TOP = 9.0, 26.0  # around an opened block; above it stands its name

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A node's place: its left upper corner; all are `NODE_WIDTH` by `NODE_HEIGHT`."""

    node: Node
    x: float
    y: float

    @property
    def middle(self) -> float:
        return self.y + NODE_HEIGHT / 2

    @property
    def right(self) -> float:
        return self.x + NODE_WIDTH


@dataclass(frozen=True)
class Wire:
    """The line from one node to another, through `points`; `source` is None for the entry."""

    source: str | None
    target: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Segment:
    """Nodes between two cuts. `frame` names the block around them, if it is drawn open."""

    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    width: float
    height: float
    frame: str = ""


def lay_out(nodes: Sequence[Node]) -> tuple[Segment, ...]:
    """Segments, in the order of the network."""
    return tuple(_Segment(part).lay_out() for part in split(nodes))


def split(nodes: Sequence[Node]) -> list[list[Node]]:
    """Cut after each node that all lines go through; parts of one opened block stay together."""
    parts: list[list[Node]] = [[]]
    last_use = {source: place for place, node in enumerate(nodes) for source in node.sources}
    reach = last_use.get(INPUT, -1)
    for place, node in enumerate(nodes):
        parts[-1].append(node)
        inside = node.block and not node.folded
        goes_on = inside and place + 1 < len(nodes) and nodes[place + 1].block == node.block
        if reach <= place and not goes_on:
            parts.append([])
        reach = max(reach, last_use.get(node.name, -1))
    return [part for part in parts if part]


@dataclass(frozen=True, eq=False)  # each is one of its own
class _Cell:
    """A place in the grid of columns: a node's, or one that a line passes."""

    column: int
    order: int
    node: Node | None = None


class _Segment:
    """The layout of one segment, step by step."""

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes = nodes
        self._columns = self._find_columns()
        self._cells, self._paths = self._make_cells()
        self._lanes = self._find_lanes()
        blocks = {node.block for node in nodes if not node.folded}
        self._frame = next(iter(blocks)) if len(blocks) == 1 else ""

    def lay_out(self) -> Segment:
        pad, top = (FRAME, FRAME_TOP) if self._frame else (0.0, 0.0)
        middles, height = self._find_middles()
        # What comes in and what goes out stand in the middle of the height, frame or not.
        above = max(top, pad)
        left = ENTRY + pad
        placed = {
            cell: (left + cell.column * (NODE_WIDTH + COLUMN_GAP), above + middle)
            for cell, middle in middles.items()
        }
        entry = (0.0, above + height / 2)
        boxes = [
            Box(cell.node, x, middle - NODE_HEIGHT / 2)
            for cell, (x, middle) in placed.items()
            if cell.node is not None
        ]
        wires = [
            Wire(source, target, _thread(entry if source is None else None, cells, placed))
            for source, target, cells in self._paths
        ]
        return Segment(
            boxes=tuple(boxes),
            wires=tuple(wires),
            width=max(box.right for box in boxes) + pad,
            height=height + 2 * above,
            frame=self._frame,
        )

    def _find_columns(self) -> dict[str, int]:
        columns: dict[str, int] = {}
        for node in self._nodes:
            before = [columns[source] for source in node.sources if source in columns]
            columns[node.name] = max(before, default=-1) + 1
        return columns

    def _make_cells(
        self,
    ) -> tuple[list[_Cell], list[tuple[str | None, str, list[_Cell]]]]:
        """Cells of nodes and of lines that pass a column; the lines, from cell to cell."""
        own = {
            node.name: _Cell(self._columns[node.name], order, node)
            for order, node in enumerate(self._nodes)
        }
        passing: list[_Cell] = []
        paths: list[tuple[str | None, str, list[_Cell]]] = []
        for node in self._nodes:
            for source in node.sources:
                begin = own.get(source)
                first = begin.column + 1 if begin else 0
                order = len(own) + len(paths)
                between = [_Cell(c, order) for c in range(first, self._columns[node.name])]
                passing += between
                cells = [*([begin] if begin else []), *between, own[node.name]]
                paths.append((source if begin else None, node.name, cells))
        cells = sorted([*own.values(), *passing], key=lambda cell: (cell.column, cell.order))
        return cells, paths

    def _find_lanes(self) -> dict[_Cell, int]:
        """Cells that follow one another keep a lane; each chain takes the first that is free."""
        before: dict[_Cell, list[_Cell]] = {}
        for _, _, cells in self._paths:
            for one, other in pairwise(cells):
                before.setdefault(other, []).append(one)
        chains: list[list[_Cell]] = []
        chain_of: dict[_Cell, list[_Cell]] = {}
        for cell in self._cells:
            ends = [c for c in before.get(cell, []) if chain_of[c][-1] is c]
            ends.sort(key=lambda c: -sum(each.node is not None for each in chain_of[c]))
            chain = chain_of[ends[0]] if ends else []
            if not ends:
                chains.append(chain)
            chain.append(cell)
            chain_of[cell] = chain
        taken: set[tuple[int, int]] = set()
        lanes: dict[_Cell, int] = {}
        for chain in chains:
            columns = range(chain[0].column, chain[-1].column + 1)
            lane = 0
            while any((lane, column) in taken for column in columns):
                lane += 1
            taken.update((lane, column) for column in columns)
            lanes.update(dict.fromkeys(chain, lane))
        return lanes

    def _find_middles(self) -> tuple[dict[_Cell, float], float]:
        """Each cell's middle, down from the top, and the height of all; a lone one's is half."""
        with_nodes = {lane for cell, lane in self._lanes.items() if cell.node is not None}
        top, middles = 0.0, []
        for lane in range(max(self._lanes.values()) + 1):
            size = NODE_HEIGHT if lane in with_nodes else BYPASS_HEIGHT
            middles.append(top + size / 2)
            top += size + LANE_GAP
        height = max(top - LANE_GAP, NODE_HEIGHT)
        columns = [cell.column for cell in self._cells]
        return {
            cell: height / 2 if columns.count(cell.column) == 1 else middles[self._lanes[cell]]
            for cell in self._cells
        }, height


def _thread(
    entry: Point | None, cells: list[_Cell], placed: dict[_Cell, tuple[float, float]]
) -> tuple[Point, ...]:
    """The points of a line: out of a node's right side, straight through columns, into a left."""
    points: list[Point] = [] if entry is None else [entry]
    for number, cell in enumerate(cells):
        x, middle = placed[cell]
        last = number == len(cells) - 1
        if number > 0 or entry is not None:
            points.append((x, middle))
        if not last:
            points.append((x + NODE_WIDTH, middle))
    return tuple(points)

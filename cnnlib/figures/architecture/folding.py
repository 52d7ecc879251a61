"""What a drawing shows as one node: a layer, a step (C with its B, A, P, D), or a block."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from cnnlib.arch.analysis import LayerSummary, Summary
from cnnlib.arch.layers import Layer
from cnnlib.arch.spec import INPUT, Spec
from cnnlib.figures.architecture.roles import BLOCK, label_layer, shorten

Detail = Literal["blocks", "steps", "layers"]
DETAILS: tuple[Detail, ...] = ("blocks", "steps", "layers")
MOST_NODES = 24  # that are drawn unasked

_BEGINS_STEP = ("C", "dense")
_GOES_ON = ("B", "A", "P", "D")


@dataclass(frozen=True)
class Node:
    """One thing that is drawn.

    name: of its last layer, whose output it gives.
    layers, rows: what it stands for, in order, and what the analysis says of each.
    sources: names of the nodes that it takes its input from; `INPUT` is the image.
    block: the block that it is a part of; empty if none.
    folded: whether it stands for a whole block.
    """

    name: str
    layers: tuple[Layer, ...]
    rows: tuple[LayerSummary, ...]
    sources: tuple[str, ...]
    block: str
    folded: bool = False

    @property
    def label(self) -> str:
        return shorten(self.block) if self.folded else label_layer(self.layers[0])

    @property
    def role(self) -> str:
        return BLOCK if self.folded else self.layers[0].role

    @property
    def output_shape(self) -> tuple[int, ...]:
        return self.rows[-1].output_shape

    @property
    def params(self) -> int:
        return sum(row.params for row in self.rows)

    @property
    def macs(self) -> int:
        return sum(row.macs for row in self.rows)


def choose_detail(spec: Spec, summary: Summary) -> Detail:
    """As much detail as `MOST_NODES` allow."""
    for detail in reversed(DETAILS):
        if len(fold(spec, summary, detail)) <= MOST_NODES:
            return detail
    return "blocks"


def fold(
    spec: Spec, summary: Summary, detail: Detail, opened: Collection[str] = ()
) -> tuple[Node, ...]:
    """The nodes of a drawing, each after its sources.

    Args:
        summary: of all layers, or of the first ones, where another does not fit.
        opened: names of blocks that are drawn in steps all the same.
    """
    rows = summary.layers
    groups: list[list[int]] = []
    uses = Counter(source for row in rows for source in row.sources)
    for run in _list_runs(rows):
        if rows[run[0]].block and detail == "blocks" and rows[run[0]].block not in opened:
            groups.append(run)
        elif detail == "layers":
            groups += [[place] for place in run]
        else:
            groups += _list_steps(rows, run, uses)
    owner = {rows[place].name: rows[group[-1]].name for group in groups for place in group}
    owner[INPUT] = INPUT
    return tuple(_make_node(spec, rows, group, owner, detail, opened) for group in groups)


def _list_runs(rows: tuple[LayerSummary, ...]) -> Iterator[list[int]]:
    """Neighbours of one block, and those between blocks."""
    run: list[int] = []
    for place, row in enumerate(rows):
        if run and row.block != rows[run[-1]].block:
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _list_steps(
    rows: tuple[LayerSummary, ...], run: list[int], uses: Counter[str]
) -> list[list[int]]:
    """A convolution or dense layer takes with it what follows it, and nobody else takes from."""
    steps: list[list[int]] = []
    for place in run:
        row = rows[place]
        before = rows[place - 1]
        follows = row.sources == (before.name,) and uses[before.name] == 1
        if steps and follows and row.role in _GOES_ON and rows[steps[-1][0]].role in _BEGINS_STEP:
            steps[-1].append(place)
        else:
            steps.append([place])
    return steps


def _make_node(
    spec: Spec,
    rows: tuple[LayerSummary, ...],
    group: list[int],
    owner: dict[str, str],
    detail: Detail,
    opened: Collection[str],
) -> Node:
    own = rows[group[-1]].name
    sources = dict.fromkeys(owner[source] for place in group for source in rows[place].sources)
    sources.pop(own, None)
    block = rows[group[0]].block
    return Node(
        name=own,
        layers=tuple(spec.layers[place] for place in group),
        rows=tuple(rows[place] for place in group),
        sources=tuple(sources),
        block=block,
        folded=bool(block) and detail == "blocks" and block not in opened,
    )

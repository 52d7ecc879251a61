"""What linked grids are made of: grids, the links between them, cells and edits."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops.linkage import Index, Linkage

LARGEST_EDIT = 1e6
LARGEST_RANK = 5
MOST_CELLS = 4_000_000


@dataclass(frozen=True)
class Cell:
    """A cell of one of the grids."""

    grid: str
    index: Index


@dataclass(frozen=True)
class Edit:
    """What a learner has typed into a cell: a finite number, at most `LARGEST_EDIT` in size."""

    grid: str
    index: Index
    value: float


@dataclass(frozen=True)
class Grid:
    """An array to draw.

    values: rank 1 to 5.
    rows, cols: the axes drawn as rows and columns; all others are sheets. Of an array of rank 1
        the one axis is drawn, and `cols` means nothing.
    sheet_names: of the sheets in C order, e.g. ("red", "green", "blue").
    axis_names: of all axes, for the texts, e.g. ("row", "column", "channel").
    editable: whether a learner may type values into its cells.
    paint: "signed" a diverging scale around 0, "gray" 0..255 from black to white, "rgb" one
        picture from the three sheets, 0..255.
    caption: a line under the grid, e.g. "5 × 5 × 1".
    """

    id: str
    label: str
    values: NDArray[Any]
    rows: int = 0
    cols: int = 1
    sheet_names: tuple[str, ...] = ()
    axis_names: tuple[str, ...] = ()
    editable: bool = False
    paint: Literal["signed", "gray", "rgb"] = "signed"
    caption: str = ""

    def __post_init__(self) -> None:
        rank, shape = np.ndim(self.values), np.shape(self.values)
        if not 1 <= rank <= LARGEST_RANK or not 0 < np.size(self.values) <= MOST_CELLS:
            raise ValueError(
                f"Grid {self.id!r}: values must have 1 to {LARGEST_RANK} axes and 1 to "
                f"{MOST_CELLS:,} cells. Received: shape {shape}."
            )
        if rank > 1 and (
            self.rows == self.cols or not (0 <= self.rows < rank and 0 <= self.cols < rank)
        ):
            raise ValueError(
                f"Grid {self.id!r}: rows and cols must be two different axes of values with shape "
                f"{shape}. Received: rows={self.rows}, cols={self.cols}."
            )
        if self.axis_names and len(self.axis_names) != rank:
            raise ValueError(
                f"Grid {self.id!r}: axis_names must name all {rank} axes, or be empty. "
                f"Received: {self.axis_names!r}."
            )
        if self.sheet_names and len(self.sheet_names) != self.sheet_count:
            raise ValueError(
                f"Grid {self.id!r}: sheet_names must name all {self.sheet_count} sheets, or be "
                f"empty. Received: {self.sheet_names!r}."
            )
        if self.paint == "rgb" and (self.sheet_count != 3 or self.editable):
            raise ValueError(
                f"Grid {self.id!r}: paint 'rgb' needs exactly three sheets and is not editable. "
                f"Received: {self.sheet_count} sheets, editable={self.editable}."
            )

    @property
    def shape(self) -> Index:
        return tuple(np.shape(self.values))

    @property
    def sheet_count(self) -> int:
        if len(self.shape) == 1:
            return 1
        return math.prod(
            size for axis, size in enumerate(self.shape) if axis not in (self.rows, self.cols)
        )

    def holds(self, index: Sequence[int]) -> bool:
        return len(index) == len(self.shape) and all(
            0 <= place < size for place, size in zip(index, self.shape, strict=True)
        )


@dataclass(frozen=True)
class Link:
    """How the grid `target` is made from the grid `source`.

    kernel, bias: ids of the grids that hold them, if they are shown. Bias: (last target axis,).
    reading: "sum" products and their sum; "pick" the weighted values of a pooling window;
        "none" only which cells are read.
    function: with reading "none", what the cell is of those that it reads, e.g. "mean" or "tanh".
    """

    source: str
    target: str
    linkage: Linkage
    kernel: str | None = None
    bias: str | None = None
    reading: Literal["sum", "pick", "none"] = "sum"
    function: str = ""


def check_links(grids: Sequence[Grid], links: Sequence[Link], target: str | None = None) -> None:
    """Raises ValueError, naming what does not fit."""
    by_id = {grid.id: grid for grid in grids}
    if not grids or len(by_id) != len(grids):
        raise ValueError(
            f"grids must be one or more, each with an id of its own. "
            f"Received: {[grid.id for grid in grids]}."
        )
    known = [*by_id]
    for link in links:
        for role in ("source", "target", "kernel", "bias"):
            name = getattr(link, role)
            if name not in by_id and (name is not None or role in ("source", "target")):
                raise ValueError(f"Link: no grid has the id {name!r} ({role}). Known: {known}.")
        if known.index(link.source) >= known.index(link.target):
            raise ValueError(
                f"Link {link.source!r} → {link.target!r}: the source must stand before the target "
                f"in grids. Received: {known}."
            )
        _check_shapes(link, by_id)
    if target is not None and target not in {link.target for link in links}:
        raise ValueError(f"target must be the target of a link. Received: {target!r}.")


def _check_shapes(link: Link, by_id: Mapping[str, Grid]) -> None:
    name, linkage = f"Link {link.source!r} → {link.target!r}", link.linkage
    pairs = [("source", linkage.input_shape), ("target", linkage.output_shape)]
    if link.bias is not None:
        pairs.append(("bias", linkage.output_shape[-1:]))
    for role, shape in pairs:
        grid = by_id[getattr(link, role)]
        if grid.shape != tuple(shape):
            raise ValueError(
                f"{name}: the linkage needs a {role} of shape {tuple(shape)}. "
                f"Received: {grid.id!r} with shape {grid.shape}."
            )
    shares = [[tap.weight for taps in axis for tap in taps] or [0] for axis in linkage.axes]
    if link.kernel is not None:
        size = math.prod(by_id[link.kernel].shape)
        first, last = sum(map(min, shares)), sum(map(max, shares))
        if first < 0 or last >= size:
            raise ValueError(
                f"{name}: the linkage reads kernel cells {first} to {last}. "
                f"Received: {link.kernel!r} with {size} cells."
            )
    if linkage.weights is not None:
        cells = math.prod(linkage.output_shape)
        taps = math.prod(max((len(each) for each in axis), default=0) for axis in linkage.axes)
        if linkage.weights.ndim != 2 or linkage.weights.shape[0] != cells:
            raise ValueError(
                f"{name}: weights must have a row for each of {cells} cells. "
                f"Received: shape {linkage.weights.shape}."
            )
        if linkage.weights.shape[1] < taps:
            raise ValueError(
                f"{name}: weights must have a column for each of {taps} taps. "
                f"Received: shape {linkage.weights.shape}."
            )

"""Linked grids: hover an output cell and see the input cells, the weights and the sum behind it.

One component draws every operator. It knows nothing of convolution or pooling: a `Linkage` says
which cells made which, and the text, the highlights and the walk from cell to cell follow from
it in the browser, so that hovering and playing ask the server for nothing.
"""

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.components.v2.types import ComponentRenderer

from cnnlib.ops.linkage import Index, Linkage

_ASSETS = Path(__file__).with_name("assets")
_SCRIPTS = (  # one script, in this order
    "linked_grids_text.js",
    "linked_grids_model.js",
    "linked_grids_explain.js",
    "linked_grids_layout.js",
    "linked_grids_draw.js",
    "linked_grids_marks.js",
    "linked_grids_view.js",
    "linked_grids_edit.js",
    "linked_grids_trail.js",
    "linked_grids_walk.js",
    "linked_grids_input.js",
    "linked_grids_panel.js",
    "linked_grids.js",
)
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
class LinkedGridsResult:
    """What came back from the browser.

    edit: in the one script run that an edit causes, else None.
    cell: the pinned cell, or None.
    """

    edit: Edit | None = None
    cell: Cell | None = None


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


def linked_grids(
    grids: Sequence[Grid],
    links: Sequence[Link],
    *,
    key: str,
    height: int | None = None,
    target: str | None = None,
    cell: Cell | Index | None = None,
    on_edit: Callable[[Edit], None] | None = None,
) -> LinkedGridsResult:
    """Draw grids in the order given, from left to right, and how they are made from each other.

    Args:
        grids: at least one; a link's source stands before its target.
        links: a chain or any other way without circles. Several links to one target add up.
        key: the widget's key; stable, so that reruns keep the place, the speed and the focus.
        height: of the grids in CSS pixels at most, where they stand in one row.
        target: the grid that «play» walks over. Default: the last link's target.
        cell: pinned when the component is first shown, e.g. from the address: a cell of the
            target by its index, or of any grid as a `Cell`. One that does not fit is passed over.
        on_edit: called with an edit before the rerun that it causes, so that the page can draw
            the new values in that very run.

    Raises:
        ValueError: an id is unknown or given twice, or a shape does not fit its linkage.
    """
    check_links(grids, links, target)
    if target is None and links:
        target = links[-1].target
    by_id = {grid.id: grid for grid in grids}
    start = _read_start(cell, target, by_id)

    def edited() -> None:
        edit = read_edit(st.session_state[key].get("edit"), by_id)
        if edit is not None and on_edit is not None:
            on_edit(edit)

    result = _component()(
        key=key,
        data=make_payload(grids, links, target=target, cell=start, height=height),
        on_edit_change=edited,
        on_cell_change=_ignore,
    )
    # Unpinned comes as an empty cell; None means that nothing was pinned in this run.
    pinned = start if result.cell is None else read_cell(result.cell, by_id)
    return LinkedGridsResult(edit=read_edit(result.edit, by_id), cell=pinned)


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


def make_payload(
    grids: Sequence[Grid],
    links: Sequence[Link],
    *,
    target: str | None = None,
    cell: Cell | None = None,
    height: int | None = None,
) -> dict[str, Any]:
    """What the browser gets: JSON, numbers as base64 of little-endian float32 in C order."""
    return {
        "grids": [
            {
                "id": grid.id,
                "label": grid.label,
                "shape": [int(size) for size in grid.shape],
                "values": _encode(grid.values),
                "rows": grid.rows if len(grid.shape) > 1 else 0,
                "cols": grid.cols if len(grid.shape) > 1 else None,
                "sheet_names": grid.sheet_names,
                "axis_names": grid.axis_names,
                "editable": grid.editable,
                "paint": grid.paint,
                "caption": grid.caption,
            }
            for grid in grids
        ],
        "links": [
            {
                "source": link.source,
                "target": link.target,
                "axes": [
                    [[[int(tap.source), int(tap.weight)] for tap in taps] for taps in axis]
                    for axis in link.linkage.axes
                ],
                "weights": None if link.linkage.weights is None else _encode(link.linkage.weights),
                "kernel": link.kernel,
                "bias": link.bias,
                "reading": link.reading,
                "function": link.function,
            }
            for link in links
        ],
        "target": target,
        "cell": None if cell is None else {"grid": cell.grid, "index": cell.index},
        "height": height,
        "largest_edit": LARGEST_EDIT,
    }


def read_edit(sent: object, by_id: Mapping[str, Grid]) -> Edit | None:
    """An edit as the browser sent it, or None if it is none that these grids allow."""
    cell = read_cell(sent, by_id)
    if cell is None or not isinstance(sent, Mapping) or not by_id[cell.grid].editable:
        return None
    value = sent.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not abs(value) <= LARGEST_EDIT:  # nor is NaN
        return None
    return Edit(cell.grid, cell.index, float(value))


def read_cell(sent: object, by_id: Mapping[str, Grid]) -> Cell | None:
    """A cell as the browser sent it, or None if these grids have no such cell."""
    if not isinstance(sent, Mapping):
        return None
    name, index = sent.get("grid"), sent.get("index")
    if not isinstance(name, str) or name not in by_id or not isinstance(index, list | tuple):
        return None
    if not all(isinstance(place, int) and not isinstance(place, bool) for place in index):
        return None
    return Cell(name, tuple(index)) if by_id[name].holds(index) else None


def _read_start(
    cell: Cell | Index | None, target: str | None, by_id: Mapping[str, Grid]
) -> Cell | None:
    if isinstance(cell, Cell):
        return read_cell({"grid": cell.grid, "index": cell.index}, by_id)
    return read_cell({"grid": target, "index": cell}, by_id)


def _encode(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")


@cache
def _component() -> ComponentRenderer:
    return st.components.v2.component(
        "cnnlab.linked_grids",
        html=_asset("linked_grids.html"),
        css=_asset("linked_grids.css"),
        js="\n".join(_asset(name) for name in _SCRIPTS),
        isolate_styles=False,
    )


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _ignore() -> None:
    """A state needs a callback to be part of the result; the rerun itself is what we want."""

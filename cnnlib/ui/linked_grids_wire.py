"""Linked grids on their way to the browser and back: plain data, checked when it returns."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops.linkage import Index
from cnnlib.ui.linked_grids_data import LARGEST_EDIT, Cell, Edit, Grid, Link


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


def read_start(
    cell: Cell | Index | None, target: str | None, by_id: Mapping[str, Grid]
) -> Cell | None:
    if isinstance(cell, Cell):
        return read_cell({"grid": cell.grid, "index": cell.index}, by_id)
    return read_cell({"grid": target, "index": cell}, by_id)


def _encode(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")

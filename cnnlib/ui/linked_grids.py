"""Linked grids: hover an output cell and see the input cells, the weights and the sum behind it.

One component draws every operator. It knows nothing of convolution or pooling: a `Linkage` says
which cells made which, and the text, the highlights and the walk from cell to cell follow from
it in the browser, so that hovering and playing ask the server for nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from cnnlib.ops.linkage import Index
from cnnlib.ui.components import load_component
from cnnlib.ui.linked_grids_data import LARGEST_EDIT, Cell, Edit, Grid, Link, check_links
from cnnlib.ui.linked_grids_wire import make_payload, read_cell, read_edit, read_start

__all__ = ["LARGEST_EDIT", "Cell", "Edit", "Grid", "Link", "LinkedGridsResult", "linked_grids"]

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


@dataclass(frozen=True)
class LinkedGridsResult:
    """What came back from the browser.

    edit: in the one script run that an edit causes, else None.
    cell: the pinned cell, or None.
    """

    edit: Edit | None = None
    cell: Cell | None = None


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
    start = read_start(cell, target, by_id)

    def edited() -> None:
        edit = read_edit(st.session_state[key].get("edit"), by_id)
        if edit is not None and on_edit is not None:
            on_edit(edit)

    result = load_component("linked_grids", _SCRIPTS)(
        key=key,
        data=make_payload(grids, links, target=target, cell=start, height=height),
        on_edit_change=edited,
        on_cell_change=_ignore,
    )
    # Unpinned comes as an empty cell; None means that nothing was pinned in this run.
    pinned = start if result.cell is None else read_cell(result.cell, by_id)
    return LinkedGridsResult(edit=read_edit(result.edit, by_id), cell=pinned)


def _ignore() -> None:
    """A state needs a callback to be part of the result; the rerun itself is what we want."""

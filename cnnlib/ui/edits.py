"""Cells that a learner has typed over: kept sparsely, so that a link can carry them."""

import math
import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cnnlib.ui.address import Address, Setting
from cnnlib.ui.linked_grids import LARGEST_EDIT, Edit

EDITS = "edits"
MOST_EDITS = 300
_FORM = re.compile(
    r"([a-z_]{1,20})\.([0-9]{1,7})=(-?[0-9]{1,7}(?:\.[0-9]{1,13})?(?:e-?[0-9]{1,2})?)"
)

Edits = dict[tuple[str, int], float]
"""(grid id, flat index in C order) -> value."""


def edits_setting() -> Setting:
    """The edited cells for a page's `Address`: ``kernel.4=2.5~input.0=9``."""
    return Setting(EDITS, {}, parse_edits, format_edits)


def parse_edits(text: str) -> Edits:
    """Raises ValueError for anything that `format_edits` cannot have written."""
    edits: Edits = {}
    for part in text.split("~"):
        match = _FORM.fullmatch(part)
        if match is None or len(edits) >= MOST_EDITS:
            raise ValueError(part[:40])
        value = float(match[3])
        if abs(value) > LARGEST_EDIT:
            raise ValueError(part)
        edits[match[1], int(match[2])] = value
    return edits


def format_edits(edits: Edits) -> str:
    return "~".join(f"{grid}.{place}={value:.9g}" for (grid, place), value in edits.items())


def apply_edits(edits: Edits, grid: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """A copy of `values` with the edits of that grid; those that lie outside are passed over."""
    edited = values.copy()
    for (name, place), value in edits.items():
        if name == grid and place < edited.size:
            edited.flat[place] = value
    return edited


def remember_edit(address: Address, edit: Edit, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Add an edit; beyond `MOST_EDITS` the oldest goes."""
    place = int(np.ravel_multi_index(edit.index, shapes[edit.grid]))
    value = edit.value if math.isfinite(edit.value) else 0.0
    edits = {**address[EDITS]}
    edits.pop((edit.grid, place), None)
    edits[edit.grid, place] = value
    address[EDITS] = dict(list(edits.items())[-MOST_EDITS:])


def forget_edits(address: Address, *grids: str) -> None:
    """Drop the edits of these grids; of all grids when none is named."""
    address[EDITS] = {
        place: value for place, value in address[EDITS].items() if grids and place[0] not in grids
    }

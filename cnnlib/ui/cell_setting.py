"""The pinned cell of linked grids in a page's address: ``cell=output.2.3.0``."""

import re

from cnnlib.ui.address import Setting
from cnnlib.ui.linked_grids import Cell

CELL = "cell"
_FORM = re.compile(r"([a-z_]{1,20}[0-9]{0,3})((?:\.[0-9]{1,4}){1,5})")


def cell_setting() -> Setting:
    """For a page's `Address`; give its value to `linked_grids`, which passes over what is none."""
    return Setting(CELL, None, parse_cell, format_cell)


def parse_cell(text: str) -> Cell:
    """Raises ValueError for anything that `format_cell` cannot have written."""
    match = _FORM.fullmatch(text)
    if match is None or not text.isascii():
        raise ValueError(text[:40])
    return Cell(match[1], tuple(int(place) for place in match[2][1:].split(".")))


def format_cell(cell: Cell) -> str:
    return ".".join([cell.grid, *map(str, cell.index)])

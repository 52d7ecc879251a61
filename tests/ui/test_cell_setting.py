"""A pinned cell as text, and back; anything else is refused."""

import pytest

from cnnlib.ui.cell_setting import format_cell, parse_cell
from cnnlib.ui.linked_grids import Cell


@pytest.mark.parametrize(
    "cell", [Cell("output", (0, 4, 0)), Cell("layer12", (31, 0, 0)), Cell("bias", (3,))]
)
def test_there_and_back(cell: Cell) -> None:
    assert parse_cell(format_cell(cell)) == cell


@pytest.mark.parametrize(
    "text", ["", "output", "output.", ".1", "output.1.", "output.-1", "Output.1",
             "output.1.2.3.4.5.6", "output.12345", "output.٣", "<b>.1", "x" * 9999]
)  # fmt: skip
def test_what_is_no_cell_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_cell(text)

"""Edited cells: what goes into the address comes out of it, and nothing else does."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.ui.cell_setting import format_cell, parse_cell
from cnnlib.ui.edits import MOST_EDITS, apply_edits, format_edits, parse_edits
from cnnlib.ui.linked_grids import LARGEST_EDIT, Cell

grids = st.from_regex(r"[a-z_]{1,20}", fullmatch=True)
values = st.floats(-LARGEST_EDIT, LARGEST_EDIT, width=32).map(lambda value: float(f"{value:.9g}"))


@given(st.dictionaries(st.tuples(grids, st.integers(0, 10**6)), values, min_size=1, max_size=20))
def test_edits_survive_the_address(edits) -> None:
    assert parse_edits(format_edits(edits)) == edits


HOSTILE = [
    "", "kernel", "kernel.0", "kernel.0=", "kernel.0=x", "kernel.-1=2", "kernel.0=nan",
    "kernel.0=inf", "kernel.0=1e99", "kernel.0=9999999", "KERNEL.0=1", "kernel.0=1~", "٣.0=1",
    "kernel.٣=1", "kernel.0=1;drop", "<b>.0=1", "kernel.99999999=1",
    "~".join(f"kernel.{place}=1" for place in range(MOST_EDITS + 1)),
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_anything_else_in_the_address_is_refused(text) -> None:
    with pytest.raises(ValueError, match=r"(?s).*"):
        parse_edits(text)


def test_edits_change_a_copy_of_their_own_grid_only() -> None:
    array = np.zeros((2, 3), np.float32)
    edits = {("kernel", 4): 2.5, ("kernel", 99): 1.0, ("input", 0): 7.0}
    np.testing.assert_array_equal(apply_edits(edits, "kernel", array), [[0, 0, 0], [0, 2.5, 0]])
    assert not array.any()


@given(grids, st.lists(st.integers(0, 9999), min_size=1, max_size=5))
def test_a_pinned_cell_survives_the_address(grid, index) -> None:
    cell = Cell(grid, tuple(index))
    assert parse_cell(format_cell(cell)) == cell


@pytest.mark.parametrize("text", ["", "x", "x.", ".1", "x.-1", "x.1.2.3.4.5.6", "X.1", "x.99999"])
def test_no_cell_is_refused(text) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_cell(text)

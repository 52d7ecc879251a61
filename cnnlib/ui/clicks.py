"""Which row of a table was clicked."""

from collections.abc import Mapping
from typing import Any


def find_clicked_row(selection: Mapping[str, Any]) -> int | None:
    """The row that is ticked, or that holds the clicked cell; None without any.

    Args:
        selection: of an `st.dataframe` with the modes "single-row" and "single-cell".
    """
    rows = [*selection["rows"], *(row for row, _ in selection["cells"])]
    return rows[0] if rows else None

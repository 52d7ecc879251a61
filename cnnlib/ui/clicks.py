"""Which row of a table was clicked."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st


def find_clicked_row(selection: Mapping[str, Any]) -> int | None:
    """The row that is ticked, or that holds the clicked cell; None without any.

    Args:
        selection: of an `st.dataframe` with the modes "single-row" and "single-cell".
    """
    rows = [*selection["rows"], *(row for row, _ in selection["cells"])]
    return rows[0] if rows else None


def find_clicked(selection: Mapping[str, Any], ids: Sequence[str], *, key: str) -> str | None:
    """What stood in the clicked row when it was clicked; None without a click.

    Streamlit knows rows by their numbers, and the table may have got another first row since the
    run that the visitor sees.

    Args:
        selection: as for `find_clicked_row`.
        ids: of the table's rows in this run.
        key: of the table.
    """
    row, seen = find_clicked_row(selection), st.session_state.get(f"{key}__ids", ids)
    st.session_state[f"{key}__ids"] = list(ids)
    return seen[row] if row is not None and row < len(seen) else None

"""Shares, shown in percent in a table's column."""

PERCENT = "%.1f%%"
"""The format of a `NumberColumn`; Streamlit's own "percent" leaves out a 0 behind the point."""


def to_percent(share: float | None) -> float | None:
    """Of 0 to 1, or None where there is none."""
    return None if share is None else 100 * share

"""Amounts in words: shapes, bytes, seconds, large counts, in digits that a reader takes in."""

from collections.abc import Sequence

_BYTE_UNITS = ("B", "KB", "MB", "GB", "TB")
_COUNT_UNITS = ("", " k", " M", " G", " T")


def format_shape(shape: Sequence[int]) -> str:
    """28 × 28 × 6"""
    return " × ".join(map(str, shape))


def format_bytes(count: float) -> str:
    """1.23 MB, in steps of a thousand: a million float32 are 4 MB."""
    return _scale(count, _BYTE_UNITS, " ")


def format_count(count: float) -> str:
    """11.2 M for 11,183,562."""
    return _scale(count, _COUNT_UNITS, "")


def format_seconds(seconds: float) -> str:
    """12 ms, 3.4 s, 2 min 5 s, 1 h 20 min."""
    if seconds < 0.9995:
        return f"{1000 * seconds:.3g} ms"
    if seconds < 99.5:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def _scale(count: float, units: tuple[str, ...], space: str) -> str:
    scale = 0
    while abs(count) >= 999.5 and scale < len(units) - 1:
        count, scale = count / 1000, scale + 1
    number = f"{count:.0f}" if not scale else f"{count:.3g}" if count < 999.5 else f"{count:,.0f}"
    return f"{number}{space}{units[scale]}"

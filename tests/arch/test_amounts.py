"""Amounts as people read them."""

import pytest

from cnnlib.arch.amounts import format_bytes, format_count, format_seconds


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 KB"), (602_112, "602 KB"), (999_600, "1 MB"),
     (553_430_176, "553 MB"), (1.5e9, "1.5 GB"), (2e17, "200,000 TB")],
)  # fmt: skip
def test_bytes(count: float, text: str) -> None:
    assert format_bytes(count) == text


@pytest.mark.parametrize(
    ("count", "text"), [(456, "456"), (62_006, "62 k"), (11_183_562, "11.2 M")]
)
def test_counts(count: int, text: str) -> None:
    assert format_count(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0123, "12.3 ms"), (0.9999, "1 s"), (3.456, "3.46 s"), (99.6, "1 min 40 s"), (120, "2 min"),
     (3599.7, "1 h"), (4800, "1 h 20 min"), (4e6, "1,111 h 7 min")],
)  # fmt: skip
def test_seconds(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text

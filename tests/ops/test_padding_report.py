"""Padding on one axis: tables worked by hand, and counting over a real border of zeros."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnlib.errors import OperatorError
from cnnlib.ops.padding_report import report_padding

# size, kernel, stride, dilation, padding → output, before, after, unread; worked by hand
CASES = [
    (5, 3, 1, 1, "same", 5, 1, 1, ()),  # the notes' example: 5 → 7 → 5
    (5, 3, 1, 1, "valid", 3, 0, 0, ()),
    (6, 3, 2, 1, "same", 3, 0, 1, ()),  # one zero in all: after
    (6, 3, 2, 1, "valid", 2, 0, 0, (5,)),
    (5, 4, 1, 1, "same", 5, 1, 2, ()),  # the odd one after
    (5, 2, 2, 1, "valid", 2, 0, 0, (4,)),
    (4, 1, 3, 1, "same", 2, 0, 0, (1, 2)),  # the gaps of a stride larger than the kernel
    (7, 3, 1, 2, "same", 7, 2, 2, ()),
    (7, 3, 1, 3, "valid", 1, 0, 0, (1, 2, 4, 5)),
]


@pytest.mark.parametrize(
    ("size", "k", "s", "d", "padding", "out", "before", "after", "unread"), CASES
)
def test_by_hand(size, k, s, d, padding, out, before, after, unread) -> None:
    report = report_padding(size, k, stride=s, padding=padding, dilation_rate=d)
    assert (report.output_size, report.before, report.after) == (out, before, after)
    assert report.total == before + after
    assert report.unread == unread


@given(st.integers(1, 16), st.integers(1, 6), st.integers(1, 4), st.sampled_from(["valid", "same"]))
def test_against_windows_over_a_padded_row(size, kernel, stride, padding) -> None:
    assume(padding == "same" or kernel <= size)
    report = report_padding(size, kernel, stride=stride, padding=padding)
    row = np.pad(np.arange(size) + 1, (report.before, report.after))
    starts = range(0, len(row) - kernel + 1, stride)
    windows = [row[start : start + kernel] for start in starts]
    assert len(windows) == report.output_size
    met = set(np.concatenate(windows).tolist())
    assert report.unread == tuple(place for place in range(size) if place + 1 not in met)
    assert 0 <= report.after - report.before <= 1


def test_impossible_settings_say_their_rule() -> None:
    with pytest.raises(OperatorError, match="not both"):
        report_padding(8, 3, stride=2, dilation_rate=2, padding="same")
    with pytest.raises(OperatorError, match="must fit into the input"):
        report_padding(4, 5)

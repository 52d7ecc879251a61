"""The geometry of a sliding window, in literal numbers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.errors import OperatorError
from cnnlib.ops.windows import (
    compute_effective_size,
    compute_output_size,
    compute_padding,
    compute_transposed_size,
    slide,
    slide_transposed,
)

small = st.integers(1, 6)


@pytest.mark.parametrize(
    ("size", "kernel_size", "stride", "dilation_rate", "valid", "same", "zeros"),
    [
        (5, 3, 1, 1, 3, 5, (1, 1)),
        (5, 3, 2, 1, 2, 3, (1, 1)),
        (6, 3, 2, 1, 2, 3, (0, 1)),
        (32, 5, 1, 1, 28, 32, (2, 2)),
        (5, 2, 1, 1, 4, 5, (0, 1)),
        (5, 4, 1, 1, 2, 5, (1, 2)),
        (7, 3, 1, 2, 3, 7, (2, 2)),
        (7, 1, 3, 1, 3, 3, (0, 0)),
        (6, 2, 4, 1, 2, 2, (0, 0)),
        (1, 1, 1, 5, 1, 1, (0, 0)),
    ],
)
def test_sizes_and_zeros(size, kernel_size, stride, dilation_rate, valid, same, zeros):
    options = {"stride": stride, "dilation_rate": dilation_rate}
    assert compute_output_size(size, kernel_size, **options) == valid
    assert compute_output_size(size, kernel_size, padding="same", **options) == same
    assert compute_padding(size, kernel_size, padding="same", **options) == zeros
    assert compute_padding(size, kernel_size, **options) == (0, 0)


@pytest.mark.parametrize(
    ("size", "kernel_size", "stride", "valid", "same"),
    [(2, 3, 1, 4, 2), (2, 3, 2, 5, 4), (4, 2, 2, 8, 8), (3, 2, 4, 12, 12), (1, 5, 1, 5, 1)],
)
def test_transposed_sizes(size, kernel_size, stride, valid, same):
    assert compute_transposed_size(size, kernel_size, stride=stride) == valid
    assert compute_transposed_size(size, kernel_size, stride=stride, padding="same") == same


def test_effective_size():
    assert [compute_effective_size(3, d) for d in (1, 2, 3)] == [3, 5, 7]
    assert compute_effective_size(1, 9) == 1


def test_slide_reads_padding_outside_the_input():
    taps = slide(4, 3, stride=2, padding="same", weight_step=5)
    assert taps == (((0, 0), (1, 5), (2, 10)), ((2, 0), (3, 5), (4, 10)))


def test_slide_transposed_leaves_cells_unread_between_distant_copies():
    assert slide_transposed(2, 1, stride=2) == (((0, 0),), (), ((1, 0),), ())


@settings(deadline=None)
@given(size=small, kernel_size=small, stride=small, padding=st.sampled_from(["valid", "same"]))
def test_transposed_sizes_are_those_that_lead_back(size, kernel_size, stride, padding):
    options = {"stride": stride, "padding": padding}
    big = compute_transposed_size(size, kernel_size, **options)
    assert compute_output_size(big, kernel_size, **options) == size
    forward = slide(big, kernel_size, **options)
    links = {
        (place, tap.source, tap.weight)
        for place, taps in enumerate(forward)
        for tap in taps
        if 0 <= tap.source < big
    }
    backward = slide_transposed(size, kernel_size, **options)
    assert links == {
        (tap.source, place, tap.weight) for place, taps in enumerate(backward) for tap in taps
    }


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: compute_output_size(5, 6), "it spans 6 cells, the input has 5"),
        (lambda: compute_output_size(5, 3, dilation_rate=3), "spans 7 cells \\(3 taps"),
        (lambda: compute_output_size(5, 3, stride=0), "stride must be .*Received: 0"),
        (lambda: compute_output_size(5, 2.0), "kernel_size must be .*Received: 2.0"),
        (lambda: compute_output_size(5, 3, padding="full"), "padding must be .*'full'"),
        (lambda: compute_transposed_size(5, 3, padding="full"), "padding must be .*'full'"),
        (lambda: compute_transposed_size(5, 3, stride=True), "stride must be .*True"),
    ],
)
def test_errors(call, words):
    with pytest.raises(OperatorError, match=words):
        call()

"""Counts against the notes' numbers and against counting one by one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.arch.analysis import analyze
from cnnlib.arch.layers import Conv2D, Dense, Flatten
from cnnlib.arch.spec import Spec
from cnnlib.errors import OperatorError
from cnnlib.ops.counting import (
    count_conv_params,
    count_dense_chain,
    count_dense_params,
    count_stack_multiplications,
    count_stack_weights,
    derive_multiplications,
    find_crossings,
)


@pytest.mark.parametrize(("kernel_size", "channels", "count"), [(3, 1, 10), (3, 3, 28), (5, 3, 76)])
def test_the_notes_kernels(kernel_size: int, channels: int, count: int) -> None:
    assert count_conv_params(kernel_size, channels, 1) == count


def test_the_notes_dense_network() -> None:
    assert count_dense_params(784, 128) == 100_480
    assert count_dense_chain((784, 128, 10)) == 101_770


def test_without_bias() -> None:
    assert count_conv_params(3, 3, 4, use_bias=False) == 108
    assert count_dense_params(784, 10, use_bias=False) == 7_840
    assert count_dense_chain((4, 3, 2), use_bias=False) == 18


@given(st.integers(1, 7), st.integers(1, 9), st.integers(1, 64), st.booleans())
def test_agrees_with_the_analysis_of_a_declaration(k, channels, filters, bias) -> None:
    layers = (
        Conv2D(filters=filters, kernel_size=k, use_bias=bias),
        Flatten(),
        Dense(units=5, use_bias=bias),
    )
    conv, _, dense = analyze(Spec("x", "X", (8, 8, channels), layers)).layers
    assert count_conv_params(k, channels, filters, use_bias=bias) == conv.params
    assert count_dense_params((9 - k) ** 2 * filters, 5, use_bias=bias) == dense.params


def test_the_notes_two_3x3_against_one_5x5() -> None:
    assert count_stack_weights((3, 3)) == 18
    assert count_stack_weights((5,)) == 25
    assert derive_multiplications((3, 3)) == (18, -108, 180)
    assert derive_multiplications((5,)) == (25, -200, 400)
    assert find_crossings((18, -108, 180), (25, -200, 400)) == (Fraction(22, 7), Fraction(10))


def test_from_10_on_the_two_small_kernels_do_not_cost_more() -> None:
    def costs(size: int) -> tuple[int, int]:
        return count_stack_multiplications(size, (3, 3)), count_stack_multiplications(size, (5,))

    assert costs(5) == (9 * 9 + 9, 25)
    assert costs(10) == (900, 900)
    assert costs(32) == (9 * 900 + 9 * 784, 25 * 784)
    for size in range(5, 300):
        small, large = costs(size)
        assert (small > large) == (size < 10)
        assert (small < large) == (size > 10)


def count_naive(size: int, kernels: list[int]) -> int:
    """One window after another."""
    total = 0
    for kernel in kernels:
        places = [(row, column) for row in range(size - kernel + 1)
                  for column in range(size - kernel + 1)]  # fmt: skip
        total += sum(kernel * kernel for _ in places)
        size -= kernel - 1
    return total


@given(st.lists(st.integers(1, 5), max_size=4), st.integers(17, 24))
def test_multiplications_one_by_one(kernels: list[int], size: int) -> None:
    a, b, c = derive_multiplications(kernels)
    expected = count_naive(size, kernels)
    assert count_stack_multiplications(size, kernels) == expected == a * size**2 + b * size + c


@pytest.mark.parametrize(("one", "other"), [((1, 0, 0), (1, 2, 3)), ((1, 0, 1), (0, 0, 0)),
                                            ((1, 0, -2), (0, 0, 0))])  # fmt: skip
def test_no_rational_crossings_are_said(one, other) -> None:
    with pytest.raises(OperatorError, match="must cross at rational sizes"):
        find_crossings(one, other)


@pytest.mark.parametrize(
    ("call", "rule"),
    [
        (lambda: count_conv_params(0, 3, 1), "kernel_size must be a whole number from 1 up"),
        (lambda: count_conv_params(3, 3, 0), "filters must be"),
        (lambda: count_dense_params(0, 1), "inputs must be"),
        (lambda: count_stack_multiplications(4, (5,)), "must fit into the input"),
    ],
)
def test_impossible_numbers_say_their_rule(call, rule: str) -> None:
    with pytest.raises(OperatorError, match=rule):
        call()

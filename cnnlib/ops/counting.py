"""How many parameters a layer has, and how many multiplications a stack of kernels costs.

Counting convention: a bias is a parameter; adding it is no multiplication.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import isqrt

from cnnlib.errors import OperatorError
from cnnlib.ops.windows import check_positive, compute_output_size

Polynomial = tuple[int, int, int]
"""(a, b, c) of a·x² + b·x + c."""


def count_conv_params(
    kernel_size: int, in_channels: int, filters: int, *, use_bias: bool = True
) -> int:
    """(k · k · in_channels + 1) · filters; the image's size plays no part.

    Raises:
        OperatorError: a number is below 1.
    """
    check_positive(kernel_size=kernel_size, in_channels=in_channels, filters=filters)
    return (kernel_size**2 * in_channels + use_bias) * filters


def count_dense_params(inputs: int, units: int, *, use_bias: bool = True) -> int:
    """(inputs + 1) · units: every unit has a weight for every input.

    Raises:
        OperatorError: a number is below 1.
    """
    check_positive(inputs=inputs, units=units)
    return (inputs + use_bias) * units


def count_dense_chain(sizes: Sequence[int], *, use_bias: bool = True) -> int:
    """Dense layers one after another: (784, 128, 10) → 784·128 + 128 + 128·10 + 10."""
    return sum(count_dense_params(*pair, use_bias=use_bias) for pair in pairwise(sizes))


def count_stack_weights(kernel_sizes: Sequence[int]) -> int:
    """Weights of convolutions one after another, one channel and one filter each, no biases."""
    return sum(count_conv_params(k, 1, 1, use_bias=False) for k in kernel_sizes)


def count_stack_multiplications(size: int, kernel_sizes: Sequence[int]) -> int:
    """Multiplications of those convolutions on a size × size image: stride 1, padding VALID.

    Raises:
        OperatorError: a kernel does not fit.
    """
    total = 0
    for kernel_size in kernel_sizes:
        size = compute_output_size(size, kernel_size)
        total += (kernel_size * size) ** 2
    return total


def derive_multiplications(kernel_sizes: Sequence[int]) -> Polynomial:
    """`count_stack_multiplications` as a polynomial in the image's size x.

    Each kernel meets x - t cells a side, t the sum of (k - 1) so far, and multiplies
    k²·(x - t)² = k²·x² - 2·k²·t·x + k²·t² times. (3, 3) gives 18x² - 108x + 180, (5,) gives
    25x² - 200x + 400.
    """
    a = b = c = lost = 0
    for k in kernel_sizes:
        lost += k - 1
        a, b, c = a + k * k, b - 2 * k * k * lost, c + (k * lost) ** 2
    return a, b, c


def find_crossings(one: Polynomial, other: Polynomial) -> tuple[Fraction, ...]:
    """The sizes at which two polynomials cost the same, ascending; rational ones only.

    Raises:
        OperatorError: they have no rational crossings of the second degree.
    """
    a, b, c = (left - right for left, right in zip(one, other, strict=True))
    discriminant = b * b - 4 * a * c
    root = isqrt(max(discriminant, 0))
    if a == 0 or root * root != discriminant:
        raise OperatorError(f"polynomials must cross at rational sizes. Received: {one}, {other}.")
    return tuple(sorted({Fraction(-b - root, 2 * a), Fraction(-b + root, 2 * a)}))

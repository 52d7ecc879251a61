"""What a convolution costs, in parameters and MACs.

One multiplication with its addition is one MAC; adding a bias is not counted; multiplying a zero of
the padding is, as a layer does it too.
"""

import math
from typing import NamedTuple

from cnnlib.ops.linkage import Index


class Cost(NamedTuple):
    """For one image: numbers to learn, and multiply-adds."""

    weights: int
    biases: int
    macs: int

    @property
    def params(self) -> int:
        return self.weights + self.biases


def count_conv2d(kernel_shape: Index, output_shape: Index, use_bias: bool = True) -> Cost:
    """Every output place applies the whole kernel once; groups are in the kernel's shape already.

    Args:
        kernel_shape: (kernel rows, kernel columns, in_channels/groups, filters).
        output_shape: (out rows, out columns, filters).
    """
    return _count(kernel_shape, math.prod(output_shape[:-1]), kernel_shape[-1], use_bias)


def count_conv3d(kernel_shape: Index, output_shape: Index, use_bias: bool = True) -> Cost:
    """As `count_conv2d`, with a depth in front of both shapes."""
    return count_conv2d(kernel_shape, output_shape, use_bias)


def count_depthwise_conv2d(kernel_shape: Index, output_shape: Index, use_bias: bool = True) -> Cost:
    """As `count_conv2d`; kernel_shape (kernel rows, kernel columns, in_channels, multiplier)."""
    made = kernel_shape[-2] * kernel_shape[-1]
    return _count(kernel_shape, math.prod(output_shape[:-1]), made, use_bias)


def count_conv2d_transpose(kernel_shape: Index, input_shape: Index, use_bias: bool = True) -> Cost:
    """Every *input* place lays the whole kernel down once; what 'same' cuts off is counted too.

    Args:
        kernel_shape: (kernel rows, kernel columns, filters, in_channels).
        input_shape: (rows, columns, in_channels).
    """
    return _count(kernel_shape, math.prod(input_shape[:-1]), kernel_shape[-2], use_bias)


def sum_costs(*costs: Cost) -> Cost:
    """The cost of steps together: a separable convolution's, from those of its two."""
    return Cost(*(sum(numbers) for numbers in zip(*costs, strict=True)))


def _count(kernel_shape: Index, places: int, biases: int, use_bias: bool) -> Cost:
    weights = math.prod(kernel_shape)
    return Cost(weights, biases if use_bias else 0, weights * places)

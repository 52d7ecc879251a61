"""Grouped convolution's companion, the channel shuffle, and which channels reach which.

ShuffleNet (Zhang et al., «ShuffleNet: An Extremely Efficient Convolutional Neural Network for
Mobile Devices», 2018, section 3.1): groups save multiplications but never talk to each other; a
shuffle between two grouped convolutions lets them.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution.arguments import IMAGES, Floats, Sizes, as_array, check_groups
from cnnlib.ops.convolution.standard import conv2d
from cnnlib.ops.linkage import Index, Linkage, Tap, link_one_to_one

Reach = NDArray[np.bool_]
"""(output channels, input channels): whether the input channel reaches the output channel."""


def channel_shuffle(x: ArrayLike, groups: int) -> Floats:
    """Deal the channels out anew: one of each group in turn, as cards dealt to players.

    Read the channels as a table (groups, channels/groups), transpose it, and flatten it.

    Args:
        x: (images, rows, columns, channels).

    Raises:
        OperatorError: groups do not divide the channels.
    """
    x = as_array("x", x, IMAGES)
    check_groups(groups, channels=x.shape[-1])
    return x[..., shuffle_order(x.shape[-1], groups)]


def shuffle_order(channels: int, groups: int) -> NDArray[np.intp]:
    """Which channel comes to each place after a shuffle: of 6 in 2 groups 0, 3, 1, 4, 2, 5."""
    return np.arange(channels).reshape(groups, -1).T.ravel()


def link_channel_shuffle(input_shape: Index, groups: int) -> Linkage:
    """What `channel_shuffle` reads for each cell of one image (rows, columns, channels).

    Raises:
        OperatorError: groups do not divide the channels.
    """
    rows, columns, channels = input_shape
    check_groups(groups, channels=channels)
    order = tuple((Tap(int(source)),) for source in shuffle_order(channels, groups))
    return Linkage(tuple(input_shape), (link_one_to_one(rows), link_one_to_one(columns), order))


def shuffled_grouped_conv2d(
    x: ArrayLike,
    kernel: ArrayLike,
    *,
    groups: int,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
    bias: ArrayLike | None = None,
) -> Floats:
    """A grouped convolution, then the shuffle of its output's channels: ShuffleNet's first steps.

    So each group of the next grouped convolution reads from all groups of this one.

    Args:
        x: (images, rows, columns, in_channels).
        kernel: (kernel rows, kernel columns, in_channels/groups, filters).
        bias: (filters,), of the convolution: added before the shuffle.

    Returns:
        (images, out rows, out columns, filters), float32.

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    grouped = conv2d(
        x,
        kernel,
        strides=strides,
        padding=padding,
        dilation_rate=dilation_rate,
        groups=groups,
        bias=bias,
    )
    return channel_shuffle(grouped, groups)


def compute_reach(
    in_channels: int, out_channels: int, groups: int = 1, *, shuffled: bool = False
) -> Reach:
    """Which input channels one grouped convolution reads for each of its output channels.

    Args:
        shuffled: the output's channels are shuffled afterwards, as `shuffled_grouped_conv2d` does.

    Returns:
        (out_channels, in_channels), True where the input reaches the output.

    Raises:
        OperatorError: groups do not divide one of the two.
    """
    check_groups(groups, in_channels=in_channels, out_channels=out_channels)
    group_of_input = np.arange(in_channels) // (in_channels // groups)
    group_of_output = np.arange(out_channels) // (out_channels // groups)
    reach: Reach = group_of_output[:, None] == group_of_input[None, :]
    return reach[shuffle_order(out_channels, groups)] if shuffled else reach


def compose_reach(*reaches: Reach) -> Reach:
    """The reach of steps one after another, the first step first.

    Raises:
        OperatorError: a step does not take as many channels as the one before it gives.
    """
    together = reaches[0]
    for reach in reaches[1:]:
        if reach.shape[1] != together.shape[0]:
            raise OperatorError(
                f"Each step must take as many channels as the step before it gives, "
                f"{together.shape[0]}. Received: a step that takes {reach.shape[1]}."
            )
        together = reach @ together
    return together

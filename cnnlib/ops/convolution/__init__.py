"""Convolution of every kind, in NumPy: fast operators, readable twins, linkages and stages.

Arrays are NHWC, float32; kernels are laid out as Keras' own.
"""

from cnnlib.ops.convolution.counting import (
    Cost,
    count_conv2d,
    count_conv2d_transpose,
    count_conv3d,
    count_depthwise_conv2d,
    sum_costs,
)
from cnnlib.ops.convolution.depthwise import (
    depthwise_conv2d,
    link_depthwise_conv2d,
    separable_conv2d,
)
from cnnlib.ops.convolution.factored import (
    RankOneSplit,
    flattened_conv2d,
    spatially_separable_conv2d,
    split_rank_one,
)
from cnnlib.ops.convolution.grouped import (
    channel_shuffle,
    compose_reach,
    compute_reach,
    link_channel_shuffle,
    shuffle_order,
    shuffled_grouped_conv2d,
)
from cnnlib.ops.convolution.naive import (
    channel_shuffle_naive,
    conv2d_naive,
    conv2d_transpose_naive,
    conv3d_naive,
    depthwise_conv2d_naive,
    flattened_conv2d_naive,
    separable_conv2d_naive,
    shuffled_grouped_conv2d_naive,
    spatially_separable_conv2d_naive,
)
from cnnlib.ops.convolution.padding import link_padding, pad_image
from cnnlib.ops.convolution.stages import (
    stage_channel_shuffle,
    stage_conv2d,
    stage_conv2d_in_two_steps,
    stage_conv2d_transpose,
    stage_conv3d,
    stage_depthwise_conv2d,
    stage_flattened_conv2d,
    stage_separable_conv2d,
    stage_shuffled_grouped_conv2d,
    stage_spatially_separable_conv2d,
)
from cnnlib.ops.convolution.standard import conv2d, conv3d, link_conv2d, link_conv3d
from cnnlib.ops.convolution.transposed import (
    conv2d_transpose,
    link_conv2d_transpose,
    make_convolution_matrix,
)

__all__ = [
    "Cost",
    "RankOneSplit",
    "channel_shuffle",
    "channel_shuffle_naive",
    "compose_reach",
    "compute_reach",
    "conv2d",
    "conv2d_naive",
    "conv2d_transpose",
    "conv2d_transpose_naive",
    "conv3d",
    "conv3d_naive",
    "count_conv2d",
    "count_conv2d_transpose",
    "count_conv3d",
    "count_depthwise_conv2d",
    "depthwise_conv2d",
    "depthwise_conv2d_naive",
    "flattened_conv2d",
    "flattened_conv2d_naive",
    "link_channel_shuffle",
    "link_conv2d",
    "link_conv2d_transpose",
    "link_conv3d",
    "link_depthwise_conv2d",
    "link_padding",
    "make_convolution_matrix",
    "pad_image",
    "separable_conv2d",
    "separable_conv2d_naive",
    "shuffle_order",
    "shuffled_grouped_conv2d",
    "shuffled_grouped_conv2d_naive",
    "spatially_separable_conv2d",
    "spatially_separable_conv2d_naive",
    "split_rank_one",
    "stage_channel_shuffle",
    "stage_conv2d",
    "stage_conv2d_in_two_steps",
    "stage_conv2d_transpose",
    "stage_conv3d",
    "stage_depthwise_conv2d",
    "stage_flattened_conv2d",
    "stage_separable_conv2d",
    "stage_shuffled_grouped_conv2d",
    "stage_spatially_separable_conv2d",
    "sum_costs",
]

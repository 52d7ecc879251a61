"""Shapes, cases computed by hand, counts and errors of the convolution operators."""

import numpy as np
import pytest

from cnnlib.errors import OperatorError
from cnnlib.ops import convolution as c


def ones(*shape):
    return np.ones(shape, np.float32)


def grid(rows):
    """One image of one channel."""
    return np.array(rows, np.float32)[None, :, :, None]


def kernel_of(rows):
    return np.array(rows, np.float32)[:, :, None, None]


@pytest.mark.parametrize(
    ("x", "kernel", "settings", "out"),
    [
        ((1, 5, 5, 1), (3, 3, 1, 1), {}, (1, 3, 3, 1)),
        ((1, 5, 5, 1), (3, 3, 1, 1), {"padding": "same"}, (1, 5, 5, 1)),
        ((1, 32, 32, 3), (5, 5, 3, 6), {}, (1, 28, 28, 6)),
        ((2, 32, 32, 3), (3, 3, 3, 8), {"strides": 2}, (2, 15, 15, 8)),
        ((2, 32, 32, 3), (3, 3, 3, 8), {"strides": 2, "padding": "same"}, (2, 16, 16, 8)),
        ((1, 7, 6, 1), (2, 4, 1, 1), {"strides": (2, 3), "padding": "same"}, (1, 4, 2, 1)),
        ((1, 7, 7, 1), (3, 3, 1, 1), {"dilation_rate": 2}, (1, 3, 3, 1)),
        ((1, 9, 9, 1), (3, 3, 1, 1), {"dilation_rate": (2, 3), "strides": 2}, (1, 3, 2, 1)),
        ((1, 4, 4, 6), (1, 1, 3, 4), {"groups": 2}, (1, 4, 4, 4)),
        ((0, 4, 4, 3), (3, 3, 3, 2), {}, (0, 2, 2, 2)),
        ((1, 2, 2, 1), (5, 5, 1, 1), {"padding": "same"}, (1, 2, 2, 1)),
    ],
)
def test_conv2d_shapes(x, kernel, settings, out):
    assert c.conv2d(ones(*x), ones(*kernel), **settings).shape == out
    assert c.link_conv2d(x[1:], kernel, **settings).output_shape == out[1:]


@pytest.mark.parametrize(
    ("x", "kernel", "settings", "out"),
    [
        ((1, 2, 2, 1), (3, 3, 1, 1), {}, (1, 4, 4, 1)),
        ((1, 2, 2, 1), (3, 3, 1, 1), {"strides": 2}, (1, 5, 5, 1)),
        ((1, 2, 2, 1), (3, 3, 1, 1), {"strides": 2, "padding": "same"}, (1, 4, 4, 1)),
        ((1, 2, 3, 4), (2, 2, 5, 4), {"strides": 3}, (1, 6, 9, 5)),
        ((1, 4, 4, 2), (3, 3, 1, 2), {"padding": "same"}, (1, 4, 4, 1)),
    ],
)
def test_transposed_shapes(x, kernel, settings, out):
    assert c.conv2d_transpose(ones(*x), ones(*kernel), **settings).shape == out
    assert c.link_conv2d_transpose(x[1:], kernel, **settings).output_shape == out[1:]


def test_other_shapes():
    assert c.conv3d(ones(1, 4, 6, 6, 2), ones(2, 3, 3, 2, 5)).shape == (1, 3, 4, 4, 5)
    assert c.depthwise_conv2d(ones(1, 6, 6, 3), ones(3, 3, 3, 2)).shape == (1, 4, 4, 6)
    separable = c.separable_conv2d(ones(1, 6, 6, 3), ones(3, 3, 3, 2), ones(1, 1, 6, 5))
    assert separable.shape == (1, 4, 4, 5)
    column, row = ones(3, 1, 3, 1), ones(1, 3, 1, 5)
    spatial = c.spatially_separable_conv2d(ones(1, 7, 9, 3), column, row, strides=(2, 3))
    assert spatial.shape == (1, 3, 3, 5)
    kernels = ones(1, 1, 3, 4), ones(3, 1, 4, 1), ones(1, 5, 4, 1)
    assert c.flattened_conv2d(ones(1, 8, 8, 3), *kernels).shape == (1, 6, 4, 4)
    shuffled = c.shuffled_grouped_conv2d(ones(1, 4, 4, 6), ones(1, 1, 2, 9), groups=3)
    assert shuffled.shape == (1, 4, 4, 9)


def test_five_by_five_to_three_by_three():
    x = grid([[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]])
    kernel = kernel_of([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
    out = c.conv2d(x, kernel)[0, :, :, 0]
    np.testing.assert_array_equal(out, [[4, 3, 4], [2, 4, 3], [2, 3, 4]])


def test_two_by_two_to_four_by_four_transposed():
    x = grid([[1, 2], [3, 4]])
    out = c.conv2d_transpose(x, kernel_of([[1, 2, 3], [4, 5, 6], [7, 8, 9]]))[0, :, :, 0]
    np.testing.assert_array_equal(
        out, [[1, 4, 7, 6], [7, 23, 33, 24], [19, 53, 63, 42], [21, 52, 59, 36]]
    )


def test_transposed_with_a_stride_lays_copies_side_by_side():
    out = c.conv2d_transpose(grid([[1, 2]]), kernel_of([[1, 10]]), strides=(1, 3))[0, 0, :, 0]
    np.testing.assert_array_equal(out, [1, 10, 0, 2, 20, 0])


def test_kernel_is_not_flipped_and_the_odd_zero_comes_after():
    x = grid([[1, 2, 3]])
    out = c.conv2d(x, kernel_of([[1, 10]]), padding="same", bias=[0.5])[0, 0, :, 0]
    np.testing.assert_array_equal(out, [21.5, 32.5, 3.5])


def test_dilation_leaves_gaps_and_strides_leave_out_places():
    row = grid([[1, 2, 3, 4, 5, 6, 7]])
    out = c.conv2d(row, kernel_of([[1, 1]]), dilation_rate=(1, 3), strides=(1, 2))[0, 0, :, 0]
    np.testing.assert_array_equal(out, [1 + 4, 3 + 6])


def test_groups_read_their_own_channels():
    x = np.array([1, 10, 100, 1000], np.float32).reshape(1, 1, 1, 4)
    out = c.conv2d(x, ones(1, 1, 2, 4), groups=2).ravel()
    np.testing.assert_array_equal(out, [11, 11, 1100, 1100])


def test_depthwise_channel_order():
    x = np.array([1, 10], np.float32).reshape(1, 1, 1, 2)
    kernel = np.array([[1, 2, 3], [4, 5, 6]], np.float32).reshape(1, 1, 2, 3)
    np.testing.assert_array_equal(c.depthwise_conv2d(x, kernel).ravel(), [1, 2, 3, 40, 50, 60])


def test_shuffle_deals_one_of_each_group():
    x = np.arange(6, dtype=np.float32).reshape(1, 1, 1, 6)
    np.testing.assert_array_equal(c.channel_shuffle(x, 2).ravel(), [0, 3, 1, 4, 2, 5])
    np.testing.assert_array_equal(c.channel_shuffle(x, 3).ravel(), [0, 2, 4, 1, 3, 5])
    back = c.channel_shuffle(c.channel_shuffle(x, 2), 3)
    np.testing.assert_array_equal(back, x)


def test_shuffle_lets_every_input_channel_reach_every_output():
    step = c.compute_reach(6, 6, 2)
    assert step.sum() == 18
    np.testing.assert_array_equal(c.compose_reach(step, step), step)
    assert c.compose_reach(c.compute_reach(6, 6, 2, shuffled=True), step).all()


def test_whole_numbers_and_lists_are_taken_and_nan_spreads():
    out = c.conv2d(np.ones((1, 3, 3, 1), np.uint8), [[[[2]]]])
    assert out.dtype == np.float32
    assert (out == 2).all()
    x = ones(1, 4, 4, 1)
    x[0, 0, 0, 0] = np.nan
    assert np.isnan(c.conv2d(x, ones(3, 3, 1, 1))).sum() == 1


def test_sobel_splits_into_whole_factors():
    split = c.split_rank_one([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    np.testing.assert_array_equal(split.column, [1, 2, 1])
    np.testing.assert_array_equal(split.row, [-1, 0, 1])
    turned = c.split_rank_one(np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]).T)
    np.testing.assert_array_equal(turned.column, [-1, 0, 1])
    np.testing.assert_array_equal(turned.row, [1, 2, 1])
    assert split.residual == turned.residual == 0


def test_split_of_zeros_and_of_the_worst_kernel():
    nothing = c.split_rank_one(np.zeros((3, 2)))
    assert nothing.residual == 0
    assert not nothing.approximation.any()
    assert c.split_rank_one(np.eye(4)).residual == pytest.approx(0.75)


def test_matrix_of_a_convolution():
    matrix = c.make_convolution_matrix((4, 4, 1), ones(3, 3, 1, 1))
    assert matrix.shape == (4, 16)
    np.testing.assert_array_equal(matrix.sum(1), [9, 9, 9, 9])
    np.testing.assert_array_equal(matrix[0].reshape(4, 4)[:, 3], [0, 0, 0, 0])


def test_costs():
    # 28·28·5·5·3·6; 5·5·3·6 + 6
    assert c.count_conv2d((5, 5, 3, 6), (28, 28, 6)) == (450, 6, 352_800)
    assert c.count_conv2d((5, 5, 3, 6), (28, 28, 6)).params == 456
    depthwise = c.count_depthwise_conv2d((3, 3, 8, 2), (10, 10, 16))
    assert depthwise == (144, 16, 14_400)
    assert c.count_conv3d((2, 3, 3, 1, 4), (3, 4, 4, 4), use_bias=False) == (72, 0, 3456)
    assert c.count_conv2d_transpose((3, 3, 2, 5), (4, 4, 5)) == (90, 2, 1440)
    pointwise = c.count_conv2d((1, 1, 16, 4), (10, 10, 4))
    assert c.sum_costs(depthwise, pointwise) == (208, 20, 20_800)


X, KERNEL = ones(1, 5, 5, 4), ones(3, 3, 4, 2)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: c.conv2d(X[0], KERNEL), "x must be an array.*x\\[None\\].*Received shape"),
        (lambda: c.conv2d("no", KERNEL), "x must be an array of numbers"),
        (lambda: c.conv2d([[1], [1, 2]], KERNEL), "x must be an array of numbers"),
        (lambda: c.conv2d(X[:, :0], KERNEL), "x .*None may be empty"),
        (lambda: c.conv2d(X, KERNEL[0]), "kernel must be .*Received shape \\(3, 4, 2\\)"),
        (lambda: c.conv2d(X, ones(3, 3, 3, 2)), "kernel must have .*4 on its second last axis"),
        (lambda: c.conv2d(X, KERNEL, groups=2), "4 / 2 groups = 2 on its"),
        (lambda: c.conv2d(X, KERNEL, groups=3), "groups must divide in_channels.* 1, 2, 4\\."),
        (lambda: c.conv2d(X, ones(3, 3, 2, 3), groups=2), "groups must divide filters.*1, 3\\."),
        (lambda: c.conv2d(X, KERNEL, groups=0), "groups must be a whole number.*Received: 0"),
        (lambda: c.conv2d(X, ones(6, 3, 4, 2)), "must fit into the input: it spans 6"),
        (lambda: c.conv2d(X, KERNEL, dilation_rate=3), "spans 7 cells .*dilation_rate 3"),
        (lambda: c.conv2d(X, KERNEL, strides=0), "strides must be.*Received: 0"),
        (lambda: c.conv2d(X, KERNEL, strides=1.5), "strides must be.*Received: 1.5"),
        (lambda: c.conv2d(X, KERNEL, strides=(1, 2, 3)), "strides .*rows and columns"),
        (lambda: c.conv2d(X, KERNEL, dilation_rate=(1, True)), "dilation_rate must be"),
        (lambda: c.conv2d(X, KERNEL, padding="SAME"), "padding must be .*Received: 'SAME'"),
        (lambda: c.conv2d(X, KERNEL, bias=[1, 2, 3]), "bias must have the shape \\(2\\)"),
        (lambda: c.conv2d_transpose(X, KERNEL), "kernel .*any, any, any, 4"),
        (lambda: c.conv2d_transpose(X, ones(3, 3, 2, 4), strides=-1), "strides must be"),
        (lambda: c.conv3d(X, KERNEL), "x must be an array .*depth.*x\\[None\\]"),
        (lambda: c.depthwise_conv2d(X, ones(3, 3, 2, 1)), "kernel must have .*any, any, 4, any"),
        (lambda: c.separable_conv2d(X, ones(3, 3, 4, 2), KERNEL), "pointwise_kernel .*1, 1, 8"),
        (lambda: c.spatially_separable_conv2d(X, KERNEL, KERNEL), "column must have"),
        (
            lambda: c.spatially_separable_conv2d(X, ones(3, 1, 4, 2), ones(1, 3, 4, 2)),
            "row must have the shape \\(1, any, 2, any\\)",
        ),
        (
            lambda: c.flattened_conv2d(X, ones(1, 1, 4, 2), ones(3, 1, 2, 2), ones(1, 3, 2, 1)),
            "column_kernel must have the shape \\(any, 1, 2, 1\\)",
        ),
        (lambda: c.channel_shuffle(X, 3), "groups must divide channels"),
        (lambda: c.compute_reach(4, 6, 4), "groups must divide out_channels"),
        (lambda: c.compose_reach(c.compute_reach(2, 4), c.compute_reach(2, 2)), "gives, 4"),
        (lambda: c.make_convolution_matrix((64, 64, 1), ones(3, 3, 1, 1)), "too large"),
        (lambda: c.split_rank_one([1, 2, 3]), "kernel must be an array"),
        (lambda: c.link_padding((2, 2, 1), (0, -1), (0, 0)), "before must be"),
        (lambda: c.stage_conv2d(X, KERNEL), "image must be an array"),
        (lambda: c.stage_conv2d(X[0], KERNEL[0]), "kernel must be an array"),
    ],
)  # fmt: skip
def test_errors_say_what_is_wrong(call, words):
    with pytest.raises(OperatorError, match=words):
        call()

"""The operators against Keras itself, over drawn settings, and against a few whole layers."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnlib.ops import convolution as c
from tests.ops import convolution_draws as draws

pytestmark = pytest.mark.keras
some = settings(deadline=None, max_examples=40)
few = settings(deadline=None, max_examples=20)  # XLA compiles each grouped convolution anew


def assert_close(ours, theirs):
    theirs = np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max(initial=0) <= 1e-4 * max(np.abs(theirs).max(initial=0), 1e-3)


def skip_broken_corner(x, ours, strides):
    """TensorFlow 2.21 with oneDNN leaves part of such an output unwritten.

    One input channel, strides 1 down and more across, an output of one column and several rows;
    with TF_ENABLE_ONEDNN_OPTS=0 it is right.
    """
    *_, down, across = strides
    rows, columns = ours.shape[-3:-1]
    assume(not (x.shape[-1] == 1 and down == 1 < across and columns == 1 < rows))


def split_bias(options):
    """Keras' functions take no bias: (the other settings, the bias or 0)."""
    bias = options.pop("bias")
    return options, 0 if bias is None else bias


@some
@given(arguments=draws.conv2d(for_keras=True))
def test_conv2d(arguments):
    import keras

    (x, kernel), options = arguments
    ours = c.conv2d(x, kernel, **options)
    skip_broken_corner(x, ours, options["strides"])
    options, bias = split_bias(options)
    assert_close(ours, keras.ops.conv(x, kernel, **options) + bias)


@few
@given(arguments=draws.conv2d(for_keras=True, grouped=True))
def test_grouped_conv2d(arguments):
    import keras

    (x, kernel), options = arguments
    ours = c.conv2d(x, kernel, **options)
    options, bias = split_bias(options)
    del options["groups"]  # Keras sees them in the kernel's shape
    assert_close(ours, keras.ops.conv(x, kernel, **options) + bias)


@some
@given(arguments=draws.conv2d())
def test_conv2d_with_strides_and_dilation(arguments):
    """Keras refuses both at once, TensorFlow underneath does not."""
    import tensorflow as tf

    (x, kernel), options = arguments
    ours = c.conv2d(x, kernel, **options)
    skip_broken_corner(x, ours, options["strides"])
    options, bias = split_bias(options)
    padding, dilations = options["padding"].upper(), options["dilation_rate"]
    theirs = tf.nn.conv2d(x, kernel, options["strides"], padding, dilations=dilations)
    assert_close(ours, theirs.numpy() + bias)


@some
@given(arguments=draws.conv3d(for_keras=True))
def test_conv3d(arguments):
    import keras

    (x, kernel), options = arguments
    ours = c.conv3d(x, kernel, **options)
    skip_broken_corner(x, ours, options["strides"])
    options, bias = split_bias(options)
    assert_close(ours, keras.ops.conv(x, kernel, **options) + bias)


@some
@given(arguments=draws.transposed())
def test_conv2d_transpose(arguments):
    import keras

    (x, kernel), options = arguments
    ours = c.conv2d_transpose(x, kernel, **options)
    options, bias = split_bias(options)
    assert_close(ours, keras.ops.conv_transpose(x, kernel, **options) + bias)


@some
@given(arguments=draws.depthwise(for_keras=True))
def test_depthwise_conv2d(arguments):
    import keras

    (x, kernel), options = arguments
    ours = c.depthwise_conv2d(x, kernel, **options)
    options, bias = split_bias(options)
    assert_close(ours, keras.ops.depthwise_conv(x, kernel, **options) + bias)


@some
@given(arguments=draws.separable(for_keras=True))
def test_separable_conv2d(arguments):
    import keras

    (x, depthwise, pointwise), options = arguments
    ours = c.separable_conv2d(x, depthwise, pointwise, **options)
    options, bias = split_bias(options)
    assert_close(ours, keras.ops.separable_conv(x, depthwise, pointwise, **options) + bias)


def make_numbers(*shape):
    return np.random.default_rng(7).normal(size=shape).astype(np.float32)


X = make_numbers(2, 9, 8, 6)
VOLUME = make_numbers(1, 5, 6, 7, 2)
BIAS = make_numbers(4)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("operator", "layer", "x", "weights", "settings"),
    [
        ("conv2d", "Conv2D", X, [make_numbers(3, 2, 6, 4), BIAS], {"strides": 2}),
        ("conv2d", "Conv2D", X, [make_numbers(3, 3, 6, 4), BIAS], {"dilation_rate": (1, 2)}),
        ("conv2d", "Conv2D", X, [make_numbers(3, 3, 3, 4), BIAS], {"groups": 2}),
        ("conv3d", "Conv3D", VOLUME, [make_numbers(2, 3, 3, 2, 4), BIAS], {"strides": (1, 2, 3)}),
        ("conv2d_transpose", "Conv2DTranspose", X,
         [make_numbers(3, 4, 4, 6), BIAS], {"strides": 2}),
        ("conv2d_transpose", "Conv2DTranspose", X,
         [make_numbers(2, 2, 4, 6), BIAS], {"strides": 3}),
        ("separable_conv2d", "SeparableConv2D", X,
         [make_numbers(3, 3, 6, 2), make_numbers(1, 1, 12, 4), BIAS], {"strides": 2}),
    ],
)  # fmt: skip
def test_whole_layers(operator, layer, x, weights, settings, padding):
    import keras

    size = weights[0].shape[: x.ndim - 2]
    multiplier = {"depth_multiplier": weights[0].shape[-1]} if "separable" in operator else {}
    built = getattr(keras.layers, layer)(4, size, padding=padding, **settings, **multiplier)
    built.build(x.shape)
    built.set_weights(weights)
    *kernels, bias = weights
    ours = getattr(c, operator)(x, *kernels, padding=padding, bias=bias, **settings)
    assert_close(ours, built(x))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2])
def test_factored_layers(padding, strides):
    """Depthwise columns and rows as grouped ones: those take uneven strides everywhere."""
    from keras import Sequential, layers

    mix, column, row = make_numbers(1, 1, 6, 4), make_numbers(3, 1, 4, 1), make_numbers(1, 3, 4, 1)
    options = {"padding": padding, "use_bias": False}
    flattened = Sequential([
        layers.Conv2D(4, 1, use_bias=False),
        layers.Conv2D(4, (3, 1), strides=(strides, 1), groups=4, **options),
        layers.Conv2D(4, (1, 3), strides=(1, strides), groups=4, **options),
    ])  # fmt: skip
    flattened.build(X.shape)
    flattened.set_weights([mix, column.swapaxes(2, 3), row.swapaxes(2, 3)])
    ours = c.flattened_conv2d(X, mix, column, row, strides=strides, padding=padding)
    assert_close(ours, flattened(X))

    down, across = make_numbers(3, 1, 6, 2), make_numbers(1, 3, 2, 4)
    spatial = Sequential([
        layers.Conv2D(2, (3, 1), strides=(strides, 1), **options),
        layers.Conv2D(4, (1, 3), strides=(1, strides), **options),
    ])  # fmt: skip
    spatial.build(X.shape)
    spatial.set_weights([down, across])
    ours = c.spatially_separable_conv2d(X, down, across, strides=strides, padding=padding)
    assert_close(ours, spatial(X))


@few
@given(groups=st.integers(1, 4), share=st.integers(1, 3))
def test_channel_shuffle_is_reshape_transpose_reshape(groups, share):
    import keras

    x = make_numbers(2, 3, 2, groups * share)
    table = keras.ops.reshape(x, (2, 3, 2, groups, share))
    dealt = keras.ops.reshape(keras.ops.transpose(table, (0, 1, 2, 4, 3)), x.shape)
    np.testing.assert_array_equal(c.channel_shuffle(x, groups), dealt)

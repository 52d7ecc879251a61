"""Pooling and its gradients against Keras and TensorFlow, ties and uneven settings included."""

from itertools import product

import numpy as np
import pytest

from cnnlib.ops import pooling as p

pytestmark = pytest.mark.keras

SIZES = [(4, 4), (5, 7), (3, 2)]
WINDOWS = list(product([1, 2, 3, (2, 3), (3, 1)], [None, 1, 2, (1, 2), (3, 1)], ["valid", "same"]))


def make_numbers(*shape, whole=True):
    """Whole numbers meet many ties, others none."""
    rng = np.random.default_rng(sum(shape))
    numbers = rng.integers(-2, 3, shape) if whole else rng.normal(size=shape)
    return numbers.astype(np.float32)


def run_with_gradient(function, x, upstream=None):
    """(output, upstream, gradient) as TensorFlow computes them; upstream drawn if not given."""
    import tensorflow as tf

    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        out = tf.convert_to_tensor(function(x))
    upstream = make_numbers(*out.shape, whole=False) if upstream is None else upstream
    return out.numpy(), upstream, tape.gradient(out, x, output_gradients=upstream).numpy()


def assert_close(ours, theirs):
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("name", ["max", "average"])
def test_max_and_average_layers(name, whole, sizes, channels):
    import keras

    x = make_numbers(2, *sizes, channels, whole=whole)
    layer = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}[name]
    ours = {"max": p.max_pool2d, "average": p.avg_pool2d}[name]
    gradient = {"max": p.max_pool2d_gradient, "average": p.avg_pool2d_gradient}[name]
    for size, strides, padding in WINDOWS:
        pair = (size, size) if isinstance(size, int) else size
        if padding == "valid" and (pair[0] > sizes[0] or pair[1] > sizes[1]):
            continue
        settings = {"strides": strides, "padding": padding}
        out, upstream, slopes = run_with_gradient(layer(size, **settings), x)
        assert_close(ours(x, size, **settings), out)
        assert_close(gradient(x, upstream, size, **settings), slopes)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("strides", [1, 2, 3])
def test_switches(padding, strides):
    import tensorflow as tf

    x = make_numbers(2, 5, 7, 3)
    out, places = tf.nn.max_pool_with_argmax(x, 3, strides, padding.upper())
    ours = p.max_pool2d_with_switches(x, 3, strides=strides, padding=padding)
    np.testing.assert_array_equal(ours.output, out.numpy())
    np.testing.assert_array_equal(ours.switches, places.numpy())


def test_global_layers():
    import keras

    x = make_numbers(2, 5, 7, 3, whole=False)
    layers = keras.layers.GlobalAveragePooling2D, keras.layers.GlobalMaxPooling2D
    ours = p.global_avg_pool2d, p.global_max_pool2d
    gradients = p.global_avg_pool2d_gradient, p.global_max_pool2d_gradient
    for layer, run, gradient in zip(layers, ours, gradients, strict=True):
        for keepdims in (False, True):
            out, upstream, slopes = run_with_gradient(layer(keepdims=keepdims), x)
            assert_close(run(x, keepdims=keepdims), out)
            assert_close(gradient(x, upstream), slopes)


def look_with_tensorflow(x, size, stride, fill):
    """(images, rows, columns, taps, channels); taps in the padding are `fill`."""
    import tensorflow as tf

    images, *_, channels = x.shape
    shifted = tf.image.extract_patches(
        x - fill, [1, size, size, 1], [1, stride, stride, 1], [1, 1, 1, 1], "SAME"
    )
    rows, columns = shifted.shape[1:3]
    return tf.reshape(shifted, (images, rows, columns, size * size, channels)) + fill


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_median_gated_and_stochastic_gradients(stride):
    """TensorFlow has no such layers: their definitions over its windows, with its gradients."""
    import tensorflow as tf

    x, settings = make_numbers(2, 5, 6, 2, whole=False), {"strides": stride, "padding": "same"}
    far = 1e3

    def median(x):
        cells = tf.transpose(look_with_tensorflow(x, 3, stride, far), (0, 1, 2, 4, 3))
        counts = tf.reduce_sum(tf.cast(cells < far / 2, tf.int32), axis=-1)
        middles = tf.stack([(counts - 1) // 2, counts // 2], axis=-1)
        return tf.reduce_mean(tf.gather(tf.sort(cells), middles, batch_dims=4), axis=-1)

    out, upstream, slopes = run_with_gradient(median, x)
    np.testing.assert_allclose(p.median_pool2d(x, 3, **settings), out, atol=1e-3)
    assert_close(p.median_pool2d_gradient(x, upstream, 3, **settings), slopes)

    omega = make_numbers(3, 3, whole=False)

    def gate(x, omega=omega):
        cells = look_with_tensorflow(x, 3, stride, 0)
        share = tf.sigmoid(tf.einsum("nrctk,t->nrck", cells, tf.reshape(omega, -1)))
        largest = tf.nn.max_pool2d(x, 3, stride, "SAME")
        return share * largest + (1 - share) * tf.nn.avg_pool2d(x, 3, stride, "SAME")

    out, upstream, slopes = run_with_gradient(gate, x)
    ours = p.gated_pool2d_gradient(x, upstream, omega, **settings)
    assert_close(p.gated_pool2d(x, omega, **settings), out)
    assert_close(ours.x, slopes)
    _, _, by_omega = run_with_gradient(lambda omega: gate(tf.constant(x), omega), omega, upstream)
    assert_close(ours.omega, by_omega)

    def expect(x):
        cells = tf.nn.relu(look_with_tensorflow(x, 3, stride, 0))
        return tf.math.divide_no_nan(tf.reduce_sum(cells**2, axis=3), tf.reduce_sum(cells, axis=3))

    out, upstream, slopes = run_with_gradient(expect, x)
    assert_close(p.stochastic_pool2d(x, 3, training=False, **settings), out)
    assert_close(p.stochastic_pool2d_gradient(x, upstream, 3, **settings), slopes)


@pytest.mark.parametrize("mode", ["max", "avg"])
def test_pyramid_gradient(mode):
    import tensorflow as tf

    x = make_numbers(2, 5, 7, 3, whole=False)
    reduce = tf.reduce_max if mode == "max" else tf.reduce_mean

    def pyramid(x):
        bins = []
        for n in (1, 2, 6):
            rows = [slice(i * 5 // n, -(-(i + 1) * 5 // n)) for i in range(n)]
            columns = [slice(i * 7 // n, -(-(i + 1) * 7 // n)) for i in range(n)]
            bins += [reduce(x[:, down, across], (1, 2)) for down, across in product(rows, columns)]
        return tf.concat(bins, axis=1)

    out, upstream, slopes = run_with_gradient(pyramid, x)
    assert_close(p.spatial_pyramid_pool(x, (1, 2, 6), mode), out)
    assert_close(p.spatial_pyramid_pool_gradient(x, upstream, (1, 2, 6), mode), slopes)


@pytest.mark.parametrize("learnt", [False, True])
def test_netvlad_gradient(learnt):
    import tensorflow as tf

    x, centers = make_numbers(2, 3, 4, 5, whole=False), make_numbers(3, 5, whole=False)
    weights, bias = make_numbers(5, 3, whole=False), make_numbers(3, whole=False)
    alpha = 0.3

    def vlad(x):
        away = x[..., None, :] - centers
        logits = x @ weights + bias if learnt else -alpha * tf.reduce_sum(away**2, axis=-1)
        sums = tf.reduce_sum(tf.nn.softmax(logits)[..., None] * away, axis=(1, 2))
        intra = tf.math.l2_normalize(sums, axis=-1)
        return tf.math.l2_normalize(tf.reshape(intra, (2, -1)), axis=-1)

    settings = {"assignment_weights": weights, "assignment_bias": bias} if learnt else {}
    out, upstream, slopes = run_with_gradient(vlad, x)
    assert_close(p.netvlad(x, centers, alpha=alpha, **settings), out)
    assert_close(p.netvlad_gradient(x, upstream, centers, alpha=alpha, **settings), slopes)


@pytest.mark.parametrize("own", [False, True])
def test_bilinear_gradient(own):
    import tensorflow as tf

    x, y = make_numbers(2, 3, 4, 5, whole=False), make_numbers(2, 3, 4, 2, whole=False)

    def bilinear(x, y=None):
        y = x if y is None else y
        products = tf.einsum("nrci,nrcj->nij", x, y)
        roots = tf.sign(products) * tf.sqrt(tf.abs(products))
        return tf.math.l2_normalize(tf.reshape(roots, (2, -1)), axis=-1)

    if own:
        out, upstream, slopes = run_with_gradient(bilinear, x)
        assert_close(p.bilinear_pool(x), out)
        ours = p.bilinear_pool_gradient(x, upstream)
        assert_close(ours.x, slopes)
        assert ours.y is None
        return
    out, upstream, slopes = run_with_gradient(lambda x: bilinear(x, tf.constant(y)), x)
    _, _, by_y = run_with_gradient(lambda y: bilinear(tf.constant(x), y), y, upstream)
    assert_close(p.bilinear_pool(x, y), out)
    ours = p.bilinear_pool_gradient(x, upstream, y)
    assert_close(ours.x, slopes)
    assert_close(ours.y, by_y)

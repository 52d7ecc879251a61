"""Average unpooling: each window filled with its cell; where windows overlap, the mean of them."""

import tensorflow as tf


def avg_unpool2d(
    x: tf.Tensor, rows: int, columns: int, pool_size: int, strides: int, padding: str = "valid"
) -> tf.Tensor:
    """x (images, out rows, out columns, channels) to (images, rows, columns, channels)."""
    shape = [x.shape[0], rows, columns, x.shape[-1]]
    window, steps = tf.ones([pool_size, pool_size, x.shape[-1], 1]), [1, strides, strides, 1]

    def fill(cells: tf.Tensor) -> tf.Tensor:
        return tf.nn.depthwise_conv2d_backprop_input(shape, window, cells, steps, padding.upper())

    return tf.math.divide_no_nan(fill(x), fill(tf.ones_like(x)))

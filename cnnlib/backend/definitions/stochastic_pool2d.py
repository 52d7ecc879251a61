"""Stochastic pooling: a cell drawn with the probability a / Σ a (Zeiler & Fergus, 2013, sec. 3)."""

import tensorflow as tf


def stochastic_pool2d(
    x: tf.Tensor,
    pool_size: int,
    strides: int,
    padding: str = "valid",
    drawn: tf.Tensor | None = None,
) -> tf.Tensor:
    """x (images, rows, columns, channels).

    drawn: in training the place of each window's cell, (row · columns + column) · channels +
        channel, and -1 for none. Without it, as in inference, the mean by the probabilities.
    """
    a = tf.nn.relu(x)  # what is not above 0 has the probability 0
    if drawn is not None:
        images = tf.reshape(a, [x.shape[0], -1])
        places = tf.reshape(tf.cast(drawn, tf.int32), [x.shape[0], -1])
        cells = tf.gather(images, tf.maximum(places, 0), batch_dims=1)
        return tf.reshape(tf.where(places < 0, 0.0, cells), drawn.shape)
    window, steps = [1, pool_size, pool_size, 1], [1, strides, strides, 1]
    patches = tf.image.extract_patches(a, window, steps, [1, 1, 1, 1], padding.upper())
    cells = tf.reshape(patches, [*patches.shape[:3], pool_size**2, x.shape[-1]])
    probabilities = tf.math.divide_no_nan(cells, tf.reduce_sum(cells, axis=3, keepdims=True))
    return tf.reduce_sum(probabilities * cells, axis=3)

"""Mixed pooling: a share alpha of the max and the rest of the average (Lee et al., 2016, eq. 1)."""

import tensorflow as tf


def mixed_pool2d(
    x: tf.Tensor, pool_size: int, strides: int, alpha: float, padding: str = "valid"
) -> tf.Tensor:
    """x (images, rows, columns, channels), alpha from 0 to 1."""
    largest = tf.nn.max_pool2d(x, pool_size, strides, padding.upper())
    mean = tf.nn.avg_pool2d(x, pool_size, strides, padding.upper())
    return alpha * largest + (1 - alpha) * mean

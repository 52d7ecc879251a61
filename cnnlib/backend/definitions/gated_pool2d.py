"""Gated pooling: each window's share of max and average by a learnt mask (Lee et al., 2016, eq. 2).

The gate of a window is the sigmoid of the sum of its cells times the mask's.
"""

import tensorflow as tf


def gated_pool2d(x: tf.Tensor, strides: int, omega: tf.Tensor, padding: str = "valid") -> tf.Tensor:
    """x (images, rows, columns, channels), omega (window rows, window columns)."""
    size, padding = omega.shape, padding.upper()
    mask = tf.repeat(omega[:, :, None, None], x.shape[-1], axis=2)  # the same for every channel
    gate = tf.sigmoid(tf.nn.depthwise_conv2d(x, mask, [1, strides, strides, 1], padding))
    largest = tf.nn.max_pool2d(x, size, strides, padding)
    mean = tf.nn.avg_pool2d(x, size, strides, padding)
    return gate * largest + (1 - gate) * mean

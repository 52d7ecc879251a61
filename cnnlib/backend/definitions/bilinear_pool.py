"""Bilinear pooling: which channels go together (Lin, RoyChowdhury & Maji, 2015, section 3)."""

import tensorflow as tf


def bilinear_pool(x: tf.Tensor) -> tf.Tensor:
    """x (images, rows, columns, C), paired with itself, to (images, C · C)."""
    products = tf.einsum("nhwc,nhwd->ncd", x, x)
    size = tf.maximum(tf.abs(products), 1e-20)  # so that the root has no endless slope at 0
    roots = tf.sign(products) * tf.sqrt(size)
    return tf.math.l2_normalize(tf.reshape(roots, [x.shape[0], -1]), axis=-1)

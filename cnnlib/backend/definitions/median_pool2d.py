"""Median pooling: the middle cell of each window by size."""

import tensorflow as tf


def median_pool2d(x: tf.Tensor, pool_size: int, strides: int, padding: str = "valid") -> tf.Tensor:
    """x (images, rows, columns, channels); of an even count the mean of the two middle cells."""

    def cut(values: tf.Tensor) -> tf.Tensor:
        """(images, out rows, out columns, channels, cells of the window)"""
        window, steps = [1, pool_size, pool_size, 1], [1, strides, strides, 1]
        patches = tf.image.extract_patches(values, window, steps, [1, 1, 1, 1], padding.upper())
        shape = [*patches.shape[:3], pool_size**2, x.shape[-1]]
        return tf.transpose(tf.reshape(patches, shape), [0, 1, 2, 4, 3])

    inside = cut(tf.ones_like(x)) > 0  # padding is not counted
    cells = tf.sort(tf.where(inside, cut(x), float("inf")))
    count = tf.reduce_sum(tf.cast(inside, tf.int32), axis=-1, keepdims=True)
    low = tf.gather(cells, (count - 1) // 2, batch_dims=4)
    high = tf.gather(cells, count // 2, batch_dims=4)
    return (low + high)[..., 0] / 2

"""Max unpooling: each cell back to where its window's winner was (Zeiler & Fergus, 2014, sec. 2.1).

The switches are those of `tf.nn.max_pool_with_argmax`.
"""

import tensorflow as tf


def max_unpool2d(x: tf.Tensor, rows: int, columns: int, switches: tf.Tensor) -> tf.Tensor:
    """x and switches (images, out rows, out columns, channels) to (images, rows, columns, …)."""
    places = tf.cast(switches, tf.int32)
    size = rows * columns * x.shape[-1]
    images = [  # cells of the same place add up
        tf.math.unsorted_segment_sum(tf.reshape(cells, [-1]), tf.reshape(place, [-1]), size)
        for cells, place in zip(x, places, strict=True)
    ]
    return tf.reshape(tf.stack(images), [x.shape[0], rows, columns, x.shape[-1]])

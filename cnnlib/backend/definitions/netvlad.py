"""NetVLAD: how the places lie around K centres (Arandjelović et al., 2016, section 3.1)."""

import tensorflow as tf


def netvlad(x: tf.Tensor, alpha: float, centers: tf.Tensor) -> tf.Tensor:
    """x (images, rows, columns, D) and centers (K, D) to (images, K · D)."""
    places = tf.reshape(x, [x.shape[0], -1, 1, x.shape[-1]])
    apart = places - centers  # (images, places, K, D)
    share = tf.nn.softmax(-alpha * tf.reduce_sum(apart**2, axis=-1))  # soft assignment
    residuals = tf.reduce_sum(share[..., None] * apart, axis=1)  # (images, K, D)
    each = tf.math.l2_normalize(residuals, axis=-1)  # each centre's by itself
    return tf.math.l2_normalize(tf.reshape(each, [x.shape[0], -1]), axis=-1)  # all together

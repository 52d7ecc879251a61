"""Spatial pyramid pooling: l × l bins for each level l, each pooled to one cell (He et al., 2014).

Bin i of n cells goes from ⌊i · n / l⌋ to ⌈(i + 1) · n / l⌉ (their appendix A).
"""

from math import ceil, floor

import tensorflow as tf


def spatial_pyramid_pool(x: tf.Tensor, levels: tuple[int, ...], mode: str = "max") -> tf.Tensor:
    """x (images, rows, columns, channels) to (images, Σ l² · channels)."""
    rows, columns = x.shape[1:3]
    pool = tf.nn.max_pool2d if mode == "max" else tf.nn.avg_pool2d
    parts = []
    for level in levels:
        for i in range(level):
            top, bottom = floor(i * rows / level), ceil((i + 1) * rows / level)
            for j in range(level):
                left, right = floor(j * columns / level), ceil((j + 1) * columns / level)
                part = x[:, top:bottom, left:right]
                parts.append(pool(part, part.shape[1:3], 1, "VALID")[:, 0, 0])
    return tf.concat(parts, axis=1)

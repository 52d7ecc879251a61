"""`tf.data` over uint8 images: they stay bytes until a batch is made."""

import tensorflow as tf

from cnnlib.data import Split


def make_training_batches(split: Split, batch_size: int, seed: int) -> tf.data.Dataset:
    """Batches of (images (N, H, W, C) float32 in 0..1, labels (N,)), newly shuffled each epoch."""
    indices = tf.data.Dataset.range(len(split.labels)).shuffle(
        len(split.labels), seed=seed, reshuffle_each_iteration=True
    )
    return _gather_batches(split, indices, batch_size)


def make_validation_batches(split: Split, batch_size: int) -> tf.data.Dataset:
    """The same, in order."""
    return _gather_batches(split, tf.data.Dataset.range(len(split.labels)), batch_size)


def _gather_batches(split: Split, indices: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
    images, labels = tf.constant(split.images), tf.constant(split.labels)

    def gather(batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        scaled = tf.cast(tf.gather(images, batch), tf.float32) / 255.0
        return scaled, tf.gather(labels, batch)

    # Plain operations need no conversion, which would leave a generated file in /tmp.
    plain = tf.autograph.experimental.do_not_convert(gather)
    return indices.batch(batch_size).map(plain).prefetch(tf.data.AUTOTUNE)

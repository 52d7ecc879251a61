"""`tf.data` over uint8 images: they stay bytes until a batch is made."""

import tensorflow as tf

from cnnlib.backend.augmentation import Augmenter
from cnnlib.data import Split

# Plain operations need no conversion, which would leave a generated file in /tmp.
_as_it_is = tf.autograph.experimental.do_not_convert


def make_training_batches(
    split: Split, batch_size: int, seed: int, augmenter: Augmenter | None = None
) -> tf.data.Dataset:
    """Batches of (images (N, H, W, C) float32 in 0..1, labels (N,)), newly shuffled each epoch.

    Args:
        augmenter: changes each batch at random. One that mixes gives labels (N, classes).
    """
    indices = tf.data.Dataset.range(len(split.labels)).shuffle(
        len(split.labels), seed=seed, reshuffle_each_iteration=True
    )
    batches = _gather_batches(split, indices, batch_size)
    if augmenter is not None:  # one batch after another: the draws follow from the seed
        batches = batches.map(_as_it_is(augmenter))
    return batches.prefetch(tf.data.AUTOTUNE)


def make_validation_batches(
    split: Split, batch_size: int, one_hot: int | None = None
) -> tf.data.Dataset:
    """The same as they are, in order; labels as (N, one_hot) shares if it is given."""
    indices = tf.data.Dataset.range(len(split.labels))
    batches = _gather_batches(split, indices, batch_size)
    if one_hot is not None:
        batches = batches.map(_as_it_is(lambda x, y: (x, tf.one_hot(y, one_hot))))
    return batches.prefetch(tf.data.AUTOTUNE)


def _gather_batches(split: Split, indices: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
    images, labels = tf.constant(split.images), tf.constant(split.labels)

    def gather(batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        scaled = tf.cast(tf.gather(images, batch), tf.float32) / 255.0
        return scaled, tf.gather(labels, batch)

    return indices.batch(batch_size).map(_as_it_is(gather))

"""`tf.data` over uint8 images: they stay bytes until a batch is made."""

import tensorflow as tf

from cnnlib.backend.augmentation import Augmenter
from cnnlib.data import Split

BATCHES_AHEAD = 4

# Plain operations need no conversion, which would leave a generated file in /tmp.
_as_it_is = tf.autograph.experimental.do_not_convert


def make_training_batches(
    split: Split,
    batch_size: int,
    seed: int,
    augmenter: Augmenter | None = None,
    *,
    classes: int | None = None,
    smoothing: float = 0.0,
    parts: int = 1,
) -> tf.data.Dataset:
    """Batches of (images (N, H, W, C) float32 in 0..1, labels (N,)), newly shuffled each epoch.

    Args:
        augmenter: changes each batch at random. One that mixes gives labels (N, classes).
        classes: if given, labels come as shares (N, classes) that sum to 1.
        smoothing: the part of each image's label that is spread evenly over all classes, 0..1
            (Szegedy et al., 2016, section 7); above 0 it needs `classes`.
        parts: into how many parts each batch is shared out, of which none may be empty. Above 1
            the last batch is filled up with further images, drawn at random.
    """
    count = len(split.labels)
    indices = _shuffle(count, seed)
    if parts > 1:
        indices = indices.concatenate(_shuffle(count, seed + 1).repeat().take(-count % batch_size))
    batches = _gather_batches(split, indices, batch_size)
    if augmenter is not None:  # one batch after another: the draws follow from the seed
        batches = batches.map(_as_it_is(augmenter))
    if classes is not None:
        mixed = augmenter is not None and augmenter.mixes

        def share(images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            shares = labels if mixed else tf.one_hot(labels, classes)
            return images, shares * (1 - smoothing) + smoothing / classes

        batches = batches.map(_as_it_is(share))
    return _prepare_ahead(batches)


def make_validation_batches(
    split: Split, batch_size: int, one_hot: int | None = None, *, parts: int = 1
) -> tf.data.Dataset:
    """The same as they are, in order; labels as (N, one_hot) shares if it is given.

    Args:
        parts: into how many parts each batch is shared out, of which none may be empty. Above 1
            batches may be smaller; very few images all come so many times.
    """
    indices = tf.data.Dataset.range(len(split.labels))
    if parts > 1:
        fitting = _find_batch_size(len(split.labels), batch_size, parts)
        if fitting is None:  # so few images: all of them as often as makes equal parts
            indices = indices.repeat(parts)
        batch_size = fitting or batch_size - batch_size % parts or parts
    batches = _gather_batches(split, indices, batch_size)
    if one_hot is not None:
        batches = batches.map(_as_it_is(lambda x, y: (x, tf.one_hot(y, one_hot))))
    return _prepare_ahead(batches)


def _prepare_ahead(batches: tf.data.Dataset) -> tf.data.Dataset:
    """Make some batches while others are trained on.

    TensorFlow's own tuning would keep a thread that sleeps until a time of day, and an epoch's end
    waits for that thread: where somebody sets the clock back an hour, training rests for an hour.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return batches.prefetch(BATCHES_AHEAD).with_options(options)


def _shuffle(count: int, seed: int) -> tf.data.Dataset:
    """0 … count - 1 in an order that is another one each epoch."""
    return tf.data.Dataset.range(count).shuffle(count, seed=seed, reshuffle_each_iteration=True)


def _find_batch_size(count: int, most: int, parts: int) -> int | None:
    """The largest batch of at most `most` images, a multiple of `parts`, whose last one also
    gives each part an image. TensorFlow shares out k images ⌈k / parts⌉ at a time."""
    for size in range(most - most % parts, 0, -parts):
        rest = count % size if count > size else count
        if rest == 0 or (parts - 1) * -(-rest // parts) < rest:
            return size
    return None


def _gather_batches(split: Split, indices: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
    images, labels = tf.constant(split.images), tf.constant(split.labels)

    def gather(batch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        scaled = tf.cast(tf.gather(images, batch), tf.float32) / 255.0
        return scaled, tf.gather(labels, batch)

    return indices.batch(batch_size).map(_as_it_is(gather))

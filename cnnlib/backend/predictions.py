"""A run's model looks at every image of its data set, in batches: predictions and features."""

from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf

from cnnlib.backend.training import load_checkpoint
from cnnlib.data import Dataset, Split, load
from cnnlib.errors import RunError
from cnnlib.runs.predictions import SPLITS, Writer, find_checkpoint, identify, writing
from cnnlib.runs.store import RunStore

BATCH = 256
LARGEST = float(np.finfo(np.float16).max)
Progress = Callable[[float, str], None]


def predict_images(run_id: str, progress: Progress) -> int:
    """Write what a run's best (else last) checkpoint says of all images of its data set.

    A run that was trained on a part of the images looks at all of them.

    Returns:
        How many images it has looked at.

    Raises:
        RunError: there is no such run, it has no checkpoint, the images or classes do not fit its
            model, or the disk is full.
        DatasetError: the run's data set is gone.
    """
    run = RunStore().get(run_id)
    which = find_checkpoint(run.id)
    if which is None:
        raise RunError(
            f"Run {run.id} has saved no checkpoint yet. Let it train for an epoch first."
        )
    dataset = load(run.config.dataset, download=False)
    identity = identify(run.id, dataset)
    progress(0.0, "Reading the checkpoint")
    model = load_checkpoint(run.id, which)
    _require_fit(model, run.id, dataset)
    looker, features_of = make_looker(model)
    total, before = len(dataset.train) + len(dataset.test), 0
    with writing(run.id) as writer:
        for name in SPLITS:
            split: Split = getattr(dataset, name)
            for done in _write_split(writer, name, split, looker):
                progress(
                    (before + done) / total, f"Looked at {before + done:,} of {total:,} images"
                )
            before += len(split)
        if identity is None or identity != identify(run.id, dataset):
            raise RunError(f"Run {run.id} saved a new checkpoint meanwhile. Let it look again.")
        writer.write_note(identity, features_of)
    return total


def make_looker(model: keras.Model) -> tuple[keras.Model, str]:
    """A model that gives the probabilities (N, K) and the last hidden layer's numbers (N, D).

    The last hidden layer's numbers are what the last Dense layer takes; in a network that ends
    with a convolution, what that takes, averaged over height and width; in one without any
    weights, the probabilities themselves.

    Returns:
        The model, and one line for people that says which numbers the features are.
    """
    last = [layer for layer in model.layers if hasattr(layer, "kernel")][-1:]
    if not last:
        return keras.Model(model.inputs, [model.output, model.output]), "the probabilities"
    features, text = last[0].input, f"the input of the last weights, {last[0].name}"
    if isinstance(last[0], keras.layers.Dense):
        text = f"the input of the last Dense layer, {last[0].name}"
    if len(features.shape) > 2:
        features = keras.ops.mean(features, axis=tuple(range(1, len(features.shape) - 1)))
        text += ", averaged over all places"
    return keras.Model(model.inputs, [model.output, features]), text


def _require_fit(model: keras.Model, run_id: str, dataset: Dataset) -> None:
    wanted = (None, *dataset.image_shape), (None, len(dataset.class_names))
    if (model.input_shape, model.output_shape) != wanted:
        raise RunError(
            f"Run {run_id} takes images of {model.input_shape[1:]} and tells "
            f"{model.output_shape[-1]} classes apart; {dataset.title} has {wanted[0][1:]} and "
            f"{wanted[1][1]}. Choose a run that was trained on it as it is now."
        )


def _write_split(writer: Writer, name: str, split: Split, looker: keras.Model) -> Iterator[int]:
    """Write a split's files batch by batch; gives how many images are done."""
    count = len(split)
    (_, classes), (_, width) = looker.output_shape

    def scale_and_look(images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        outputs: tuple[tf.Tensor, tf.Tensor] = looker(
            tf.cast(images, tf.float32) / 255.0, training=False
        )
        return outputs

    # Plain operations need no conversion, which would leave a generated file in /tmp.
    signature = tf.TensorSpec((None, *split.images.shape[1:]), tf.uint8)
    look = tf.function(scale_and_look, input_signature=[signature], autograph=False)
    with writer.writing_split(name, count, classes, width) as append:
        for start in range(0, count, BATCH):
            images = split.images[start : start + BATCH]
            answers, hidden = (np.asarray(part) for part in look(images))
            append(
                {
                    "probabilities": answers,
                    "features": np.clip(hidden, -LARGEST, LARGEST),
                    "predicted": answers.argmax(axis=1),
                }
            )
            yield start + len(images)

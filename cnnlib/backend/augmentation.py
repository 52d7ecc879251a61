"""Augmentation by Keras' own layers: in the training pipeline, and as a preview for pages."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnlib.errors import RunError
from cnnlib.runs.arrays import decode_array, encode_array
from cnnlib.runs.augmentation import MIXUP, Augmentation, parse_augmentations

MOST_VALUES = 4_000_000
MOST_DRAWS = 64
MOST_CLASSES = 1_000
MOST_ROWS = 16
MOST_SEED = 2**31 - 1000  # each layer's seed is one more than the last one's


class Augmenter:
    """Changes batches at random: images (N, H, W, C) float32 in 0..1, labels (N,).

    With mixup the labels come out as shares of the classes, (N, classes); without it as they are.
    """

    def __init__(self, augmentations: Sequence[Augmentation], classes: int, seed: int) -> None:
        self._layers = [
            getattr(keras.layers, call.layer)(**call.arguments, seed=seed + number)
            for number, call in enumerate(a.make_call() for a in augmentations if a.kind != MIXUP)
        ]
        mixing = [a.make_call() for a in augmentations if a.kind == MIXUP]
        self._mixup = keras.layers.MixUp(**mixing[0].arguments, seed=seed) if mixing else None
        self._classes = classes

    @property
    def mixes(self) -> bool:
        return self._mixup is not None

    def __call__(self, images: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        for layer in self._layers:
            images = layer(images, training=True)
        if self._mixup is None:
            return images, labels
        shares = tf.one_hot(labels, self._classes)
        mixed = self._mixup({"images": images, "labels": shares}, training=True)
        return mixed["images"], mixed["labels"]


def draw_augmentations(
    images: Any, labels: Any, classes: Any, augmentations: Any, draws: Any, seed: Any
) -> dict[str, Any]:
    """What training would make of the first image, so many times, by each of some augmentations.

    Args:
        images: encoded array (N, H, W, C), 0..1; the others are what mixup may mix it with.
        labels: N whole numbers below `classes`.
        augmentations: up to 16 texts, see `cnnlib.runs.augmentation`.
        draws: how often, 1 to 64.
        seed: a whole number; the same one gives the same draws.

    Returns:
        rows: for each text images, an encoded array (draws, H, W, C), and labels, (draws, classes)
            shares that sum to 1.

    Raises:
        RunError: an argument breaks its rule.
    """
    x, y = decode_array(images), np.asarray(labels)
    for name, value, low, high in (
        ("classes", classes, 2, MOST_CLASSES),
        ("draws", draws, 1, MOST_DRAWS),
        ("seed", seed, 0, MOST_SEED),
    ):
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise RunError(f"{name} must be from {low} to {high:,}. Received: {value!r}.")
    if x.ndim != 4 or not x.size or x.size * draws > MOST_VALUES:
        raise RunError(f"images must be (N, height, width, channels). Received: {x.shape}.")
    if y.shape != (len(x),) or y.dtype.kind != "i" or not 0 <= y.min() <= y.max() < classes:
        raise RunError(f"labels must be {len(x)} whole numbers below {classes}.")
    if not isinstance(augmentations, list) or not 1 <= len(augmentations) <= MOST_ROWS:
        raise RunError(f"augmentations must be a list of 1 to {MOST_ROWS} texts.")
    with keras.device("cpu:0"):
        return {"rows": [_draw(x, y, classes, text, draws, seed) for text in augmentations]}


def _draw(
    x: NDArray[np.float32], y: NDArray[np.int64], classes: int, text: str, draws: int, seed: int
) -> dict[str, Any]:
    augmenter = Augmenter(parse_augmentations(text), classes, seed)
    images, shares = [], []
    for _ in range(draws):
        changed, told = augmenter(tf.constant(x, tf.float32), tf.constant(y))
        share = told if augmenter.mixes else tf.one_hot(told, classes)
        images.append(np.asarray(changed[0]))
        shares.append(np.asarray(share[0], np.float32))
    return {"images": encode_array(np.stack(images)), "labels": encode_array(np.stack(shares))}

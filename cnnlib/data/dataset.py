"""A data set as the rest of the lab sees it: two splits of uint8 images with integer labels."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cnnlib.errors import DatasetError

Progress = Callable[[float, str], None]
"""Called with a fraction 0..1 and a short text such as ``"Reading data_batch_3"``."""

SUBSET_SEED = 20090408  # any constant: it fixes which images `take` draws


@dataclass(frozen=True)
class Split:
    """Images (N, H, W, C) uint8, 0..255, read-only; labels (N,), indices of the class names."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def count_classes(self, classes: int) -> NDArray[np.int64]:
        """How many images each of the first `classes` labels has, (classes,)."""
        return np.bincount(self.labels, minlength=classes)

    def find(self, labels: Collection[int]) -> NDArray[np.int64]:
        """Indices of the images with one of `labels`, ascending; of all images for no labels."""
        if not labels:
            return np.arange(len(self))
        return np.flatnonzero(np.isin(self.labels, list(labels)))


@dataclass(frozen=True)
class Dataset:
    """A training and a test split over the same classes.

    `source` is one line for people about where the images came from; `fingerprint` is a hash of
    the content, equal for equal images, labels and class names.
    """

    name: str
    title: str
    class_names: tuple[str, ...]
    train: Split
    test: Split
    synthetic: bool
    source: str
    fingerprint: str

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(height, width, channels)."""
        height, width, channels = self.train.images.shape[1:]
        return height, width, channels

    def take(self, limit: int | None) -> "Dataset":
        """`limit` training images and the same share of the test images, at least one of them.

        The images are drawn by a permutation with a fixed seed: always the same ones, from all
        classes even where the images are stored class by class, and a smaller subset is contained
        in a larger one. None, or a limit of all images or more, means everything, without a copy.

        Raises:
            DatasetError: `limit` is less than 1.
        """
        if limit is None or limit >= len(self.train):
            return self
        if limit < 1:
            raise DatasetError(
                f"limit must be at least 1 training image. Received: {limit}. "
                f"Leave it out to use all {len(self.train):,} images."
            )
        test_limit = max(1, limit * len(self.test) // len(self.train))
        return replace(
            self,
            train=_draw(self.train, limit),
            test=_draw(self.test, test_limit),
            fingerprint=f"{self.fingerprint}-{limit}",
        )


@dataclass(frozen=True)
class DatasetInfo:
    """What is known of an installed data set without opening its images."""

    name: str
    title: str
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    train_count: int
    test_count: int
    synthetic: bool
    source: str
    fingerprint: str


def _draw(split: Split, count: int) -> Split:
    chosen = np.random.default_rng(SUBSET_SEED).permutation(len(split))[:count]
    images, labels = np.asarray(split.images)[chosen], np.asarray(split.labels)[chosen]
    images.setflags(write=False)
    labels.setflags(write=False)
    return Split(images, labels)

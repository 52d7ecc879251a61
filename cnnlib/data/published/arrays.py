"""Store arrays as a data set: checked, whoever made them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib import settings
from cnnlib.data import storage
from cnnlib.data.dataset import Progress
from cnnlib.data.writer import SplitWriter, finish
from cnnlib.errors import DatasetError

CHUNK = 5_000  # images that are put in order and written at a time
MAX_SIDE = 256
Arrays = Mapping[str, tuple[NDArray[Any], NDArray[Any]]]
"""Images and labels of "train" and of "test"."""


def store(
    name: str,
    arrays: Arrays,
    *,
    title: str,
    class_names: Sequence[str],
    source: str,
    progress: Progress,
) -> None:
    """Write images (N, H, W) or (N, H, W, C) uint8 and labels (N,) or (N, 1) as a data set.

    Raises:
        DatasetError: arrays of another form, labels without a class name, one class only.
    """
    checked = {split: _check(split, *pair, len(class_names)) for split, pair in arrays.items()}
    shapes = {images.shape[1:] for images, _ in checked.values()}
    if len(shapes) != 1:
        raise DatasetError(f"Training and test images must have one size. Received: {shapes}.")
    with storage.replacing(name) as place:
        for split, (images, labels) in checked.items():
            writer = SplitWriter(place, split, len(labels), images.shape[1:])
            try:
                for start in range(0, len(labels), CHUNK):
                    progress(0.9 * start / len(labels), f"Storing the {split} images")
                    part = slice(start, start + CHUNK)
                    writer.write(start, images[part], labels[part])
            finally:
                writer.close()
        progress(0.95, "Computing the fingerprint")
        finish(place, title=title, class_names=list(class_names), synthetic=False, source=source)
    progress(1.0, "Done")


def _check(
    split: str, images: NDArray[Any], labels: NDArray[Any], classes: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (N, H, W, C) and labels (N,) in the lab's form."""
    if images.ndim == 3:
        images = images[..., None]
    right = (
        images.dtype == np.uint8
        and images.ndim == 4
        and len(images) > 0
        and all(1 <= side <= MAX_SIDE for side in images.shape[1:3])
        and images.shape[3] in (1, 3)
    )
    if not right:
        raise DatasetError(
            f"The {split} images must be uint8 of shape (N, H, W) or (N, H, W, 1 or 3), with sides "
            f"up to {MAX_SIDE}. Received: {images.shape} of {images.dtype}."
        )
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.dtype.kind not in "iu" or labels.shape != (len(images),):
        raise DatasetError(
            f"The {split} labels must be {len(images):,} whole numbers. "
            f"Received: {labels.shape} of {labels.dtype}."
        )
    if not 0 <= int(labels.min()) <= int(labels.max()) < classes:
        raise DatasetError(
            f"The {split} labels must be 0 to {classes - 1}. "
            f"Received: {labels.min()} to {labels.max()}."
        )
    return images, labels.astype(np.int64)


def name_classes(*labels: NDArray[Any]) -> list[str]:
    """ "0", "1", … for labels that have no names.

    Raises:
        DatasetError: not whole numbers from 0, or more classes than the lab takes.
    """
    limit = settings.max_import_classes()
    if any(part.dtype.kind not in "iu" or not part.size for part in labels):
        raise DatasetError("Labels must be whole numbers.")
    highest = max(int(part.max()) for part in labels)
    if not 1 <= highest < limit:
        raise DatasetError(f"Labels must be 0 to at most {limit - 1}. Received: up to {highest}.")
    return [str(label) for label in range(highest + 1)]

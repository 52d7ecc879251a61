"""Data sets in memory, made from arrays: what the tests of derived numbers start from."""

import hashlib
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnlib.data import Dataset, Split


def make_dataset(
    train: NDArray[np.uint8],
    test: NDArray[np.uint8] | None = None,
    *,
    labels: NDArray[np.int64] | None = None,
    classes: int = 3,
    name: str = "small",
) -> Dataset:
    """Labels go round the classes where none are given; the fingerprint is of the content."""
    test = train[:1] if test is None else test
    labels = np.arange(len(train)) % classes if labels is None else labels
    digest = hashlib.sha256(train.tobytes() + test.tobytes() + labels.tobytes()).hexdigest()
    return Dataset(
        name=name,
        title=name,
        class_names=tuple(f"class {number}" for number in range(classes)),
        train=Split(train, labels),
        test=Split(test, np.arange(len(test)) % classes),
        synthetic=False,
        source="made by a test",
        fingerprint=digest[:32],
    )


def make_images(
    count: int, shape: tuple[int, int, int] = (32, 32, 3), *, seed: int = 0
) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), dtype=np.uint8)


def reencode(image: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Through JPEG and back."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def move(image: NDArray[np.uint8], down: int, right: int) -> NDArray[np.uint8]:
    """Shifted; the edge is repeated where nothing comes from."""
    padded = np.pad(image, ((4, 4), (4, 4), (0, 0)), mode="edge")
    height, width = image.shape[:2]
    return padded[4 - down : 4 - down + height, 4 - right : 4 - right + width]

"""Data sets of given arrays, stored as the lab stores them."""

import numpy as np

from cnnlib.data import Dataset, load, storage
from cnnlib.data.writer import SplitWriter, finish

Arrays = tuple[np.ndarray, np.ndarray]  # images (n, H, W, C) uint8 and labels (n,)


def store_dataset(name: str, train: Arrays, test: Arrays, class_names: list[str]) -> Dataset:
    """Write a data set into CNNLIB_HOME and open it."""
    with storage.replacing(name) as place:
        for split, (images, labels) in (("train", train), ("test", test)):
            writer = SplitWriter(place, split, len(images), images.shape[1:])
            writer.write(0, images, labels)
            writer.close()
        finish(place, title=name.title(), class_names=class_names, synthetic=False, source="test")
    return load(name)

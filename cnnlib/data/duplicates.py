"""Near-duplicates of a data set, between its splits and within them: the found pairs, kept."""

import csv
import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlib.data import derived
from cnnlib.data.dataset import Dataset, Progress
from cnnlib.data.duplicate_search import VERSION, Pairs, search

KIND = "duplicates"
SPLITS = ("train", "test")  # what the numbers in split_a and split_b mean
TRAIN, TEST = range(2)
PAIRS = ("split_a", "index_a", "split_b", "index_b", "distance", "mirrored")


@dataclass(frozen=True)
class Duplicates:
    """P pairs of images that show the same, by ascending distance: the surest first.

    A pair stands once: a is the training image of a mixed pair, else the one with the lower index.

    Attributes:
        split_a, split_b: (P,) uint8, indices of SPLITS.
        index_a, index_b: (P,) int64, which image of the split.
        distance: (P,) float32, 0 (the same pixels) to 1, as `duplicate_search` measures it.
        mirrored: (P,) bool, whether b is like a's mirror image, left and right changed.
        complete: whether all images were compared with all others, and all pairs are here. False
            for a set of over 100,000 images, of which only a sample was compared (exact copies
            are found among all), and for one with more than 20,000 pairs.
        compared: how many images were compared with all others of them, without exact copies.
    """

    split_a: NDArray[np.uint8]
    index_a: NDArray[np.int64]
    split_b: NDArray[np.uint8]
    index_b: NDArray[np.int64]
    distance: NDArray[np.float32]
    mirrored: NDArray[np.bool_]
    complete: bool
    compared: int

    def __len__(self) -> int:
        return len(self.distance)

    def test_images_with_twin_in_train(self) -> NDArray[np.int64]:
        """The test images that have a near-duplicate among the training images, ascending."""
        found = set(self.index_b[(self.split_a == TRAIN) & (self.split_b == TEST)].tolist())
        copies = (self.split_a == TEST) & (self.distance == 0)  # what holds of one holds of both
        for a, b in zip(self.index_a[copies].tolist(), self.index_b[copies].tolist(), strict=True):
            if a in found:
                found.add(b)
        return np.array(sorted(found), np.int64)


def find_duplicates(dataset: Dataset, progress: Progress | None = None) -> Duplicates:
    """Compare all images with all others, once; the pairs are kept beside the data sets.

    60,000 images take 40 s of processor time. `duplicate_search` says how it is done, what counts
    as a duplicate, what is not found, and what happens above 100,000 images.

    Raises:
        DatasetError: they cannot be kept: the disk is full or may not be written.
    """

    def compute(tell: Progress) -> derived.Arrays:
        pairs = search([dataset.train.images, dataset.test.images], tell)
        return _pack(pairs, len(dataset.train))

    return _unpack(derived.make_arrays(dataset, KIND, VERSION, compute, progress))


def read_duplicates(dataset: Dataset) -> Duplicates | None:
    """What `find_duplicates` has kept, at once; None when it has not, or it is damaged."""
    arrays = derived.read_arrays(dataset, KIND, VERSION)
    return None if arrays is None else _unpack(arrays)


def export_csv(duplicates: Duplicates, dataset: Dataset) -> str:
    """The pairs as a table: split, index and class of both images, distance, mirrored."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = [f"{column}_{side}" for side in "ab" for column in ("split", "index", "class")]
    writer.writerow([*columns, "distance", "mirrored"])
    labels = (dataset.train.labels, dataset.test.labels)
    for place, pair in enumerate(_list_pairs(duplicates)):
        row: list[str | int] = []
        for split, index in pair:
            row += [SPLITS[split], index, dataset.class_names[labels[split][index]]]
        distance, mirrored = duplicates.distance[place], duplicates.mirrored[place]
        writer.writerow([*row, f"{distance:.4f}", "yes" if mirrored else "no"])
    return text.getvalue()


def _list_pairs(duplicates: Duplicates) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    a = zip(duplicates.split_a.tolist(), duplicates.index_a.tolist(), strict=True)
    b = zip(duplicates.split_b.tolist(), duplicates.index_b.tolist(), strict=True)
    return list(zip(a, b, strict=True))


def _pack(pairs: Pairs, train_count: int) -> derived.Arrays:
    arrays: derived.Arrays = {"distance": pairs.distance, "mirrored": pairs.mirrored}
    for side, indices in (("a", pairs.a), ("b", pairs.b)):
        in_test = indices >= train_count
        arrays[f"split_{side}"] = in_test.astype(np.uint8)
        arrays[f"index_{side}"] = indices - train_count * in_test
    return arrays | {
        "complete": np.array([pairs.complete]),
        "compared": np.array([pairs.compared]),
    }


def _unpack(arrays: derived.Arrays) -> Duplicates:
    columns = {name: arrays[name] for name in PAIRS}
    complete, compared = bool(arrays["complete"][0]), int(arrays["compared"][0])
    return Duplicates(**columns, complete=complete, compared=compared)

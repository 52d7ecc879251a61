"""Write the files of a stored data set: arrays part by part, then meta.json."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 1


class SplitWriter:
    """Writes one split into a folder, part by part, in any order, at plain file offsets.

    (A memory map would be simpler, but on a full disk it kills the process.)
    """

    def __init__(self, place: Path, split: str, count: int, image_shape: tuple[int, ...]) -> None:
        self._image_shape = image_shape
        self._row_bytes = int(np.prod(image_shape))
        self._labels = np.full(count, -1, np.int64)
        self._labels_path = place / f"{split}-labels.npy"
        self._file = (place / f"{split}-images.npy").open("wb")
        self._write_header(count)
        self._start = self._file.tell()

    def _write_header(self, count: int) -> None:
        header = {"descr": "|u1", "fortran_order": False, "shape": (count, *self._image_shape)}
        np.lib.format.write_array_header_1_0(self._file, header)

    def write(self, index: int, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> None:
        """Put images (n, H, W, C) and their labels (n,) at positions index … index + n - 1."""
        self._file.seek(self._start + index * self._row_bytes)
        self._file.write(np.ascontiguousarray(images).data)
        self._labels[index : index + len(labels)] = labels

    def close(self, count: int | None = None) -> None:
        """Finish both files; with the first `count` rows only, when fewer came than were planned.

        (NumPy leaves room in the header for a longer number, so a shorter one fits.)
        """
        if count is not None and count < len(self._labels):
            self._labels = self._labels[:count]
            self._file.seek(0)
            self._write_header(count)
            self._file.truncate(self._start + count * self._row_bytes)
        self._file.close()
        np.save(self._labels_path, self._labels)


def finish(place: Path, **facts: Any) -> None:
    """Write meta.json for the arrays in `place`: `facts` (title, class_names …), sizes, a hash."""
    digest = hashlib.blake2b(json.dumps(list(facts["class_names"])).encode(), digest_size=16)
    meta: dict[str, Any] = {"format": FORMAT, **facts}
    for split in ("train", "test"):
        images = np.load(place / f"{split}-images.npy", mmap_mode="r")
        labels = np.load(place / f"{split}-labels.npy")
        digest.update(repr(images.shape).encode())
        for start in range(0, len(images), 4096):
            digest.update(np.ascontiguousarray(images[start : start + 4096]).data)
        digest.update(labels.astype("<i8").tobytes())
        meta[f"{split}_count"] = len(images)
        meta["image_shape"] = list(images.shape[1:])
    meta["fingerprint"] = digest.hexdigest()
    with (place / "meta.json").open("w", encoding="utf-8") as file:
        json.dump(meta, file, indent=1)
        file.flush()
        os.fsync(file.fileno())

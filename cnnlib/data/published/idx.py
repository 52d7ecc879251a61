"""The IDX form of MNIST and Fashion-MNIST: four files, plain or gzipped.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database": two zero bytes, 8 for uint8, the
number of axes, each axis' length as a big-endian 32-bit number, then the values.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib import settings
from cnnlib.data.archive import open_stream
from cnnlib.data.published.arrays import Arrays
from cnnlib.errors import DatasetError

FILES = {
    "train": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_UINT8 = 8


def find_file(place: Path, name: str) -> Path | None:
    """The file in the folder, gzipped or not; also with the dot that some copies have."""
    names = (f"{name}.gz", name, name.replace("-idx", ".idx"))
    return next((place / each for each in names if (place / each).is_file()), None)


def is_idx_folder(place: Path) -> bool:
    return all(find_file(place, name) for names in FILES.values() for name in names)


def read_folder(place: Path) -> Arrays:
    """Images (N, H, W) and labels (N,) of both splits.

    Raises:
        DatasetError: a file is missing, cut, damaged or of another form.
    """
    arrays = {}
    for split, names in FILES.items():
        images, labels = (
            _read(place, name, axes) for name, axes in zip(names, (3, 1), strict=True)
        )
        arrays[split] = (images, labels)
    return arrays


def _read(place: Path, name: str, axes: int) -> NDArray[np.uint8]:
    path = find_file(place, name)
    if path is None:
        raise DatasetError(f"{name}.gz is missing from {place}.")
    try:
        with path.open("rb") as file:
            return _parse(open_stream(file), axes)
    except (OSError, EOFError, zlib.error, struct.error, ValueError, gzip.BadGzipFile):
        raise DatasetError(f"{path.name} is cut, damaged or not an IDX file.") from None


def _parse(stream: Any, axes: int) -> NDArray[np.uint8]:
    zeros, kind, found = struct.unpack(">HBB", stream.read(4))
    if (zeros, kind, found) != (0, _UINT8, axes):
        raise ValueError("of another kind")
    shape = struct.unpack(f">{axes}I", stream.read(4 * axes))
    size = math.prod(shape)
    if size > settings.max_unpacked_bytes():
        raise ValueError("too large")
    content = stream.read(size + 1)
    if len(content) != size:
        raise ValueError("shorter or longer than it says")
    return np.frombuffer(content, np.uint8).reshape(shape)

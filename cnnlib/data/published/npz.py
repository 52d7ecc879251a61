"""A Keras-like .npz file: x_train, y_train, x_test, y_test; never a pickle, never a bomb."""

import struct
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib import settings
from cnnlib.data.pictures.zips import check_directory
from cnnlib.data.published.arrays import Arrays
from cnnlib.errors import DatasetError

KEYS = ("x_train", "y_train", "x_test", "y_test")
_DAMAGES = (
    OSError, ValueError, KeyError, EOFError, SyntaxError, MemoryError, OverflowError, RuntimeError,
    zipfile.BadZipFile, zlib.error, struct.error, tokenize.TokenError,
)  # fmt: skip


def is_npz(path: Path) -> bool:
    """Whether the file is called .npz and holds the four arrays."""
    if path.suffix != ".npz":
        return False
    try:
        check_directory(path)
        with zipfile.ZipFile(path) as file:
            return {f"{key}.npy" for key in KEYS} <= set(file.namelist())
    except (
        OSError,
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        DatasetError,
        struct.error,
    ):
        return False


def read_npz(path: Path) -> Arrays:
    """The four arrays of the file.

    Raises:
        DatasetError: cut, damaged, too large, or with arrays that are no plain numbers.
    """
    try:
        with zipfile.ZipFile(path) as file:
            x_train, y_train, x_test, y_test = (_read(file, key) for key in KEYS)
    except _DAMAGES:
        raise DatasetError(
            f"{path.name} is cut, damaged, or not a file of the arrays {', '.join(KEYS)}."
        ) from None
    return {"train": (x_train, y_train), "test": (x_test, y_test)}


def _read(file: zipfile.ZipFile, key: str) -> NDArray[Any]:
    info = file.getinfo(f"{key}.npy")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("compressed in a way that can unpack without bounds")
    if info.file_size > settings.max_unpacked_bytes():
        raise DatasetError(f"{key} in the file is too large. Raise CNNLIB_IMPORT_UNPACKED_MB.")
    with file.open(info) as member:
        shape, by_columns, dtype = _read_header(member)
        # What it claims is held against what is there before any memory is asked for.
        count = int(np.prod(shape, dtype=object))
        if dtype.kind not in "iu" or count * dtype.itemsize > info.file_size or count < 0:
            raise ValueError("no plain numbers, or fewer than claimed")
        content = member.read(count * dtype.itemsize)
    return np.frombuffer(content, dtype).reshape(shape, order="F" if by_columns else "C")


def _read_header(member: Any) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(member)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(member)
    if version == (2, 0):
        return np.lib.format.read_array_header_2_0(member)
    raise ValueError("a .npy file of another version")

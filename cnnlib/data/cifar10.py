"""Read CIFAR-10 as its makers publish it: the Python version's archive, or its unpacked folder.

Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009;
https://www.cs.toronto.edu/~kriz/cifar.html. Each batch file is a Python 2 pickle of a dictionary
with ``data`` (n, 3072) uint8, all red values first, then green, then blue, and ``labels``, n
numbers 0..9. An archive is read once from front to back; nothing of it is unpacked to disk.
"""

import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from cnnlib import settings
from cnnlib.data import storage
from cnnlib.data.archive import MAX_FILE_BYTES, Archive
from cnnlib.data.dataset import Progress
from cnnlib.data.pickles import read_pickle
from cnnlib.data.writer import SplitWriter, finish
from cnnlib.errors import DatasetError

TITLE = "CIFAR-10"
FOLDER = "cifar-10-batches-py"
ARCHIVE = "cifar-10-python.tar.gz"
SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"
TRAIN_FILES = tuple(f"data_batch_{number}" for number in range(1, 6))
FILES = ("batches.meta", *TRAIN_FILES, "test_batch")
IMAGE_SHAPE = (32, 32, 3)
ROW_BYTES = 3072

ADVICE = f"The lab reads the official {ARCHIVE} or its unpacked folder {FOLDER}."


def import_to(name: str, path: Path, progress: Progress) -> None:
    """Read the archive or folder at `path` and store it as the data set `name`.

    A folder may be the unpacked one, or one that holds it or the archive.

    Raises:
        DatasetError: `path` is missing, wrong, cut or hostile; then nothing changes.
    """
    try:
        path = path.expanduser()
        is_folder = stat.S_ISDIR(path.stat().st_mode)
        if is_folder and find_batch_folder(path) is None and (path / ARCHIVE).is_file():
            path, is_folder = path / ARCHIVE, False
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise DatasetError(f"{path} cannot be opened: {reason}. {ADVICE}") from None

    def reading(fraction: float, text: str) -> None:
        progress(0.95 * fraction, text)

    with storage.replacing(name) as place:
        if is_folder:
            _store(place, _folder_files(path, reading))
            source = f"unpacked folder {path.name or path}"
        else:
            archive = Archive(path, wanted=_is_batch, progress=reading, advice=ADVICE)
            _store(place, archive.files())
            official = archive.sha256() == SHA256
            source = (
                "official archive, SHA-256 verified"
                if official
                else f"{path.name} (differs from the official archive)"
            )
        progress(0.95, "Computing the fingerprint")
        finish(
            place,
            title=TITLE,
            class_names=settings.CIFAR10_CLASSES,
            synthetic=False,
            source=source,
        )
    progress(1.0, "Done")


def _is_batch(path: PurePosixPath) -> bool:
    return path.name in FILES and str(path.parent) in (FOLDER, ".")


def _store(place: Path, files: Iterator[tuple[str, bytes]]) -> None:
    """Decode batch files, which may come in any order, into `place`."""
    writers: dict[str, SplitWriter] = {}
    seen: set[str] = set()
    batch_size = 0
    try:
        for name, content in files:
            if name in seen:
                raise DatasetError(f"{name} is there twice. {ADVICE}")
            seen.add(name)
            if name == "batches.meta":
                _check_class_names(read_pickle(content, name))
                continue
            images, labels = decode_batch(read_pickle(content, name), name)
            if name == "test_batch":
                writer = writers["test"] = SplitWriter(place, "test", len(labels), IMAGE_SHAPE)
                writer.write(0, images, labels)
                continue
            if not batch_size:
                batch_size = len(labels)
                total = len(TRAIN_FILES) * batch_size
                writers["train"] = SplitWriter(place, "train", total, IMAGE_SHAPE)
            elif batch_size != len(labels):
                raise DatasetError(
                    f"All training batches must have as many images as each other; "
                    f"{name} has {len(labels):,}, another one {batch_size:,}. {ADVICE}"
                )
            writers["train"].write(TRAIN_FILES.index(name) * batch_size, images, labels)
    finally:
        for writer in writers.values():
            writer.close()
    missing = [name for name in FILES if name not in seen and name != "batches.meta"]
    if missing:
        raise DatasetError(f"{missing[0]} is missing from this CIFAR-10 copy. {ADVICE}")


def decode_batch(
    batch: dict[str, Any],
    name: str,
    *,
    key: str = "labels",
    classes: int = len(settings.CIFAR10_CLASSES),
    advice: str = ADVICE,
) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, 32, 32, 3) uint8 and labels (n,) int64 of one batch dictionary, checked.

    Args:
        name: the file's, for errors.
        key: where the labels are, 0 to `classes` - 1.
    """
    data, labels = batch.get("data"), batch.get(key)
    if not isinstance(data, np.ndarray) or not isinstance(labels, list | np.ndarray):
        raise DatasetError(f"{name} has no 'data' array and {key!r} list. {advice}")
    if data.dtype != np.uint8 or data.ndim != 2 or data.shape[1] != ROW_BYTES or not len(data):
        raise DatasetError(
            f"'data' in {name} must be an array (n, {ROW_BYTES}) of uint8. "
            f"Received: {data.shape} of {data.dtype}. {advice}"
        )
    if isinstance(labels, list) and not all(type(label) is int for label in labels):
        raise DatasetError(f"{key!r} in {name} must be whole numbers 0 to {classes - 1}. {advice}")
    if len(labels) != len(data) or np.ndim(labels) != 1:
        raise DatasetError(
            f"{name} must have one label per image. "
            f"Received: {len(data):,} images, {len(labels):,} labels. {advice}"
        )
    if not 0 <= min(labels) <= max(labels) < classes:
        raise DatasetError(
            f"{key!r} in {name} must be 0 to {classes - 1}. "
            f"Received: {min(labels)} to {max(labels)}. {advice}"
        )
    images = data.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return images, np.asarray(labels, dtype=np.int64)


def _check_class_names(meta: dict[str, Any]) -> None:
    names = meta.get("label_names")
    expected = [name.encode() for name in settings.CIFAR10_CLASSES]
    if (
        not isinstance(names, list)
        or [name.encode(errors="replace") if isinstance(name, str) else name for name in names]
        != expected
    ):
        raise DatasetError(f"The class names in batches.meta are not CIFAR-10's. {ADVICE}")


def is_copy(path: Path) -> bool:
    """Whether a folder is the unpacked one, or holds it or the archive."""
    return find_batch_folder(path) is not None or (path / ARCHIVE).is_file()


def find_batch_folder(path: Path) -> Path | None:
    """The folder of batch files: `path` itself or the one in it, if there is one."""
    places = (path / FOLDER, path)
    return next((place for place in places if (place / TRAIN_FILES[0]).is_file()), None)


def _folder_files(path: Path, progress: Progress) -> Iterator[tuple[str, bytes]]:
    """The batch files of an unpacked folder, or of the folder that holds it."""
    try:
        inner = find_batch_folder(path)
        if inner is None:
            raise DatasetError(
                f"The folder {path} holds neither {ARCHIVE} nor CIFAR-10 batch files. {ADVICE}"
            )
        for number, name in enumerate(FILES):
            file = inner / name
            if not file.is_file():
                continue
            if file.stat().st_size > MAX_FILE_BYTES:
                raise DatasetError(f"{name} is too large for a CIFAR-10 batch. {ADVICE}")
            progress(number / len(FILES), f"Reading {name}")
            content = file.read_bytes()
            yield name, content
    except OSError as error:
        raise DatasetError(f"The folder {path} cannot be read: {error.strerror}.") from None

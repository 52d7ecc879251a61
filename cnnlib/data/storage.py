"""Data sets on disk: four .npy files and a meta.json in a folder each, all there or not at all.

A set is written into a hidden folder beside its place and renamed at the end, under a lock.
Readers map the files into memory, so opening takes milliseconds and all readers share the pages.
"""

import json
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from cnnlib import settings
from cnnlib.data.dataset import Dataset, DatasetInfo, Split
from cnnlib.data.writer import FORMAT
from cnnlib.errors import DatasetError

LOCK_SECONDS = 900.0
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Missing(DatasetError):
    """No data set of this name is stored here."""


def folder(name: str) -> Path:
    """Where the data set `name` is stored.

    Raises:
        DatasetError: `name` is not made of a-z, 0-9, "-" and "_".
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise DatasetError(
            f"A data set's name is made of a-z, 0-9, '-' and '_'. Received: {str(name)[:60]!r}."
        )
    return settings.datasets_dir() / name


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process and one thread at a time changes the data set `name`."""
    target = folder(name)
    with writing(f"prepare {target.parent}"):
        target.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(target.parent / f".{name}.lock", timeout=LOCK_SECONDS)
        try:
            lock.acquire()
        except Timeout:
            raise DatasetError(
                f"Another import of {name!r} is still under way. Wait for it, then try again."
            ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def writing(what: str) -> Iterator[None]:
    """Turn a full disk or a forbidden folder into one sentence."""
    try:
        yield
    except OSError as error:
        raise DatasetError(
            f"Could not {what}: {error.strerror or error}. "
            f"Free some space, or set CNNLIB_HOME to a folder that can be written."
        ) from error


@contextmanager
def replacing(name: str) -> Iterator[Path]:
    """A new folder to write into, which takes the place of the data set `name` at the end.

    When the block raises, the folder goes and the old data set stays.
    """
    target = folder(name)
    with locked(name), writing(f"write the data set {name!r} to {target.parent}"):
        _clean(target)
        fresh = Path(tempfile.mkdtemp(prefix=f".{name}.new-", dir=target.parent))
        try:
            yield fresh
            fresh.chmod(0o755)
            if target.exists():
                target.rename(target.parent / f".{name}.old-{uuid.uuid4().hex[:8]}")
            fresh.rename(target)
        finally:
            _clean(target)


def remove(name: str) -> None:
    """Remove a stored data set. Who has it open keeps it: its files go when nobody maps them.

    Raises:
        Missing: nothing is stored under this name.
        DatasetError: the folder cannot be changed.
    """
    target = folder(name)
    if not target.is_dir():
        raise Missing(f"No data set {name!r} is stored in {target.parent}.")
    with locked(name), writing(f"remove the data set {name!r} from {target.parent}"):
        _clean(target)
        with suppress(FileNotFoundError):  # to a name of what `_clean` takes for rubbish
            target.rename(target.parent / f".{name}.new-{uuid.uuid4().hex[:8]}")
        _clean(target)


def count_bytes(name: str) -> int:
    """How much room a stored data set takes on the disk, with all that lies beside it."""
    total = 0
    for path in folder(name).rglob("*"):
        with suppress(OSError):
            total += path.lstat().st_size
    return total


def _clean(target: Path) -> None:
    """Remove what a killed import left; call it under the lock."""
    for old in sorted(target.parent.glob(f".{target.name}.old-*")):
        if not target.exists():  # killed between the two renames: the old one comes back
            old.rename(target)
        else:
            shutil.rmtree(old, ignore_errors=True)
    for fresh in target.parent.glob(f".{target.name}.new-*"):
        shutil.rmtree(fresh, ignore_errors=True)


def read_info(name: str) -> DatasetInfo:
    """What meta.json says.

    Raises:
        Missing: nothing is stored under this name.
        DatasetError: what is stored is damaged.
    """
    return _info(name, read_meta(name))


def read_meta(name: str) -> dict[str, Any]:
    """All of meta.json, unchecked but for its format.

    Raises:
        Missing: nothing is stored under this name.
        DatasetError: what is stored is damaged.
    """
    path = folder(name) / "meta.json"
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if path.parent.exists():
            raise _damaged(name) from None
        raise Missing(f"No data set {name!r} is stored in {path.parent.parent}.") from None
    except (OSError, ValueError):
        raise _damaged(name) from None
    if not isinstance(meta, dict) or meta.get("format") != FORMAT:
        raise _damaged(name)
    return meta


def _info(name: str, meta: dict[str, Any]) -> DatasetInfo:
    try:
        height, width, channels = (int(size) for size in meta["image_shape"])
        return DatasetInfo(
            name=name,
            title=str(meta["title"]),
            class_names=tuple(str(label) for label in meta["class_names"]),
            image_shape=(height, width, channels),
            train_count=int(meta["train_count"]),
            test_count=int(meta["test_count"]),
            synthetic=bool(meta["synthetic"]),
            source=str(meta["source"]),
            fingerprint=str(meta["fingerprint"]),
        )
    except (KeyError, TypeError, ValueError):
        raise _damaged(name) from None


def open_stored(name: str) -> Dataset:
    """Open a stored data set: its images are read-only memory maps.

    Raises:
        Missing: nothing is stored under this name.
        DatasetError: what is stored is damaged.
    """
    try:
        return _open(name)
    except DatasetError:
        target = folder(name)
        if not any(target.parent.glob(f".{name}.[no]*-*")):
            return _open(name)
    with locked(name):  # an import is changing the folders, or was killed while it did
        _clean(target)
        return _open(name)


def _open(name: str) -> Dataset:
    info = read_info(name)
    splits = [_open_split(info, split) for split in ("train", "test")]
    return Dataset(
        name=name,
        title=info.title,
        class_names=info.class_names,
        train=splits[0],
        test=splits[1],
        synthetic=info.synthetic,
        source=info.source,
        fingerprint=info.fingerprint,
    )


def _open_split(info: DatasetInfo, split: str) -> Split:
    place = folder(info.name)
    count = info.train_count if split == "train" else info.test_count
    try:
        images = np.load(place / f"{split}-images.npy", mmap_mode="r", allow_pickle=False)
        labels = np.load(place / f"{split}-labels.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, SyntaxError):
        raise _damaged(info.name) from None
    right = (
        images.shape == (count, *info.image_shape)
        and images.dtype == np.uint8
        and labels.shape == (count,)
        and labels.dtype.kind in "iu"
        and count > 0
        and int(labels.min()) >= 0
        and int(labels.max()) < len(info.class_names)
    )
    if not right:
        raise _damaged(info.name)
    return Split(images, labels)


def stored_names() -> list[str]:
    """Names of the folders that may hold a data set, sorted."""
    if not settings.datasets_dir().is_dir():
        return []
    return sorted(
        path.name for path in settings.datasets_dir().iterdir() if _NAME.fullmatch(path.name)
    )


def _damaged(name: str) -> DatasetError:
    return DatasetError(
        f"The stored copy of {name!r} in {folder(name)} is damaged. Import the data set again."
    )

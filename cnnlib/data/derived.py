"""What is computed of a data set once and kept: arrays on disk, by the content they come from.

They lie beside the data sets, in ``.derived/<fingerprint>/<kind>/``: a .npy file each and a
meta.json with their checksums. A folder is written whole and renamed, under a lock. What is
damaged or of another version counts as not there.
"""

import json
import re
import shutil
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from cnnlib import settings
from cnnlib.data import storage
from cnnlib.data.dataset import Dataset, Progress
from cnnlib.errors import DatasetError, LabError

Arrays = dict[str, NDArray[Any]]
LOCK_SECONDS = 3600.0
LOOK_SECONDS = 0.2
ORPHAN_SECONDS = 24 * 3600.0  # arrays of a set that is not here any more go after this time
CHECK_BYTES = 1 << 20


def read_arrays(dataset: Dataset, kind: str, version: int) -> Arrays | None:
    """The kept arrays, read-only memory maps; None when there are none, or damaged ones.

    Args:
        kind: what they are, a file name: "statistics".
        version: of the way they are computed; those of another version count as not there.
    """
    place = _folder(dataset) / kind
    try:
        meta = json.loads((place / "meta.json").read_text("utf-8"))
        if meta["of"] != _identity(dataset, version):
            return None
        arrays = {}
        for name, checksum in meta["checksums"].items():
            path = place / f"{name}.npy"
            if _read_checksum(path) != checksum:
                return None
            arrays[name] = _open(path)
        return arrays
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def make_arrays(
    dataset: Dataset,
    kind: str,
    version: int,
    compute: Callable[[Progress], Mapping[str, NDArray[Any]]],
    progress: Progress | None,
) -> Arrays:
    """The kept arrays, computed and kept first where there are none.

    One process and one thread at a time computes; the others wait for it and read.

    Raises:
        DatasetError: they cannot be written, on a full disk for instance; nothing is left then.
    """
    tell = progress or (lambda fraction, text: None)
    if (arrays := read_arrays(dataset, kind, version)) is not None:
        return arrays
    with _locked(dataset, kind, tell):
        if read_arrays(dataset, kind, version) is None:  # nobody made them while we waited
            _keep(dataset, kind, version, compute(tell))
            _drop_orphans()
    arrays = read_arrays(dataset, kind, version)
    if arrays is None:
        raise DatasetError(
            f"The {kind} of {dataset.name!r} could not be kept in {_folder(dataset)}. "
            f"See whether this disk is sound, or set CNNLIB_HOME to another folder."
        )
    return arrays


def _root() -> Path:
    return settings.datasets_dir() / ".derived"


def _folder(dataset: Dataset) -> Path:
    name = dataset.fingerprint
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,80}", name):
        name = blake2b(name.encode(), digest_size=16).hexdigest()
    return _root() / name


def _identity(dataset: Dataset, version: int) -> list[Any]:
    sizes = [len(dataset.train), len(dataset.test), *dataset.image_shape]
    return [version, dataset.fingerprint, len(dataset.class_names), *sizes]


def _open(path: Path) -> NDArray[Any]:
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def _read_checksum(path: Path) -> int:
    """Read once for a file as it is now; a million images' statistics have 80 MB."""
    about = path.stat()
    return _checksum(path, about.st_ino, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=512)
def _checksum(path: Path, inode: int, size: int, changed: int) -> int:
    """`inode`, `size` and `changed` only tell one content from another."""
    checksum = 0
    with path.open("rb") as file:
        while part := file.read(CHECK_BYTES):
            checksum = zlib.crc32(part, checksum)
    return checksum


@contextmanager
def _locked(dataset: Dataset, kind: str, progress: Progress) -> Iterator[None]:
    folder = _folder(dataset)
    began = time.monotonic()
    with storage.writing(f"prepare {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / f".{kind}.lock")
        while not lock.is_locked:
            try:
                lock.acquire(timeout=LOOK_SECONDS)
            except Timeout:
                if time.monotonic() - began > LOCK_SECONDS:
                    raise DatasetError(
                        f"Another process has been computing the {kind} of {dataset.name!r} for "
                        f"an hour. End it, then try again."
                    ) from None
                progress(0.0, f"Waiting for another process that computes the {kind}")
    try:
        yield
    finally:
        lock.release()


def _keep(dataset: Dataset, kind: str, version: int, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write into a folder of its own and rename it; call it under the lock."""
    target = _folder(dataset) / kind
    with storage.writing(f"keep the {kind} of {dataset.name!r} in {target.parent}"):
        for left in target.parent.glob(f".{kind}.new-*"):  # by a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{kind}.new-", dir=target.parent))
        try:
            checksums = {}
            for name, array in arrays.items():
                _write(fresh / f"{name}.npy", array)
                checksums[name] = _read_checksum(fresh / f"{name}.npy")
            meta = {"of": _identity(dataset, version), "checksums": checksums}
            (fresh / "meta.json").write_text(json.dumps(meta, indent=1), "utf-8")
            fresh.chmod(0o755)
            if target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)
            fresh.rename(target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _write(path: Path, array: NDArray[Any]) -> None:
    """As np.save does; but a full disk's error keeps its name."""
    with path.open("wb") as file:
        header = np.lib.format.header_data_from_array_1_0(np.ascontiguousarray(array))
        np.lib.format.write_array_header_1_0(file, header)
        file.write(np.ascontiguousarray(array).data)


def _drop_orphans() -> None:
    """Remove what was kept of data sets that are not here any more."""
    known = set()
    for name in storage.stored_names():
        try:
            known.add(storage.read_info(name).fingerprint)
        except LabError:
            return  # damaged for now: its arrays may be wanted again
    for folder in _root().iterdir():
        base = folder.name.rpartition("-")[0] or folder.name  # of `Dataset.take`'s subsets too
        if base not in known and folder.stat().st_mtime < time.time() - ORPHAN_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)

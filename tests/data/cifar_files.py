"""Tiny copies of CIFAR-10 in the official layout: same pickles, fewer images."""

import io
import pickle
import struct
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from cnnlib import settings

ROWS = 12
BATCHES = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]


class Python2Pickler(pickle._Pickler):
    """Writes strings as Python 2 did, and NumPy's functions under their old module name."""

    dispatch: ClassVar[dict[Any, Any]] = dict(pickle._Pickler.dispatch)

    def save_string(self, value: Any) -> None:
        raw = value.encode("latin-1") if isinstance(value, str) else value
        head = b"U" + bytes([len(raw)]) if len(raw) < 256 else b"T" + struct.pack("<i", len(raw))
        self.write(head + raw)
        self.memoize(value)

    def save_name(self, value: Any, name: str | None = None) -> None:
        module = (getattr(value, "__module__", None) or "numpy").replace(
            "numpy._core", "numpy.core"
        )
        self.write(f"c{module}\n{name or value.__qualname__}\n".encode())
        self.memoize(value)

    dispatch[bytes] = dispatch[str] = save_string
    dispatch[type] = dispatch[type(lambda: 0)] = dispatch[type(len)] = save_name


def python2_pickle(value: object) -> bytes:
    buffer = io.BytesIO()
    Python2Pickler(buffer, protocol=2).dump(value)
    return buffer.getvalue()


def make_batch(seed: int, rows: int = ROWS, **changes: object) -> dict[str, object]:
    """A batch's dictionary; its images tell from their values which batch and row they are."""
    data = np.random.default_rng(seed).integers(0, 256, (rows, 3072), dtype=np.uint8)
    labels = [(seed + row) % 10 for row in range(rows)]
    names = [f"image_{row}.png" for row in range(rows)]
    return {"batch_label": "tiny", "labels": labels, "data": data, "filenames": names} | changes


def make_files(rows: int = ROWS, **changed: bytes) -> dict[str, bytes]:
    """File name -> content of a whole tiny CIFAR-10; `changed` puts other contents in."""
    meta = {
        "num_cases_per_batch": rows,
        "label_names": list(settings.CIFAR10_CLASSES),
        "num_vis": 3072,
    }
    files = {"batches.meta": python2_pickle(meta)}
    for seed, name in enumerate(BATCHES):
        files[name] = python2_pickle(make_batch(seed, rows))
    return files | changed


def write_archive(
    path: Path, files: dict[str, bytes], *, mode: str = "w:gz", prefix: str = "cifar-10-batches-py/"
) -> Path:
    return write_members(
        path, [member(prefix + name, content) for name, content in files.items()], mode
    )


def member(name: str, content: bytes = b"", **fields: Any) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, content


def write_members(
    path: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]], mode: str = "w:gz"
) -> Path:
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return path


def write_folder(path: Path, files: dict[str, bytes]) -> Path:
    path.mkdir(parents=True)
    for name, content in files.items():
        (path / name).write_bytes(content)
    return path


def expected(seed: int, rows: int = ROWS) -> np.ndarray:
    """Images (rows, 32, 32, 3) of the batch with this seed, written out plane by plane."""
    data = make_batch(seed, rows)["data"]
    images = np.empty((rows, 32, 32, 3), np.uint8)
    for channel in range(3):
        plane = data[:, channel * 1024 : (channel + 1) * 1024]  # type: ignore[index]
        images[..., channel] = plane.reshape(rows, 32, 32)
    return images


def leftovers(datasets: Path) -> list[str]:
    """What lies beside the data sets but is neither a data set nor a lock."""
    if not datasets.exists():
        return []
    return sorted(
        p.name for p in datasets.iterdir() if p.name.startswith(".") and p.suffix != ".lock"
    )

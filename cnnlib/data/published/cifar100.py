"""CIFAR-100 as its makers publish it: the Python version's archive, or its unpacked folder.

Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. ``train`` and
``test`` are pickles like CIFAR-10's, with ``fine_labels`` 0..99; ``meta`` names the classes.
"""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from cnnlib.data.archive import Archive
from cnnlib.data.cifar10 import decode_batch
from cnnlib.data.dataset import Progress
from cnnlib.data.pickles import read_pickle
from cnnlib.data.pictures.names import clean_names
from cnnlib.data.pictures.tars import peek_names
from cnnlib.data.published.arrays import Arrays
from cnnlib.errors import DatasetError

FOLDER = "cifar-100-python"
ARCHIVE = "cifar-100-python.tar.gz"
SHA256 = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"
FILES = ("meta", "train", "test")
CLASSES = 100
MAX_FILE_BYTES = 256 * 2**20  # train has 155 MB
ADVICE = f"The lab reads the official {ARCHIVE} or its unpacked folder {FOLDER}."


def is_member(path: PurePosixPath) -> bool:
    return path.name in FILES and path.parent.name == FOLDER


def is_archive(path: Path) -> bool:
    """Whether a tar's first file is one of CIFAR-100's."""
    names = list(peek_names(path, 1))
    return bool(names) and PurePosixPath(names[0]).parent.name == FOLDER


def find_folder(path: Path) -> Path | None:
    """The unpacked folder: `path` itself or the one in it, if there is one."""
    places = (path / FOLDER, path)
    return next((p for p in places if all((p / name).is_file() for name in FILES)), None)


def read(path: Path, progress: Progress) -> tuple[Arrays, list[str], str]:
    """Arrays, class names and a line about the source, of the archive or the folder at `path`.

    Raises:
        DatasetError: missing, cut, hostile, or of another form.
    """
    if path.is_dir() and not find_folder(path) and (path / ARCHIVE).is_file():
        path = path / ARCHIVE
    folder = find_folder(path) if path.is_dir() else None
    if folder:
        parts = _read_files(_folder_files(folder))
        return *parts, f"unpacked folder {path.name}"
    archive = Archive(
        path, wanted=is_member, progress=progress, advice=ADVICE, max_file_bytes=MAX_FILE_BYTES
    )
    parts = _read_files(archive.files())
    official = archive.sha256() == SHA256
    differs = f"{path.name} (differs from the official archive)"
    return *parts, "official archive, SHA-256 verified" if official else differs


def _read_files(files: Iterator[tuple[str, bytes]]) -> tuple[Arrays, list[str]]:
    arrays: dict[str, Any] = {}
    names: list[str] = []
    for name, content in files:
        if name in arrays or (name == "meta" and names):
            raise DatasetError(f"{name} is there twice. {ADVICE}")
        batch = read_pickle(content, name)
        if name == "meta":
            names = _read_names(batch)
        else:
            arrays[name] = decode_batch(
                batch, name, key="fine_labels", classes=CLASSES, advice=ADVICE
            )
    missing = [name for name in FILES if name not in (*arrays, "meta" if names else "")]
    if missing:
        raise DatasetError(f"{missing[0]} is missing from this CIFAR-100 copy. {ADVICE}")
    return {split: arrays[split] for split in ("train", "test")}, names


def _read_names(meta: dict[str, Any]) -> list[str]:
    names = meta.get("fine_label_names")
    texts = [n.decode("ascii", "replace") if isinstance(n, bytes) else n for n in names or []]
    if len(set(map(str, texts))) != CLASSES or not all(isinstance(text, str) for text in texts):
        raise DatasetError(f"'fine_label_names' in meta must be {CLASSES} names. {ADVICE}")
    return list(clean_names(text.replace("_", " ") for text in texts).values())


def _folder_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    try:
        for name in FILES:
            if (folder / name).stat().st_size > MAX_FILE_BYTES:
                raise DatasetError(f"{name} is too large for CIFAR-100. {ADVICE}")
            yield name, (folder / name).read_bytes()
    except OSError as error:
        raise DatasetError(f"The folder {folder} cannot be read: {error.strerror}.") from None

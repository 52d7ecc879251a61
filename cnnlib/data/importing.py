"""Bring data here from a file or folder, whatever it is: official archives, arrays, pictures."""

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cnnlib import settings
from cnnlib.data import cifar10, pictures, storage, synthetic
from cnnlib.data.dataset import Dataset, Progress
from cnnlib.data.pictures.names import clean_name, is_picture_name, make_slug
from cnnlib.data.pictures.sources import Folder, Source
from cnnlib.data.pictures.tars import Tar, peek_names
from cnnlib.data.pictures.zips import Zip
from cnnlib.data.published import PUBLISHED, cifar100, npz, recognise
from cnnlib.data.published.arrays import name_classes, store
from cnnlib.errors import DatasetError

CIFAR10 = "cifar10"
QUOTES = ("''", '""', "‘’", "“”")  # what a file manager or a chat puts around a path
ENDINGS = (".tar.gz", ".tgz", ".tar", ".zip", ".npz")
ADVICE = f"Name a folder or a zip of pictures, {cifar10.ARCHIVE}, {cifar100.ARCHIVE} or mnist.npz."
_ZIP_BEGINNINGS = (b"PK\3\4", b"PK\5\6")

Import = Callable[[str, Progress], None]
"""Stores what was recognised under a name."""


def import_path(
    path: str | os.PathLike[str],
    *,
    name: str | None = None,
    title: str | None = None,
    size: int = pictures.SIZES[0],
    progress: Progress | None = None,
) -> Dataset:
    """Import a file or folder anew as the data set `name`, replacing one of this name.

    What it is shows by itself: the official CIFAR-10 or CIFAR-100 archive or unpacked folder;
    Keras' mnist.npz, or another .npz of the same four arrays; the four IDX files of MNIST or
    Fashion-MNIST in a folder; or pictures, as a folder, a zip or a tar of `class/picture` or
    `train|test/class/picture`.

    Args:
        path: a text may have blanks and quotation marks around it.
        name: the data set's name here, of a-z, 0-9, "-" and "_"; default: an official set's own
            name, else one made from the file's.
        title: what pages call a set of pictures; default: `name`, else the file's name.
        size: of the square that each picture becomes, 32 or 64; other sets keep their own.
        progress: called with a fraction 0..1 and a short text.

    Raises:
        DatasetError: the path is missing, wrong, cut or hostile; then an old one stays as it was.
    """
    if size not in pictures.SIZES:
        raise DatasetError(f"size must be one of {pictures.SIZES}. Received: {size!r}.")
    if name is not None:
        storage.folder(name)
        if name == synthetic.NAME:
            raise DatasetError(
                "The name 'synthetic' is taken by the drawn set. Choose another name."
            )
    place = tidy_path(path)
    default, run = _recognise(place, title or name, size)
    name = name or default
    if name in PUBLISHED and name != default:
        raise DatasetError(
            f"The name {name!r} is kept for {PUBLISHED[name].title}. Choose another name."
        )
    run(name, progress or silent)
    return storage.open_stored(name)


def tidy_path(path: str | os.PathLike[str]) -> Path:
    """`path`; a text that someone pasted loses the blanks and quotation marks around it.

    Raises:
        DatasetError: nothing is left of it.
    """
    if not isinstance(path, str):
        return Path(path)
    text = path.strip()
    if len(text) > 1 and text[0] + text[-1] in QUOTES:
        text = text[1:-1].strip()
    if not text:
        raise DatasetError("Name a file or folder first.")
    return Path(text)


def silent(fraction: float, text: str) -> None:
    """The progress of someone who does not watch."""


def _recognise(path: Path, title: str | None, size: int) -> tuple[str, Import]:
    """The name that fits what lies at `path`, and how to import it."""
    try:
        path = path.expanduser()
        mode = path.stat().st_mode
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise DatasetError(f"{path} cannot be opened: {reason}. {ADVICE}") from None
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise DatasetError(f"{path} is neither a file nor a folder. {ADVICE}")
    official = CIFAR10, lambda name, progress: cifar10.import_to(name, path, progress)
    if stat.S_ISDIR(mode) and cifar10.is_copy(path):
        return official
    if published := recognise(path):
        return published.name, lambda name, progress: published.import_to(name, path, progress)
    if stat.S_ISDIR(mode):
        return _take_pictures(path, Folder, title, size)
    if _is_zip(path):
        if npz.is_npz(path):
            return _take_arrays(path, title)
        return _take_pictures(path, Zip, title, size)
    return _take_pictures(path, Tar, title, size) if _holds_pictures(path) else official


def _take_pictures(
    path: Path, open_source: Callable[[Path], Source], title: str | None, size: int
) -> tuple[str, Import]:
    stem = _stem(path)

    def run(name: str, progress: Progress) -> None:
        source = open_source(path)
        classes = settings.CIFAR10_CLASSES if name == CIFAR10 else None
        try:
            pictures.import_to(
                name, clean_name(title or stem), source, size, progress, classes=classes
            )
        finally:
            source.close()

    return suggest_name(title or stem), run


def _take_arrays(path: Path, title: str | None) -> tuple[str, Import]:
    stem = _stem(path)

    def run(name: str, progress: Progress) -> None:
        progress(0.0, f"Reading {path.name}")
        arrays = npz.read_npz(path)
        names = name_classes(*(np.asarray(labels) for _, labels in arrays.values()))
        store(
            name,
            arrays,
            title=clean_name(title or stem),
            class_names=names,
            source=f"arrays of {path.name}",
            progress=progress,
        )

    return suggest_name(title or stem), run


def suggest_name(text: str) -> str:
    """A data set's name made from a title; not one that is kept for another set."""
    slug = (
        make_slug(text) or f"set-{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:8]}"
    )
    return f"{slug}-pictures" if slug in (CIFAR10, synthetic.NAME, *PUBLISHED) else slug


def _stem(path: Path) -> str:
    """The name of a file or folder without its ending: a title where none is given."""
    name = path.resolve().name
    ending = next((each for each in ENDINGS if name.casefold().endswith(each)), "")
    return name.removesuffix(name[len(name) - len(ending) :]) if ending else name


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(4) in _ZIP_BEGINNINGS
    except OSError as error:
        raise DatasetError(f"{path} cannot be opened: {error.strerror}. {ADVICE}") from None


def _holds_pictures(path: Path) -> bool:
    """Whether a tar begins with pictures rather than with CIFAR-10's batch files."""
    for name in peek_names(path):
        if Path(name).name in cifar10.FILES:
            return False
        if is_picture_name(name):
            return True
    return False

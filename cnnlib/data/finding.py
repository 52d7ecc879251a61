"""Find a data set by its name: here, where Keras left it, where the user says, on the network."""

import os
from collections.abc import Iterator
from pathlib import Path

from cnnlib.data import cifar10, storage, synthetic
from cnnlib.data.dataset import Dataset, DatasetInfo, Progress
from cnnlib.data.download import fetch_archive
from cnnlib.errors import DatasetError

CIFAR10 = "cifar10"
KERAS_COPIES = (  # the archive first, since it can be verified; names of Keras 3, then of Keras 2
    "cifar-10-batches-py-target_archive",
    "cifar-10-batches-py.tar.gz",
    "cifar-10-batches-py-target",
    "cifar-10-batches-py",
)
QUOTES = ("''", '""', "‘’", "“”")  # what a file manager or a chat puts around a path
DOWNLOAD_SHARE = 0.85  # of the progress, when a download comes before the import


def load(
    source: str = CIFAR10,
    *,
    path: str | os.PathLike[str] | None = None,
    download: bool = True,
    progress: Progress | None = None,
) -> Dataset:
    """Open a data set, bringing it here first where that is needed.

    "cifar10" is looked for in this order: the copy in CNNLIB_HOME; a copy that Keras left under
    ``$KERAS_HOME`` or ``~/.keras``; `path`; a download. The first one found is decoded once
    into CNNLIB_HOME. "synthetic" is drawn when it is first asked for. Any other name must have
    been imported.

    Args:
        source: the data set's name.
        path: for "cifar10", the official archive or its unpacked folder, or a folder that holds
            one of them.
        download: whether "cifar10" may be downloaded (170 MB) when it is nowhere else.
        progress: called with a fraction 0..1 and a short text while something is brought here.

    Raises:
        DatasetError: nothing is found, or what is found is wrong.
    """
    progress = progress or _silent
    if path is not None and source != CIFAR10:
        raise DatasetError(
            f"path goes with the data set 'cifar10' only. Received: {source!r}. "
            f"Import the file under that name first."
        )
    if source == synthetic.NAME:
        return synthetic.open_or_make(progress)
    if source == CIFAR10:
        return _load_cifar10(None if path is None else tidy_path(path), download, progress)
    try:
        return storage.open_stored(source)
    except storage.Missing:
        names = ", ".join([CIFAR10, *(i.name for i in available() if i.name != CIFAR10)])
        raise DatasetError(
            f"There is no data set named {source!r}. Choose one of: {names}."
        ) from None


def import_path(
    path: str | os.PathLike[str], *, name: str = CIFAR10, progress: Progress | None = None
) -> Dataset:
    """Import an archive or folder anew as the data set `name`, replacing one of this name.

    Args:
        path: the official archive or its unpacked folder, or a folder that holds one of them;
            a text may have blanks and quotation marks around it.
        name: the data set's name here.
        progress: called with a fraction 0..1 and a short text.

    Raises:
        DatasetError: the path is missing, wrong, cut or hostile; then an old one stays as it was.
    """
    storage.folder(name)
    if name == synthetic.NAME:
        raise DatasetError("The name 'synthetic' is taken by the drawn set. Choose another name.")
    cifar10.import_to(name, tidy_path(path), progress or _silent)
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


def available() -> list[DatasetInfo]:
    """The installed data sets, CIFAR-10 first and the synthetic one, always there, last."""
    found = []
    for name in storage.stored_names():
        try:
            found.append(storage.read_info(name))
        except DatasetError:
            continue  # half of a copy made by hand, say: `load` of it tells more
    real = [info for info in found if info.name != synthetic.NAME]
    drawn = [info for info in found if synthetic.is_current(info)] or [synthetic.info()]
    return sorted(real, key=lambda info: (info.name != CIFAR10, info.name)) + drawn


def is_installed(name: str) -> bool:
    """Whether `load(name)` would find the data set here, undamaged as far as its meta tells."""
    if name == synthetic.NAME:
        return True
    try:
        storage.read_info(name)
    except DatasetError:
        return False
    return True


def _load_cifar10(path: Path | None, download: bool, progress: Progress) -> Dataset:
    problems: list[str] = []
    try:
        return storage.open_stored(CIFAR10)
    except storage.Missing:
        pass
    except DatasetError as error:
        problems.append(str(error))
    for copy in _keras_copies():
        try:
            return import_path(copy, progress=progress)
        except DatasetError as error:
            problems.append(f"Keras's copy {copy} is of no use: {error}")
    if path is not None:
        return import_path(path, progress=progress)
    if download:
        return _download_cifar10(progress)
    found = problems[0] if problems else "CIFAR-10 is not on this machine yet."
    raise DatasetError(f"{found} Allow the download (170 MB), or name a copy of {cifar10.ARCHIVE}.")


def _download_cifar10(progress: Progress) -> Dataset:
    def downloading(fraction: float, text: str) -> None:
        progress(DOWNLOAD_SHARE * fraction, text)

    def importing(fraction: float, text: str) -> None:
        progress(DOWNLOAD_SHARE + (1 - DOWNLOAD_SHARE) * fraction, text)

    progress(0.0, "Connecting")
    with storage.locked(f"{CIFAR10}-download"):
        try:  # another process may have brought it while we waited
            return storage.open_stored(CIFAR10)
        except DatasetError:
            pass
        archive = fetch_archive(downloading)
        dataset = import_path(archive, progress=importing)
        archive.unlink(missing_ok=True)
        return dataset


def _keras_copies() -> Iterator[Path]:
    homes = [os.environ.get("KERAS_HOME"), "~/.keras"]
    for home in dict.fromkeys(home for home in homes if home):
        for name in KERAS_COPIES:
            copy = Path(home).expanduser() / "datasets" / name
            if copy.exists():
                yield copy


def _silent(fraction: float, text: str) -> None:
    """The progress of someone who does not watch."""

"""Find a data set by its name: here, where Keras left it, where the user says, on the network."""

import os
from collections.abc import Iterator
from pathlib import Path

from cnnlib.data import cifar10, storage, synthetic
from cnnlib.data.dataset import Dataset, DatasetInfo, Progress
from cnnlib.data.download import fetch, fetch_archive
from cnnlib.data.importing import CIFAR10, silent, tidy_path
from cnnlib.data.published import PUBLISHED, Published
from cnnlib.errors import DatasetError

KERAS_COPIES = (  # the archive first, since it can be verified; names of Keras 3, then of Keras 2
    "cifar-10-batches-py-target_archive",
    "cifar-10-batches-py.tar.gz",
    "cifar-10-batches-py-target",
    "cifar-10-batches-py",
)
DOWNLOAD_SHARE = 0.85  # of the progress, when a download comes before the import
KNOWN = {
    CIFAR10: Published(
        CIFAR10,
        cifar10.TITLE,
        "60,000 photographs of ten classes, 32 × 32, in colour",
        170,
        cifar10.ARCHIVE,
        KERAS_COPIES,
        list,  # `fetch_archive` knows where it is
        cifar10.import_to,
    ),
    **PUBLISHED,
}


def load(
    source: str = CIFAR10,
    *,
    path: str | os.PathLike[str] | None = None,
    download: bool = True,
    progress: Progress | None = None,
) -> Dataset:
    """Open a data set, bringing it here first where that is needed.

    "cifar10", "cifar100", "mnist" and "fashion_mnist" are looked for in this order: the copy in
    CNNLIB_HOME; a copy that Keras left under ``$KERAS_HOME`` or ``~/.keras``; `path`; a download.
    The first one found is decoded once into CNNLIB_HOME. "synthetic" is drawn when it is first
    asked for. Any other name must have been imported.

    Args:
        source: the data set's name.
        path: for one of these four, its official archive or file, or the unpacked folder.
        download: whether one of these four may be downloaded (11 to 170 MB) when it is nowhere
            else.
        progress: called with a fraction 0..1 and a short text while something is brought here.

    Raises:
        DatasetError: nothing is found, or what is found is wrong.
    """
    progress = progress or silent
    if path is not None and source not in KNOWN:
        raise DatasetError(
            f"path goes with the data sets {', '.join(map(repr, KNOWN))} only. "
            f"Received: {source!r}. Import the file under that name first."
        )
    if source == synthetic.NAME:
        return synthetic.open_or_make(progress)
    if source in KNOWN:
        given = None if path is None else tidy_path(path)
        return _load_known(KNOWN[source], given, download, progress)
    try:
        return storage.open_stored(source)
    except storage.Missing:
        others = [info.name for info in available() if info.name not in KNOWN]
        raise DatasetError(
            f"There is no data set named {source!r}. Choose one of: {', '.join([*KNOWN, *others])}."
        ) from None


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


def _load_known(known: Published, path: Path | None, download: bool, progress: Progress) -> Dataset:
    problems: list[str] = []
    try:
        return storage.open_stored(known.name)
    except storage.Missing:
        pass
    except DatasetError as error:
        problems.append(str(error))
    for copy in _keras_copies(known):
        try:
            return _import(known, copy, progress)
        except DatasetError as error:
            problems.append(f"Keras's copy {copy} is of no use: {error}")
    if path is not None:
        return _import(known, path, progress)
    if download:
        return _download(known, progress)
    found = problems[0] if problems else f"{known.title} is not on this machine yet."
    raise DatasetError(
        f"{found} Allow the download ({known.megabytes} MB), or name a copy of {known.file}."
    )


def _import(known: Published, path: Path, progress: Progress) -> Dataset:
    known.import_to(known.name, path.expanduser(), progress)
    return storage.open_stored(known.name)


def _download(known: Published, progress: Progress) -> Dataset:
    def downloading(fraction: float, text: str) -> None:
        progress(DOWNLOAD_SHARE * fraction, text)

    def importing(fraction: float, text: str) -> None:
        progress(DOWNLOAD_SHARE + (1 - DOWNLOAD_SHARE) * fraction, text)

    progress(0.0, "Connecting")
    with storage.locked(f"{known.name}-download"):
        try:  # another process may have brought it while we waited
            return storage.open_stored(known.name)
        except DatasetError:
            pass
        files = _fetch(known, downloading)
        dataset = _import(known, files[0] if len(files) == 1 else files[0].parent, importing)
        for file in files:
            file.unlink(missing_ok=True)
        return dataset


def _fetch(known: Published, progress: Progress) -> list[Path]:
    """Download the set's files, one after the other, into one folder."""
    if known.name == CIFAR10:
        return [fetch_archive(progress)]
    remotes = known.remotes()
    return [
        fetch(
            remote,
            lambda share, text, done=done: progress((done + share) / len(remotes), text),  # type: ignore[misc]
        )
        for done, remote in enumerate(remotes)
    ]


def _keras_copies(known: Published) -> Iterator[Path]:
    homes = [os.environ.get("KERAS_HOME"), "~/.keras"]
    for home in dict.fromkeys(home for home in homes if home):
        for name in known.copies:
            copy = Path(home).expanduser() / "datasets" / name
            if copy.exists():
                yield copy

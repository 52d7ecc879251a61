"""Where picture files come from: a folder, a zip, a tar. Listed first, read afterwards."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cnnlib import settings
from cnnlib.data.dataset import Progress
from cnnlib.data.pictures.names import is_junk
from cnnlib.errors import DatasetError

MAX_DEPTH = 6  # wrapping folders, split, class, picture
LISTED_EVERY = 2000  # entries between two reports of progress


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a source: the parts of its path in it, its bytes, and how the source finds it.

    `problem` says why it cannot be read; such a file is skipped and listed.
    """

    parts: tuple[str, ...]
    size: int
    where: Any
    problem: str = ""


Content = Callable[[], bytes]
"""Reads one file, in any thread; raises OSError or ValueError when it is damaged."""


class Source(Protocol):
    kind: str
    path: Path

    def list_files(self, progress: Progress) -> list[Entry]:
        """All regular files but hidden ones. Raises DatasetError: hostile, cut, too many."""
        ...

    def read_files(self, wanted: list[Entry]) -> Iterator[tuple[int, Content]]:
        """The places in `wanted` and the files there, in an order of the source's own."""
        ...

    def close(self) -> None: ...


def check_count(count: int, path: Path) -> None:
    limit = settings.max_import_files()
    if count > limit:
        raise DatasetError(
            f"{path.name or path} holds more than {limit:,} files, more than the lab takes. "
            f"Bring fewer, or raise CNNLIB_IMPORT_FILES."
        )


class Folder:
    """A folder on this machine. Links in it are not followed, only regular files are read."""

    kind = "folder"

    def __init__(self, path: Path) -> None:
        self.path = path

    def list_files(self, progress: Progress) -> list[Entry]:
        try:
            found = []
            for count, entry in enumerate(self._walk(str(self.path), ()), start=1):
                check_count(count, self.path)
                if count % LISTED_EVERY == 0:
                    progress(0.0, f"Looking for pictures: {count:,} files")
                found.append(entry)
            return found
        except OSError as error:
            raise DatasetError(
                f"The folder {self.path} cannot be read: {error.strerror}."
            ) from None

    def _walk(self, place: str, above: tuple[str, ...]) -> Iterator[Entry]:
        with os.scandir(place) as scan:
            for item in scan:
                parts = (*above, item.name)
                if is_junk((item.name,)):
                    continue
                if item.is_symlink():
                    yield Entry(parts, 0, item.path, "a link, not followed")
                elif item.is_dir(follow_symlinks=False):
                    if len(parts) < MAX_DEPTH:
                        yield from self._walk_if_allowed(item.path, parts)
                elif item.is_file(follow_symlinks=False):
                    yield Entry(parts, item.stat(follow_symlinks=False).st_size, item.path)
                else:
                    yield Entry(parts, 0, item.path, "a device or pipe, not a file")

    def _walk_if_allowed(self, place: str, parts: tuple[str, ...]) -> Iterator[Entry]:
        try:
            yield from self._walk(place, parts)
        except PermissionError:
            yield Entry(parts, 0, place, "a folder that may not be read")

    def read_files(self, wanted: list[Entry]) -> Iterator[tuple[int, Content]]:
        for index, entry in enumerate(wanted):
            yield index, lambda place=entry.where: read_regular(place)  # type: ignore[misc]

    def close(self) -> None:
        pass


def read_regular(place: str) -> bytes:
    """The bytes of a regular file that has not become a link or a pipe meanwhile."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    handle = os.open(place, flags)
    with open(handle, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError("not a regular file")
        limit = settings.max_import_file_bytes()
        content = file.read(limit + 1) or b""
    if len(content) > limit:
        raise ValueError("it grew beyond the limit")
    return content

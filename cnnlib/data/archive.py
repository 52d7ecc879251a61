"""One pass over a .tar or .tar.gz file from someone we do not trust.

Members are read by name, front to back, and nothing is unpacked to disk. Everything is bounded:
the number of members, the size of each, and how much the whole unpacks to.
"""

import gzip
import hashlib
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from cnnlib.data.dataset import Progress
from cnnlib.errors import DatasetError

MAX_FILE_BYTES = 64 * 2**20  # a batch of the official CIFAR-10 archive has 31 MB
MAX_UNPACKED_BYTES = 400 * 2**20  # the official archive has 186 MB
MAX_MEMBERS = 1000


class Archive:
    """A .tar.gz or .tar file: the members that are wanted, and its SHA-256.

    Args:
        path: the file.
        wanted: whether to read the member of this path.
        progress: called with a fraction 0..1 of the file and a short text.
        advice: a sentence that ends every error: what to do next.
        max_file_bytes: of one member that is read.
    """

    def __init__(
        self,
        path: Path,
        *,
        wanted: Callable[[PurePosixPath], bool],
        progress: Progress,
        advice: str,
        max_file_bytes: int | None = None,
    ) -> None:
        self._max_file_bytes = max_file_bytes or MAX_FILE_BYTES
        self._path, self._wanted, self._progress, self._advice = path, wanted, progress, advice
        self._hash = hashlib.sha256()
        try:
            if not path.is_file():
                raise DatasetError(f"{path} is neither a file nor a folder. {self._advice}")
            self._size = max(1, path.stat().st_size)
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise DatasetError(f"{path} cannot be opened: {error.strerror}.") from None
        self._done = 0

    def read(self, size: int = -1) -> bytes:
        """Raw bytes of the file, hashed as they pass."""
        block = self._file.read(size if size >= 0 else 2**20)
        self._hash.update(block)
        self._done += len(block)
        return block

    def sha256(self) -> str:
        """Hash of the whole file, once `files` is used up."""
        while self.read(2**20):
            pass
        self._file.close()
        return self._hash.hexdigest()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """File names and contents of the wanted members, in the order of the archive."""
        try:
            with self._open_tar() as tar:
                yield from self._members(tar)
        except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, OverflowError):
            self._file.close()
            raise DatasetError(
                f"{self._path.name} is cut, damaged or not a tar archive. {self._advice}"
            ) from None
        except BaseException:
            self._file.close()
            raise

    def _open_tar(self) -> tarfile.TarFile:
        zipped = is_gzip(self._file)
        stream: Any = gzip.GzipFile(fileobj=self, mode="rb") if zipped else self  # type: ignore[call-overload]
        source: Any = Bounded(stream, MAX_UNPACKED_BYTES, self._too_much())
        return tarfile.open(fileobj=source, mode="r|", bufsize=2**20)

    def _too_much(self) -> DatasetError:
        return DatasetError(
            f"{self._path.name} unpacks to more than {MAX_UNPACKED_BYTES // 2**20} MB, "
            f"more than the lab reads. {self._advice}"
        )

    def _members(self, tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
        for count, member in enumerate(tar, start=1):
            path = PurePosixPath(member.name)
            if count > MAX_MEMBERS:
                raise DatasetError(f"{self._path.name} holds too many files. {self._advice}")
            if path.is_absolute() or ".." in path.parts or not (member.isreg() or member.isdir()):
                raise DatasetError(
                    f"{self._path.name} was refused: it holds a link, a device or a path that "
                    f"leads out of it ({member.name[:60]!r}). {self._advice}"
                )
            if not member.isreg() or not self._wanted(path):
                continue
            if member.size > self._max_file_bytes:
                raise DatasetError(f"{path.name} is too large. {self._advice}")
            self._progress(self._done / self._size, f"Reading {path.name}")
            file = tar.extractfile(member)
            content = file.read() if file else b""
            if len(content) != member.size:
                raise EOFError
            yield path.name, content


def is_gzip(file: BinaryIO) -> bool:
    """Whether an open file begins as gzip does; it is at its beginning afterwards."""
    zipped = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    return zipped


def open_stream(file: BinaryIO) -> Any:
    """The bytes of a .tar or .tar.gz file, unpacked as they are read."""
    return gzip.GzipFile(fileobj=file, mode="rb") if is_gzip(file) else file


class Bounded:
    """A stream that ends in `error` after `limit` bytes: no bomb unpacks beyond that."""

    def __init__(self, stream: Any, limit: int, error: DatasetError) -> None:
        self._stream, self._error, self._left = stream, error, limit

    def read(self, size: int) -> bytes:
        block: bytes = self._stream.read(size)
        self._left -= len(block)
        if self._left < 0:
            raise self._error
        return block

"""Pictures in a .tar or .tar.gz file from someone we do not trust: read twice, front to back."""

import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from cnnlib import settings
from cnnlib.data.archive import Bounded, open_stream
from cnnlib.data.dataset import Progress
from cnnlib.data.pictures.names import is_junk, split_name
from cnnlib.data.pictures.sources import LISTED_EVERY, Content, Entry, check_count
from cnnlib.errors import DatasetError

PEEKED = 50
_DAMAGES = (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, OverflowError)


def peek_names(path: Path, limit: int = PEEKED) -> Iterator[str]:
    """The names of a tar's first files; none, or fewer, when it is damaged or no tar."""
    try:
        with Tar(path).open() as tar:
            files = (member.name for member in tar if member.isreg())
            yield from islice(files, limit)
    except DatasetError:
        return


class Tar:
    kind = "tar archive"

    def __init__(self, path: Path) -> None:
        self.path = path

    def list_files(self, progress: Progress) -> list[Entry]:
        entries, names = [], set()
        with self.open() as tar:
            for number, member in enumerate(tar):
                check_count(number + 1, self.path)
                parts = split_name(member.name)
                if parts is None or not (member.isreg() or member.isdir()):
                    raise DatasetError(
                        f"{self.path.name} was refused: it holds a link, a device or a path that "
                        f"leads out of it ({member.name[:60]!r}). Make it again without that."
                    )
                if not member.isreg() or not parts or is_junk(parts):
                    continue
                twice = "another file of this name came before it" if parts in names else ""
                names.add(parts)
                entries.append(Entry(parts, member.size, number, twice))
                if number % LISTED_EVERY == 0:
                    progress(0.0, f"Looking for pictures: {number:,} files")
        return entries

    def read_files(self, wanted: list[Entry]) -> Iterator[tuple[int, Content]]:
        places = {entry.where: index for index, entry in enumerate(wanted)}
        with self.open() as tar:
            for number, member in enumerate(tar):
                index = places.get(number)
                if index is None:
                    continue
                file = tar.extractfile(member)
                content = file.read() if file else b""
                yield index, lambda content=content: content  # type: ignore[misc]

    def close(self) -> None:
        pass

    @contextmanager
    def open(self) -> Iterator[tarfile.TarFile]:
        """The archive as a stream; what goes wrong with it becomes one `DatasetError`."""
        limit = settings.max_unpacked_bytes()
        too_much = DatasetError(
            f"{self.path.name} unpacks to more than the {limit / 1e6:,.0f} MB that the lab reads. "
            f"Bring less, or raise CNNLIB_IMPORT_UNPACKED_MB."
        )
        try:
            with self.path.open("rb") as file:
                source: Any = Bounded(open_stream(file), limit, too_much)
                with tarfile.open(fileobj=source, mode="r|", bufsize=2**20) as tar:
                    yield tar
        except _DAMAGES:
            raise DatasetError(
                f"{self.path.name} is cut, damaged or not a tar archive. Make or copy it again."
            ) from None

"""Pictures in a .zip file from someone we do not trust; nothing of it is unpacked to disk.

What its directory claims is checked before anything is read: names, kinds, sizes, overlaps.
No member can unpack to more than it claims, because reading stops there.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from cnnlib import settings
from cnnlib.data.dataset import Progress
from cnnlib.data.pictures.names import is_junk, is_picture_name, split_name
from cnnlib.data.pictures.sources import Content, Entry, check_count
from cnnlib.errors import DatasetError

MAX_RATIO = 200  # photographs hardly shrink in a zip; a bomb shrinks a thousandfold
FREE_BYTES = 100 * 2**20  # … and up to here any ratio is harmless
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others can unpack without bounds
_ENTRY = b"PK\1\2"


class Zip:
    kind = "zip"

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            check_directory(path)
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
            raise DatasetError(
                f"{path.name} is cut, damaged or not a zip file. Make or copy it again."
            ) from None

    def list_files(self, progress: Progress) -> list[Entry]:
        members = [member for member in self._zip.infolist() if not member.is_dir()]
        check_count(len(members), self.path)
        self._check_overlaps(members)
        entries, names = [], set()
        for member in members:
            parts = self._check_member(member)
            if is_junk(parts) or not parts:
                continue
            twice = "another file of this name came before it" if parts in names else ""
            names.add(parts)
            entries.append(Entry(parts, member.file_size, member, twice))
        self._check_unpacked(sum(e.size for e in entries if is_picture_name(e.parts[-1])))
        return entries

    def _check_member(self, member: zipfile.ZipInfo) -> tuple[str, ...]:
        parts, kind = split_name(member.filename), stat.S_IFMT(member.external_attr >> 16)
        if parts is None or kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise DatasetError(
                f"{self.path.name} was refused: it holds a link, a device or a path that leads "
                f"out of it ({member.filename[:60]!r}). Make it again without that."
            )
        if member.flag_bits & 0x1:
            raise DatasetError(
                f"{self.path.name} is locked by a password. Make it again without one."
            )
        if member.compress_type not in _METHODS:
            raise DatasetError(
                f"{self.path.name} is compressed in a way that the lab does not read. "
                f"Make it again as an ordinary zip (Deflate)."
            )
        return parts

    def _check_overlaps(self, members: list[zipfile.ZipInfo]) -> None:
        places = sorted((m.header_offset, m.header_offset + m.compress_size) for m in members)
        for (_, end), (start, _) in pairwise(places):
            if end > start:
                raise DatasetError(
                    f"{self.path.name} was refused: files in it overlap, as in a zip bomb."
                )

    def _check_unpacked(self, size: int) -> None:
        limit = settings.max_unpacked_bytes()
        if size > limit:
            raise DatasetError(
                f"{self.path.name} unpacks to {size / 1e6:,.0f} MB, more than the "
                f"{limit / 1e6:,.0f} MB that the lab reads. Bring less, or raise "
                f"CNNLIB_IMPORT_UNPACKED_MB."
            )
        if size > max(FREE_BYTES, MAX_RATIO * self.path.stat().st_size):
            raise DatasetError(
                f"{self.path.name} was refused: it unpacks to more than {MAX_RATIO} times its "
                f"size, as a zip bomb does."
            )

    def read_files(self, wanted: list[Entry]) -> Iterator[tuple[int, Content]]:
        for index, entry in enumerate(wanted):
            yield index, lambda member=entry.where: self._read(member)  # type: ignore[misc]

    def _read(self, member: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip.open(member) as file:
                return file.read(member.file_size)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, struct.error) as error:
            raise ValueError("damaged in the zip file") from error

    def close(self) -> None:
        self._zip.close()


def check_directory(path: Path) -> None:
    """Count the directory's entries before `zipfile` makes an object of each.

    A zip can say in several ways where its directory is and how long; so all of the file is
    searched for what every entry begins with.

    Raises:
        DatasetError: too many.
        OSError: the file cannot be read.
    """
    count, block = 0, b""
    with path.open("rb") as file:
        while fresh := file.read(2**22):
            block = block[-3:] + fresh
            count += block.count(_ENTRY)
            check_count(count, path)

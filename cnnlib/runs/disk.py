"""How much of the disk runs take, what deleting them would free, and whether it is full."""

import os
import shutil
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from cnnlib.runs.files import run_folder

FULL_BYTES = 2_000_000  # with less than this left, hardly any checkpoint can be written


def is_disk_full(folder: Path) -> bool:
    """Whether the disk that holds a folder has no room for a run.

    Raises:
        OSError: there is no such folder.
    """
    return shutil.disk_usage(folder).free < FULL_BYTES


def count_freed_bytes(run_ids: Iterable[str]) -> int:
    """What goes when these runs' folders are deleted together.

    A checkpoint that a run has in common with the one it continues is one file with two names (see
    `link_checkpoint`): it goes only when all its names do.
    """
    names: Counter[tuple[int, int]] = Counter()
    found: dict[tuple[int, int], os.stat_result] = {}
    for run_id in run_ids:
        for status in _list_files(run_folder(run_id)):
            identity = status.st_dev, status.st_ino
            names[identity] += 1
            found[identity] = status
    return sum(
        status.st_size for identity, status in found.items() if names[identity] >= status.st_nlink
    )


def _list_files(folder: Path) -> Iterator[os.stat_result]:
    """Of a folder and those in it; what vanishes meanwhile is passed over."""
    for place, _, files in os.walk(folder):
        for name in files:
            try:
                status = os.lstat(Path(place) / name)
            except OSError:
                continue
            if stat.S_ISREG(status.st_mode):
                yield status

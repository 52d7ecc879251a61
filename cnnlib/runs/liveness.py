"""Who is alive, told by locks that the operating system frees when a process ends, however it ends.

No process id is ever taken for the truth: numbers are used again, files stay behind.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

from cnnlib import settings
from cnnlib.runs.files import run_folder

if sys.platform != "win32":
    import fcntl


def run_lock(run_id: str) -> FileLock:
    """The lock that a run's worker holds from its first moment to its last."""
    folder = run_folder(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(_lock_path(run_id))


def supervisor_lock() -> FileLock:
    """The lock that the one supervisor of this CNNLIB_HOME holds."""
    settings.home().mkdir(parents=True, exist_ok=True)
    return FileLock(settings.home() / "supervisor.lock")


def is_run_alive(run_id: str) -> bool:
    return _is_held(_lock_path(run_id))


def is_supervisor_alive() -> bool:
    return _is_held(settings.home() / "supervisor.lock")


def beat(run_id: str) -> None:
    """A sign of life beside the store's heartbeat, for when the store cannot be written."""
    path = _beat_path(run_id)
    with suppress(OSError):  # the folder of a deleted run is gone, and stays so
        if path.exists():
            os.utime(path)
        else:
            path.touch()


def read_beat(run_id: str) -> float | None:
    """When a run's worker last gave a sign of life, by the file system's clock."""
    with suppress(OSError):
        return _beat_path(run_id).stat().st_mtime
    return None


def describe_process() -> dict[str, Any]:
    """How `find_worker` knows this process again: its id and its beginning, seconds since 1970."""
    return {"pid": os.getpid(), "created": psutil.Process().create_time()}


def find_worker(run_id: str, described: dict[str, Any]) -> psutil.Process | None:
    """The process that holds a run's lock, if it is the one that `described` says."""
    with suppress(psutil.Error, KeyError, TypeError, ValueError):
        process = psutil.Process(int(described["pid"]))
        # A process's beginning moves when the clock is set; what it has open does not.
        same = abs(process.create_time() - float(described["created"])) < 1.0
        if is_run_alive(run_id) and (same or _has_open(process, _lock_path(run_id))):
            return process
    return None


def _lock_path(run_id: str) -> Path:
    return run_folder(run_id) / "alive.lock"


def _beat_path(run_id: str) -> Path:
    return run_folder(run_id) / "alive.beat"


def _has_open(process: psutil.Process, path: Path) -> bool:
    return any(os.path.realpath(path) == file.path for file in process.open_files())


def _is_held(path: Path) -> bool:
    """Whether a process holds the lock file. Looking never makes a file or a folder."""
    try:
        return path.exists() and _is_locked(path)
    except FileNotFoundError:
        return False


if sys.platform == "win32":

    def _is_locked(path: Path) -> bool:
        try:
            with FileLock(path, timeout=0):
                return False
        except Timeout:
            return True

else:

    def _is_locked(path: Path) -> bool:
        """A shared lock is asked for, so that two who look do not take each other for a worker."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

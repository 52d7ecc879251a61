"""Who is alive, told by locks that the operating system frees when a process ends, however it ends.

No process id is ever taken for the truth: numbers are used again, files stay behind.
"""

from pathlib import Path

from filelock import FileLock, Timeout

from cnnlib import settings
from cnnlib.runs.files import run_folder


def run_lock(run_id: str) -> FileLock:
    """The lock that a run's worker holds from its first moment to its last."""
    folder = run_folder(run_id)
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / "alive.lock")


def supervisor_lock() -> FileLock:
    """The lock that the one supervisor of this CNNLIB_HOME holds."""
    settings.home().mkdir(parents=True, exist_ok=True)
    return FileLock(settings.home() / "supervisor.lock")


def is_run_alive(run_id: str) -> bool:
    return _is_held(run_folder(run_id) / "alive.lock")


def is_supervisor_alive() -> bool:
    return _is_held(settings.home() / "supervisor.lock")


def _is_held(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True

"""How a run ends, and what is said of it."""

import errno
import sqlite3
import sys
import time
from contextlib import suppress
from pathlib import Path

from cnnlib.errors import LabError, RunError
from cnnlib.runs.disk import is_disk_full
from cnnlib.runs.files import read_checkpoint
from cnnlib.runs.records import format_epoch
from cnnlib.runs.store import RunStore

END_TRIES = 60


class StopNow(Exception):
    """Ends `fit` from within a callback, where `stop_training` would first validate."""


class DeleteNow(Exception):
    """Ends `fit` at once: nothing of the run will be kept."""


def describe_finish(run_id: str, text: str) -> str:
    """`text`, and which epoch was best."""
    best = read_checkpoint(run_id, "best")
    if best is None or best.val_accuracy is None:
        return text
    return (
        f"{text} Best at epoch {format_epoch(best.epoch)}: validation accuracy "
        f"{best.val_accuracy:.1%}, validation loss {best.val_loss:.3f}."
    )


def describe_stop(run_id: str, text: str) -> str:
    """`text`, and what is kept."""
    last = read_checkpoint(run_id, "last")
    if last is None:
        return f"{text} It had saved no checkpoint yet."
    epoch = format_epoch(last.epoch)
    return f"{text} What it learned up to epoch {epoch} is kept: continue from there."


def end_for_sure(store: RunStore, run_id: str, status: str, message: str) -> None:
    """Write a run's end, also where the store cannot be written for a while."""
    for _ in range(END_TRIES - 1):
        try:
            store.end(run_id, status, message)
        except sqlite3.OperationalError as error:
            print(f"The end could not be written yet: {error}", file=sys.stderr, flush=True)
            time.sleep(1.0)
        else:
            return
    store.end(run_id, status, message)


def explain_failure(error: BaseException, folder: Path) -> str:
    """One clear sentence or two for what ended a run; the details are in its log."""
    if isinstance(error, LabError):
        return str(error)
    if not folder.exists():
        return (
            f"The run's folder {folder} was removed while it trained, and its checkpoints with it: "
            f"start it again."
        )
    if is_full_disk(error, folder):
        return (
            f"The disk that holds {folder.parent} is full: the checkpoint could not be written. "
            f"Earlier checkpoints are kept. Free some space, then continue from the last one."
        )
    if isinstance(error, MemoryError) or "ResourceExhausted" in type(error).__name__:
        return "There was not enough memory. Take a smaller batch size or a smaller network."
    first_line = (str(error).strip().splitlines() or ["no message"])[0]
    said = f"{type(error).__name__}: {first_line[:200].rstrip(' .')}"
    return f"Training failed: {said}. The log has the details."


def is_full_disk(error: BaseException, folder: Path) -> bool:
    """HDF5 and zip hide the system's error number, so the disk itself is asked as well."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    if isinstance(error, RunError) or not isinstance(error, OSError | RuntimeError | ValueError):
        return False
    with suppress(OSError):  # the folder may have been removed
        return is_disk_full(folder)
    return False

"""The folder of a run: which files it may hold and how they are written whole or not at all."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from cnnlib import settings
from cnnlib.errors import RunError

SUMMARY = "summary.txt"
WEIGHTS = "weights.txt"
LOG = "log.txt"
SETTLING_SECONDS = 10.0  # a checkpoint is replaced, or linked, in milliseconds
CHECKPOINTS = ("last", "best", "start")  # "start" is what a continued run began with
DOWNLOADABLE = ("best.keras", "last.keras", SUMMARY, WEIGHTS, LOG)


@dataclass(frozen=True)
class Checkpoint:
    """A saved model: where on the epoch axis it stands, and how good it was there.

    `epoch` counts passes over the training images since the first run of the chain; `val_loss` is
    None where no validation came before the save.
    """

    epoch: float
    val_loss: float | None
    val_accuracy: float | None


def run_folder(run_id: str) -> Path:
    """The folder of a run; it need not exist.

    Raises:
        RunError: `run_id` is not a name that the lab gives, a path for instance.
    """
    if not run_id or not all(c.isalnum() or c in "-_" for c in run_id):
        raise RunError(f"A run's id has letters, digits, - and _ only. Received: {run_id!r}.")
    return settings.runs_dir() / run_id


def checkpoint_path(run_id: str, which: str) -> Path:
    """The `.keras` file of one of a run's `CHECKPOINTS`; it need not exist."""
    return run_folder(run_id) / f"{which}.keras"


def read_checkpoint(run_id: str, which: str) -> Checkpoint | None:
    """What is known of a saved checkpoint, or None when there is none."""
    path = checkpoint_path(run_id, which)
    with suppress(OSError, ValueError, TypeError):
        if path.is_file():
            return Checkpoint(**json.loads(_note_path(path).read_text("utf-8")))
    return None


def write_checkpoint_note(path: Path, checkpoint: Checkpoint) -> None:
    """Write what `read_checkpoint` reads, beside the checkpoint at `path`."""
    with replacing(_note_path(path)) as temporary:
        _write_note(temporary, checkpoint)


def _write_note(path: Path, checkpoint: Checkpoint) -> None:
    path.write_text(json.dumps(asdict(checkpoint)), "utf-8")


@contextmanager
def saving_checkpoint(run_id: str, which: str, checkpoint: Checkpoint) -> Iterator[Path]:
    """Give a temporary path to save a model to; file and note are then replaced together."""
    path = checkpoint_path(run_id, which)
    with _making(path) as temporary, _making(_note_path(path)) as note:
        yield temporary
        _write_note(note, checkpoint)  # before either is replaced: the disk may be full
        with settled(run_id):
            os.replace(temporary, path)
            os.replace(note, _note_path(path))


@contextmanager
def settled(run_id: str) -> Iterator[None]:
    """Nobody replaces a checkpoint of the run meanwhile: its file and its note belong together.

    Who holds it and sleeps, a suspended process for one, keeps the others for ten seconds only.

    Raises:
        FileNotFoundError: the run has no folder any more.
    """
    folder = run_folder(run_id)
    folder.stat()  # the lock would make it anew
    lock = FileLock(folder / "checkpoints.lock")
    with suppress(Timeout):
        lock.acquire(timeout=SETTLING_SECONDS)
    try:
        yield
    finally:
        lock.release()


def link_checkpoint(source_run: str, which: str, target_run: str, target_which: str) -> None:
    """Give a run another run's checkpoint as its own.

    A hard link costs no space and outlives the source's deletion; checkpoints are replaced, never
    written into, so the two cannot disturb each other. File systems without links get a copy.
    """
    source = checkpoint_path(source_run, which)
    target = checkpoint_path(target_run, target_which)
    target.parent.mkdir(parents=True, exist_ok=True)
    for old, new in ((source, target), (_note_path(source), _note_path(target))):
        try:
            os.link(old, new)
        except OSError:
            shutil.copyfile(old, new)


def remove_checkpoint(run_id: str, which: str) -> None:
    """Take one of a run's checkpoints away; another run's link to the same file stays."""
    path = checkpoint_path(run_id, which)
    path.unlink(missing_ok=True)
    _note_path(path).unlink(missing_ok=True)


def remove_unfinished(run_id: str) -> None:
    """Take away what a process was writing when it was killed."""
    for path in run_folder(run_id).glob(".*"):
        with suppress(OSError):
            path.unlink()


def _note_path(checkpoint_file: Path) -> Path:
    return checkpoint_file.with_suffix(".json")


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary path beside `target`; when the block ends well it becomes `target`."""
    with _making(target) as temporary:
        yield temporary
        os.replace(temporary, target)


@contextmanager
def _making(target: Path) -> Iterator[Path]:
    """Give a temporary path beside `target`, which goes where nobody made it something else.

    When the block fails, on a full disk for instance, `target` stays as it was. The temporary name
    keeps `target`'s ending, by which Keras knows the format.
    """
    temporary = target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")
    try:
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)

"""What a run begins with: nothing, or a checkpoint that is looked at before it is trusted."""

import zipfile
from pathlib import Path

from cnnlib.backend.progress import Plan
from cnnlib.errors import RunError
from cnnlib.runs.files import (
    Checkpoint,
    checkpoint_path,
    link_checkpoint,
    read_checkpoint,
    remove_checkpoint,
)
from cnnlib.runs.records import Run, format_epoch
from cnnlib.runs.store import RunStore


def find_start(store: RunStore, run: Run) -> tuple[Checkpoint | None, str]:
    """The checkpoint that a run continues, None for a new run; and a sentence if it is not the
    one that was asked for: the best one stands in for a last one that is damaged.

    Raises:
        RunError: no checkpoint is whole.
    """
    parent, which = run.config.continue_from, run.config.checkpoint
    if parent is None:
        return None, ""
    wanted, best = read_checkpoint(run.id, "start"), read_checkpoint(run.id, "best")
    if wanted is not None and is_whole(checkpoint_path(run.id, "start")):
        return wanted, ""
    if which == "best":
        raise RunError(
            f"The best checkpoint of run {parent} is damaged and cannot be read. Continue from "
            f"the last one, or start anew."
        )
    if best is None or not is_whole(checkpoint_path(run.id, "best")):
        raise RunError(
            f"The last and the best checkpoint of run {parent} are damaged and cannot be read. "
            f"Start anew, or continue another run."
        )
    remove_checkpoint(run.id, "start")  # a link: the older run keeps its file, such as it is
    link_checkpoint(run.id, "best", run.id, "start")
    store.curves.cut(run.id, until_epoch=best.epoch)
    return best, (
        f"The last checkpoint of run {parent} is damaged; it went on from the best one, "
        f"epoch {format_epoch(best.epoch)}."
    )


def is_whole(path: Path) -> bool:
    """Whether a `.keras` file, which is a zip archive, is all there by its checksums."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except Exception:  # a damaged archive meets many errors: zlib's, zip's, the system's
        return False


def make_plan(store: RunStore, run: Run, start: Checkpoint | None, images: int) -> Plan:
    """
    Args:
        images: training images an epoch.
    """
    _, curves = store.curves.read(run.id)  # a continued run has a copy of the older one's
    return Plan(
        first_epoch=start.epoch if start else 0.0,
        epochs=run.config.epochs,
        images=images,
        batch_size=run.config.batch_size,
        best=read_checkpoint(run.id, "best"),
        first_step=max((int(curve.steps.max()) for curve in curves.values()), default=0),
        first_seconds=max((float(curve.seconds.max()) for curve in curves.values()), default=0.0),
    )

"""One training run, from the store's row to its files: in a forked child, or in the command line.

This module stays light: Keras is imported inside, after the child holds its lock.
"""

import errno
import math
import os
import shutil
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from cnnlib.errors import LabError, RunError
from cnnlib.runs.augmentation import parse_augmentations
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import LOG, SUMMARY, read_checkpoint, run_folder
from cnnlib.runs.liveness import run_lock
from cnnlib.runs.records import Run
from cnnlib.runs.sink import Listener, StoreSink
from cnnlib.runs.store import RunStore

if TYPE_CHECKING:
    from cnnlib.backend.augmentation import Augmenter

LOCK_SECONDS = 10.0
FULL_DISK_BYTES = 2_000_000  # with less than this left, a failed write is a full disk's fault
ONE_THREAD_MACS = 5_000_000  # below this many MACs an image, a second thread gains nothing


def run_in_child(run_id: str) -> None:
    """The whole life of a worker process: its output goes to the run's log."""
    log = os.open(run_folder(run_id) / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    run_to_end(run_id)


def run_to_end(run_id: str, listener: Listener | None = None) -> Run:
    """Train a claimed run and write how it ended, whatever happens.

    Args:
        listener: see `StoreSink`.
    """
    store = RunStore()
    with run_lock(run_id).acquire(timeout=LOCK_SECONDS):
        run = store.get(run_id)
        if run.has_ended:
            return run
        try:
            stopped = _train(store, run, listener)
            store.end(run_id, *_describe_end(run_id, stopped))
        except KeyboardInterrupt:
            store.end(run_id, "stopped", _describe_kept(run_id, "Interrupted."))
        except Exception as error:
            traceback.print_exc()
            sys.stderr.flush()
            store.end(run_id, "failed", explain_failure(error, run_folder(run_id)))
    return store.get(run_id)


def _train(store: RunStore, run: Run, listener: Listener | None) -> bool:
    """Train; True when it was asked to stop before its last epoch's end."""
    from cnnlib.arch.analysis import analyze
    from cnnlib.backend import pipeline
    from cnnlib.backend.callback import Plan, Progress, RunCallback
    from cnnlib.backend.exports import format_summary
    from cnnlib.backend.training import prepare_model, set_threads
    from cnnlib.data import load

    config = run.config
    dataset = load(config.dataset, download=False).take(config.limit)
    start, best = read_checkpoint(run.id, "start"), read_checkpoint(run.id, "best")
    plan = Plan(
        first_epoch=start.epoch if start else 0.0,
        epochs=config.epochs,
        images=len(dataset.train.labels),
        batch_size=config.batch_size,
        best_val_loss=math.inf if best is None or best.val_loss is None else best.val_loss,
    )
    progress = Progress(plan)
    with StoreSink(store, run.id, progress.describe, listener) as sink:
        progress.phase = "building the network"
        spec = config.make_spec(dataset.image_shape, len(dataset.class_names))
        set_threads(1 if analyze(spec).macs < ONE_THREAD_MACS else None)
        classes = len(dataset.class_names)
        augmenter = _make_augmenter(config, classes)
        mixes = augmenter is not None and augmenter.mixes
        model = prepare_model(spec, run, plan.stride, one_hot=mixes)
        (run_folder(run.id) / SUMMARY).write_text(format_summary(model), "utf-8")
        progress.phase = "loading the data"
        batches = pipeline.make_training_batches(
            dataset.train, config.batch_size, config.seed, augmenter
        )
        validation = pipeline.make_validation_batches(dataset.test, 256, classes if mixes else None)
        sink.event("started", f"Training on {plan.images:,} images from {dataset.title}.")
        model.fit(
            batches,
            epochs=config.epochs,
            validation_data=validation,
            callbacks=[RunCallback(run.id, progress, sink)],
            shuffle=False,  # the batches are shuffled already
            verbose=0,
        )
        progress.phase = "done"
    done = progress.epoch_index == config.epochs - 1 and progress.step == plan.steps
    return not done


def _make_augmenter(config: RunConfig, classes: int) -> "Augmenter | None":
    from cnnlib.backend.augmentation import Augmenter

    if not config.augmentation:
        return None
    return Augmenter(parse_augmentations(config.augmentation), classes, config.seed)


def _describe_end(run_id: str, stopped: bool) -> tuple[str, str]:
    if stopped:
        return "stopped", _describe_kept(run_id, "Stopped as asked.")
    best = read_checkpoint(run_id, "best")
    if best is None or best.val_accuracy is None:
        return "finished", "Finished."
    return (
        "finished",
        f"Finished. Best at epoch {best.epoch:g}: validation accuracy {best.val_accuracy:.3f}, "
        f"validation loss {best.val_loss:.3f}.",
    )


def _describe_kept(run_id: str, text: str) -> str:
    last = read_checkpoint(run_id, "last")
    if last is None:
        return f"{text} It had saved no checkpoint yet."
    return f"{text} What it learned up to epoch {last.epoch:.3g} is kept: continue from there."


def explain_failure(error: BaseException, folder: Path) -> str:
    """One clear sentence or two for what ended a run; the details are in its log."""
    if isinstance(error, LabError):
        return str(error)
    if _is_full_disk(error, folder):
        return (
            f"The disk that holds {folder.parent} is full: the checkpoint could not be written. "
            f"Earlier checkpoints are kept. Free some space, then continue from the last one."
        )
    if isinstance(error, MemoryError) or "ResourceExhausted" in type(error).__name__:
        return "There was not enough memory. Take a smaller batch size or a smaller network."
    first_line = (str(error).strip().splitlines() or ["no message"])[0]
    return f"Training failed: {type(error).__name__}: {first_line[:200]} The log has the details."


def _is_full_disk(error: BaseException, folder: Path) -> bool:
    """HDF5 and zip hide the system's error number, so the disk itself is asked as well."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    if isinstance(error, RunError) or not isinstance(error, OSError | RuntimeError | ValueError):
        return False
    return shutil.disk_usage(folder).free < FULL_DISK_BYTES

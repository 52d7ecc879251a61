"""One training run, from the store's row to its files: in a forked child, or in the command line.

This module stays light: Keras is imported inside, after the child holds its lock.
"""

import io
import os
import sys
import traceback
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from filelock import Timeout

from cnnlib.backend.beginnings import find_start, make_plan
from cnnlib.backend.endings import (
    DeleteNow,
    StopNow,
    describe_finish,
    describe_stop,
    end_for_sure,
    explain_failure,
)
from cnnlib.backend.progress import Progress
from cnnlib.errors import RunNotFoundError
from cnnlib.runs import liveness
from cnnlib.runs.augmentation import parse_augmentations
from cnnlib.runs.config import MAX_EPOCHS, RunConfig
from cnnlib.runs.files import LOG, SUMMARY, Checkpoint, run_folder
from cnnlib.runs.records import Run
from cnnlib.runs.sink import Listener, StoreSink
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.truth import NEVER_BEGUN

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

    from cnnlib.backend.augmentation import Augmenter
    from cnnlib.data import Dataset

LOCK_SECONDS = 10.0
ONE_THREAD_MACS = 5_000_000  # below this many MACs an image, a second thread gains nothing
STOPPED = "Stopped as asked."


def run_in_child(run_id: str) -> None:
    """The whole life of a worker process: its output goes to the run's log."""
    with suppress(OSError):  # a log is no condition: the disk may be full
        log = os.open(run_folder(run_id) / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.dup2(log, 1)
        os.dup2(log, 2)
    sys.stdout, sys.stderr = _open_forgiving(1), _open_forgiving(2)
    run_to_end(run_id)


class _ForgivingOutput(io.FileIO):
    """Lets go of what does not fit on the disk: a message must not end the run it speaks of."""

    def write(self, data: "ReadableBuffer") -> int:
        with suppress(OSError):
            super().write(data)
        return len(memoryview(data))


def _open_forgiving(descriptor: int) -> io.TextIOWrapper:
    raw = _ForgivingOutput(descriptor, "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), "utf-8", errors="backslashreplace", line_buffering=True
    )


def run_to_end(run_id: str, listener: Listener | None = None) -> Run:
    """Train a claimed run and write how it ended, whatever happens.

    Args:
        listener: see `StoreSink`.

    Returns:
        The run as it ended; as it is, where another process trains it; as "stopped" when it was
        deleted meanwhile.
    """
    store = RunStore()
    run = store.get(run_id)
    try:
        with liveness.run_lock(run_id).acquire(timeout=LOCK_SECONDS):
            run = store.get(run_id)
            if not run.has_ended:
                end_for_sure(store, run_id, *_train_somehow(store, run, listener))
        return store.get(run_id)
    except Timeout:
        return store.get(run_id)
    except RunNotFoundError:
        return replace(run, status="stopped", message="It was deleted while it trained.")


def _train_somehow(store: RunStore, run: Run, listener: Listener | None) -> tuple[str, str]:
    """Train, whatever happens; the status and the message to end with."""
    note = ""
    try:
        if run.wishes.stop:
            return "stopped", NEVER_BEGUN
        start, note = find_start(store, run)
        status, message = _train(store, run, start, note, listener)
    except DeleteNow:
        status, message = "stopped", "Deleted while it trained."
    except KeyboardInterrupt:
        status, message = "stopped", describe_stop(run.id, "Interrupted.")
    except Exception as error:
        traceback.print_exc()
        sys.stderr.flush()
        status, message = "failed", explain_failure(error, run_folder(run.id))
    return status, f"{note} {message}".strip()


def _train(
    store: RunStore, run: Run, start: Checkpoint | None, note: str, listener: Listener | None
) -> tuple[str, str]:
    from cnnlib.data import load

    dataset = load(run.config.dataset, download=False).take(run.config.limit)
    progress = Progress(make_plan(store, run, start, len(dataset.train.labels)))
    with StoreSink(store, run.id, progress.describe, listener) as sink:
        worker = liveness.describe_process()
        sink.set_facts({"worker": worker})
        if note:
            sink.event("fallback", note)
        model, facts = _build(store, run, dataset, progress, sink)
        sink.set_facts({**facts, "worker": worker})
        finished, text = _fit(store, run, dataset, progress, sink, model)
        progress.phase = "done"
    if finished:
        return "finished", describe_finish(run.id, text)
    return "stopped", describe_stop(run.id, text)


def _build(
    store: RunStore, run: Run, dataset: "Dataset", progress: Progress, sink: StoreSink
) -> tuple[Any, dict[str, Any]]:
    """The compiled model, and the run's facts but for its process."""
    from cnnlib.arch.analysis import analyze
    from cnnlib.backend import training
    from cnnlib.backend.acceleration import choose_acceleration
    from cnnlib.backend.exports import format_summary
    from cnnlib.backend.provenance import describe_provenance

    progress.phase = "building the network"
    config = run.config
    spec = config.make_spec(dataset.image_shape, len(dataset.class_names))
    threads = 1 if analyze(spec).macs < ONE_THREAD_MACS else None
    training.set_threads(threads)
    if config.deterministic:
        training.make_deterministic()
    if config.acceleration != "off":
        progress.phase = "measuring what is fastest"
    acceleration = choose_acceleration(config, spec, store, sink.event)
    progress.phase = "building the network"
    model = training.prepare_model(
        spec,
        run,
        progress.plan.stride,
        one_hot=training.needs_shares(config),
        acceleration=acceleration,
        first_epoch=progress.plan.first_epoch,
    )
    (run_folder(run.id) / SUMMARY).write_text(format_summary(model), "utf-8")
    return model, describe_provenance(run, dataset, spec, model, acceleration, threads)


def _fit(
    store: RunStore, run: Run, dataset: "Dataset", progress: Progress, sink: StoreSink, model: Any
) -> tuple[bool, str]:
    """Train; whether it finished, and how to say that."""
    from cnnlib.backend.callback import RunCallback
    from cnnlib.backend.controls import ControlCallback
    from cnnlib.backend.rates import RateCallback
    from cnnlib.backend.watching import make_watchers

    progress.phase = "loading the data"
    config, plan = run.config, progress.plan
    batches, validation = _make_batches(config, dataset, plan.first_epoch, model)
    rate = RateCallback(
        config.rate_schedule, base=config.learning_rate, epochs=plan.epochs, steps=plan.steps
    )
    sink.event("started", f"Training on {plan.images:,} images from {dataset.title}.")
    folder = run_folder(run.id)
    with make_watchers(config, model, dataset.test, sink, progress, folder) as watch:
        gauges = {"learning_rate": rate.read, **watch.gauges}
        reporter = RunCallback(run.id, progress, sink, gauges)
        control = ControlCallback(run.id, config, store, sink, progress, reporter, rate)
        try:
            model.fit(
                batches,
                epochs=MAX_EPOCHS,  # the control says when it ends
                validation_data=validation,
                callbacks=[rate, reporter, *watch.callbacks, control],
                shuffle=False,  # the batches are shuffled already
                verbose=0,
            )
        except StopNow:
            reporter.close_epoch()
            return False, STOPPED
    if control.ended_early or progress.is_complete:
        return True, control.ended_early or "Finished."
    return False, STOPPED


def _make_batches(
    config: RunConfig, dataset: "Dataset", first_epoch: float, model: Any
) -> tuple[Any, Any]:
    """Batches to train on and to validate with."""
    from cnnlib.backend import pipeline, training

    classes = len(dataset.class_names) if training.needs_shares(config) else None
    seed = training.start_seed(config, first_epoch)
    parts = training.count_replicas(model)
    batches = pipeline.make_training_batches(
        dataset.train,
        config.batch_size,
        seed,
        _make_augmenter(config, len(dataset.class_names), seed),
        classes=classes,
        smoothing=config.label_smoothing,
        parts=parts,
    )
    spec = config.make_spec(dataset.image_shape, len(dataset.class_names))
    size = training.choose_validation_batch(spec, config.batch_size)
    validation = pipeline.make_validation_batches(dataset.test, size, classes, parts=parts)
    return batches, validation


def _make_augmenter(config: RunConfig, classes: int, seed: int) -> "Augmenter | None":
    from cnnlib.backend.augmentation import Augmenter

    if not config.augmentation:
        return None
    return Augmenter(parse_augmentations(config.augmentation), classes, seed)

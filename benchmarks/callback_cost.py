"""What live reporting and watching cost a training, as shares of its images a second.

Four sides in turn, round after round: the bare `fit`; with the run's callbacks, the watch off; with
the default watch; with everything watched. What is told is each round's ratio to the bare fit, by
the clock, which others on the machine disturb, and by processor time of all threads, which they
hardly do. What is done once an epoch (dead units, histograms) counts, saving checkpoints does not.

Bounds: at most 1 % with the watch off, at most 3 % with the default one.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.sides import temporary_home
from cnnlib.arch import zoo
from cnnlib.data import Split
from cnnlib.runs.config import DEFAULT_WATCH, RunConfig
from cnnlib.runs.files import run_folder
from cnnlib.runs.sink import StoreSink
from cnnlib.runs.store import RunStore

BATCH, NOTES_IMAGES, NOTES_EPOCHS = 32, 50_000, 5
IMAGES = {"lenet5": 50_000, "baseline": 12_500}  # an epoch here: some seconds
ROUNDS = 5
SIDES = {
    "watch off": "",
    "default watch": DEFAULT_WATCH,
    "everything": "gradients,dead,machine,weights,activations",
}


def main() -> None:
    from cnnlib.backend.training import set_threads

    set_threads(1)  # as a run of these networks has it
    rng = np.random.default_rng(0)
    for network, images in IMAGES.items():
        split = Split(
            rng.integers(0, 256, (images, 32, 32, 3), dtype=np.uint8), rng.integers(0, 10, images)
        )
        with temporary_home():
            compare_one(network, split)


def compare_one(network: str, split: Split) -> None:
    """Print what each side makes of the bare fit's images a second."""
    sides = {"bare": _make_bare(network, split)}
    sides |= {name: _make_watched(network, split, watch) for name, watch in SIDES.items()}
    for fit in sides.values():
        fit()  # compiles
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for number in range(ROUNDS):
        names = list(sides)[number % len(sides) :] + list(sides)[: number % len(sides)]
        for name in names:  # nobody is always first
            clock, processor = time.perf_counter(), time.process_time()
            sides[name]()
            taken[name].append((time.perf_counter() - clock, time.process_time() - processor))
    speed = len(split) / statistics.median(clock for clock, _ in taken["bare"])
    print(f"{network}: {len(split):,} images an epoch, bare {speed:,.0f} images/s")
    for name in SIDES:
        for place, measure in enumerate(("processor", "clock")):
            ratios = [
                bare[place] / watched[place]
                for bare, watched in zip(taken["bare"], taken[name], strict=True)
            ]
            print(
                f"  {name:14} {measure:10} images/s {statistics.median(ratios):6.3f} of bare"
                f"  ({min(ratios):.3f} to {max(ratios):.3f}, {ROUNDS} rounds)",
                flush=True,
            )


def _make_bare(network: str, split: Split) -> Callable[[], None]:
    from cnnlib.backend import pipeline

    model = _make_model(network, RunConfig(network=network), split)
    batches = pipeline.make_training_batches(split, BATCH, 0)
    return lambda: model.fit(batches, verbose=0, shuffle=False)


def _make_watched(network: str, split: Split, watch: str) -> Callable[[], None]:
    """One epoch as `cnnlib.backend.worker` trains it, but that no checkpoint is saved."""
    from cnnlib.backend import pipeline
    from cnnlib.backend.callback import RunCallback
    from cnnlib.backend.controls import ControlCallback
    from cnnlib.backend.progress import Progress
    from cnnlib.backend.rates import RateCallback
    from cnnlib.backend.watching import PROBE_IMAGES, make_watchers

    store = RunStore()
    config = RunConfig(network=network, watch=watch)
    run = store.create(config, status="starting")
    model = _make_model(network, config, split)
    batches = pipeline.make_training_batches(split, BATCH, 0)
    probed = PROBE_IMAGES * len(split) // NOTES_IMAGES  # the share of an epoch that a run probes
    probe = Split(split.images[:probed], split.labels[:probed])

    def fit() -> None:
        progress = Progress(_make_plan(split))
        rate = RateCallback(
            config.rate_schedule, base=0.001, epochs=NOTES_EPOCHS, steps=progress.plan.steps
        )
        # From the second round on the gradient's norm is still reckoned, into the first's variable.
        with (
            StoreSink(store, run.id, progress.describe) as sink,
            make_watchers(config, model, probe, sink, progress, run_folder(run.id)) as watchers,
        ):
            gauges = {"learning_rate": rate.read, **watchers.gauges}
            reporter = RunCallback(run.id, progress, sink, gauges)
            reporter.on_epoch_end = lambda *_, **__: None  # it saves
            control = ControlCallback(run.id, config, store, sink, progress, reporter, rate)
            callbacks = [rate, reporter, *watchers.callbacks, control]
            model.fit(batches, verbose=0, shuffle=False, callbacks=callbacks)

    return fit


def _make_model(network: str, config: RunConfig, split: Split) -> Any:
    from cnnlib.backend.training import prepare_model
    from cnnlib.runs.records import Run

    stride = _make_plan(split).stride
    return prepare_model(zoo.get(network), Run("none", config, "starting"), stride)


def _make_plan(split: Split) -> Any:
    """With as many points an image as the notes' run has."""
    from cnnlib.backend.progress import Plan

    epochs = NOTES_EPOCHS * NOTES_IMAGES // len(split)
    return Plan(first_epoch=0, epochs=epochs, images=len(split), batch_size=BATCH)

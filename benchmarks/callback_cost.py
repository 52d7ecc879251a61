"""What live reporting costs: the same `fit` with the run's callback and sink, and without.

Time on the clock, which others on the machine disturb, and processor time, which they hardly do.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks.sides import compare, temporary_home
from cnnlib.arch import zoo
from cnnlib.data import Split
from cnnlib.runs.config import RunConfig
from cnnlib.runs.sink import StoreSink
from cnnlib.runs.store import RunStore

IMAGES, BATCH, ROUNDS = 20_000, 32, 9


def main() -> None:
    from cnnlib.backend.training import set_threads

    set_threads(1)  # as a run of these networks has it
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (IMAGES, 32, 32, 3), dtype=np.uint8)
    split = Split(images, rng.integers(0, 10, IMAGES))
    with temporary_home():
        for network in ("lenet5", "baseline"):
            print(network)
            compare_one(network, split)


def compare_one(network: str, split: Split) -> None:
    from cnnlib.backend import pipeline
    from cnnlib.backend.callback import Plan, Progress, RunCallback
    from cnnlib.backend.training import prepare_model

    store = RunStore()
    run = store.create(RunConfig(network=network), status="starting")
    notes = Plan(first_epoch=0, epochs=5, images=50_000, batch_size=BATCH)
    plan = Plan(first_epoch=0, epochs=1, images=IMAGES, batch_size=BATCH)
    model = prepare_model(zoo.get(network), run, notes.stride)
    batches = pipeline.make_training_batches(split, BATCH, 0)

    def fit(clock: Callable[[], float], callbacks: Sequence[Any] = ()) -> float:
        began = clock()
        model.fit(batches, verbose=0, shuffle=False, callbacks=list(callbacks))
        return clock() - began

    def fit_reporting(clock: Callable[[], float]) -> float:
        progress = Progress(plan)
        with StoreSink(store, run.id, progress.describe) as sink:
            callback = RunCallback(run.id, progress, sink)
            callback.on_epoch_end = lambda *_: None  # saving checkpoints is another question
            return fit(clock, [callback])

    fit(time.perf_counter)
    for name, clock in (("clock", time.perf_counter), ("processor", time.process_time)):
        compare(
            (f"with live reporting, {name}", partial(fit_reporting, clock)),
            (f"the bare fit, {name}", partial(fit, clock)),
            rounds=ROUNDS,
            unit="s",
        )

"""What live reporting and watching cost a training, as shares of its images a second.

One model trains in slices of half a second, as `fit` does it, each slice with other callbacks:
none; a run's own with the watch off; with the default watch; and none once more, which shows how
well this machine can be measured. All share the weights, the data and, but for the gradient's norm,
the compiled step, so that nothing else differs. Each round's slices come in another order, and what
counts is each slice's ratio to its round's bare one, by the clock, which others on the machine
disturb, and by processor time of all threads, which they hardly do. The median of many ratios comes
with its 95 % interval: a bound is shown to hold where the whole interval is on its side.

What is done once an epoch (dead units, histograms) is timed by itself and told as a share of an
epoch's time. Saving checkpoints does not count.

Bounds: at most 1 % with the watch off, at most 3 % with the default one, epochs' ends with it.
"""

import random
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.sides import find_median, temporary_home
from cnnlib.arch import zoo
from cnnlib.data import Split
from cnnlib.runs.config import DEFAULT_WATCH, RunConfig
from cnnlib.runs.files import run_folder
from cnnlib.runs.records import Run
from cnnlib.runs.sink import FLUSH_SECONDS, StoreSink
from cnnlib.runs.store import RunStore

BATCH, EPOCH_IMAGES, PROBE_IMAGES, EPOCHS = 32, 50_000, 10_000, 5  # as with CIFAR-10
KEPT_IMAGES = 6_400  # of them in memory, again and again
NETWORKS = ("lenet5", "baseline")
ROUNDS = 60
EPOCH_ENDS = 10
BARE, AGAIN, OFF, DEFAULT = "bare", "bare again", "watch off", "default watch"
EVERYTHING = "gradients,dead,machine,weights,activations"
EPOCH_WATCHES = {"watch off": "", "default watch": DEFAULT_WATCH, "everything": EVERYTHING}
Taken = tuple[float, float]  # seconds by the clock, of processor time


def main() -> None:
    from cnnlib.backend.training import set_threads

    set_threads(1)  # as a run of these networks has it
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (PROBE_IMAGES, 32, 32, 3), dtype=np.uint8)
    split = Split(images, rng.integers(0, 10, PROBE_IMAGES))
    for network in NETWORKS:
        with temporary_home():
            compare_one(network, split)


def compare_one(network: str, split: Split) -> None:
    """Print what each side makes of the bare training's images a second."""
    training = Training(network, split)
    sides = {BARE: training.make_bare(), AGAIN: training.make_bare()}
    sides |= {OFF: training.make_run(""), DEFAULT: training.make_run(DEFAULT_WATCH)}
    for side in sides.values():
        side.train(20)  # compiles, and lets the pipeline find its pace
    # By processor time: a busy machine must not make the slices small beside what ends them.
    executions = max(1, round(20 * FLUSH_SECONDS / measure(lambda: sides[BARE].train(20))[1]))
    taken: dict[str, list[Taken]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name in random.sample(list(sides), len(sides)):
            taken[name].append(measure(lambda: sides[name].train(executions)))  # noqa: B023
    clock, processor = (statistics.median(slices) for slices in zip(*taken[BARE], strict=True))
    images = executions * training.stride * BATCH
    print(f"{network}: bare {images / clock:,.0f} images/s, {ROUNDS} rounds of {images:,} images")
    for name in (AGAIN, OFF, DEFAULT):
        for place, by in enumerate(("clock", "processor")):
            pairs = zip(taken[BARE], taken[name], strict=True)
            median, low, high = find_median([bare[place] / side[place] for bare, side in pairs])
            text = f"{median:.4f} of bare  (95 %: {low:.4f} to {high:.4f})"
            print(f"  {name:14} by {by:9} images/s {text}", flush=True)
    for name, watch in EPOCH_WATCHES.items():
        seconds = training.time_epoch_ends(watch)
        share = seconds / (processor * EPOCH_IMAGES / images)
        text = f"{1000 * seconds:.1f} ms of processor time, {share:.2%} of an epoch's"
        print(f"  {name:14} an epoch's end: {text}", flush=True)


class Training:
    """A model that trains on endless batches, and what trains it.

    Attributes:
        stride: steps an execution, as in a run of the network.
    """

    def __init__(self, network: str, split: Split) -> None:
        from cnnlib.backend import pipeline
        from cnnlib.backend.progress import Plan
        from cnnlib.backend.training import prepare_model

        self.config = RunConfig(network=network)
        self.plan = Plan(first_epoch=0, epochs=EPOCHS, images=EPOCH_IMAGES, batch_size=BATCH)
        run = Run("none", self.config, "starting")
        self.model = prepare_model(zoo.get(network), run, self.plan.stride)
        self.stride = self.model.steps_per_execution
        kept = Split(split.images[:KEPT_IMAGES], split.labels[:KEPT_IMAGES])
        self.batches = iter(pipeline.make_training_batches(kept, BATCH, 0).repeat())
        self.probe = split
        self._plain = self._compile()

    def make_bare(self) -> "Side":
        return Side(self, self._plain, [])

    def make_run(self, watch: str) -> "Side":
        """With all that `cnnlib.backend.worker` gives to `fit`."""
        reporter, rate, watchers, control, sink = self._make_callbacks(watch)
        step = self._plain
        if watchers.gradients is not None:
            step = self._compile()
            watchers.gradients.unhook()

        def look() -> None:
            sink._try_to_flush()  # a run's thread does it as often
            if watchers.machine is not None:
                watchers.machine._report()  # and this, every two seconds

        return Side(self, step, [rate, reporter, *watchers.callbacks, control], look)

    def _compile(self) -> Callable[[Any], Any]:
        """An execution of steps as the model and its optimizer are now, hooks and all."""
        self.model.make_train_function(force=True)
        step: Callable[[Any], Any] = self.model.train_function
        step(self.batches)  # only now is it traced
        return step

    def time_epoch_ends(self, watch: str) -> float:
        """The median seconds of processor time that an epoch's end takes without saving."""
        reporter, _, watchers, control, sink = self._make_callbacks(watch)
        if watchers.gradients is not None:
            watchers.gradients.unhook()
        reporter._save_last = lambda checkpoint: None
        reporter._copy_last_to_best = lambda checkpoint: None
        logs = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5}

        def end() -> None:
            for callback in (reporter, *watchers.callbacks, control):
                callback.on_epoch_end(0, logs)
            sink._try_to_flush()

        end()
        return statistics.median(measure(end)[1] for _ in range(EPOCH_ENDS))

    def _make_callbacks(self, watch: str) -> Any:
        from cnnlib.backend.callback import RunCallback
        from cnnlib.backend.controls import ControlCallback
        from cnnlib.backend.progress import Progress
        from cnnlib.backend.rates import RateCallback
        from cnnlib.backend.watching import make_watchers

        store = RunStore()
        config = RunConfig(network=self.config.network, watch=watch)
        run = store.create(config, status="starting")
        progress = Progress(self.plan)
        sink = StoreSink(store, run.id, progress.describe)
        rate = RateCallback(
            config.rate_schedule, base=config.learning_rate, epochs=EPOCHS, steps=self.plan.steps
        )
        watchers = make_watchers(config, self.model, self.probe, sink, progress, run_folder(run.id))
        gauges = {"learning_rate": rate.read, **watchers.gauges}
        reporter = RunCallback(run.id, progress, sink, gauges)
        control = ControlCallback(run.id, config, store, sink, progress, reporter, rate)
        return reporter, rate, watchers, control, sink


class Side:
    """One way to train the model: a compiled step, and callbacks as `fit` calls them."""

    def __init__(
        self,
        training: Training,
        step: Any,
        callbacks: list[Any],
        look: Callable[[], None] | None = None,
    ) -> None:
        import keras

        self._training = training
        self._run_step = step
        self._look = look
        self._callbacks = keras.callbacks.CallbackList(
            callbacks, add_history=True, model=training.model, epochs=EPOCHS
        )
        self._callbacks.on_train_begin()
        self._begun = training.plan.steps  # of the epoch; the next slice begins one

    def train(self, executions: int) -> None:
        """Some executions of several steps each; news go to the store at their end."""
        stride, steps = self._training.stride, self._training.plan.steps
        if self._begun + executions * stride >= steps:
            self._training.model.reset_metrics()
            self._callbacks.on_epoch_begin(0)
            self._begun = 0
        for first in range(self._begun, self._begun + executions * stride, stride):
            self._callbacks.on_train_batch_begin(first)
            logs = self._run_step(self._training.batches)
            self._callbacks.on_train_batch_end(first + stride - 1, logs)
        self._begun += executions * stride
        if self._look is not None:
            self._look()


def measure(work: Callable[[], object]) -> Taken:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor

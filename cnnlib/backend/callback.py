"""The Keras callback that turns training into a stream of news for a sink.

It adds a few Python operations a step: Keras has turned the logs into numbers anyway, points are
thinned before they leave, and another thread writes them.
"""

import math
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnnlib.errors import RunError
from cnnlib.runs.files import Checkpoint, checkpoint_path, replacing, write_checkpoint_note
from cnnlib.runs.sink import StoreSink

POINTS_PER_RUN = 1_500
RATE_WINDOW = 10  # descriptions, some five seconds, over which images/s is taken


@dataclass(frozen=True)
class Plan:
    """What a run is going to do, fixed before its first step.

    Attributes:
        first_epoch: where on the epoch axis it starts: 0, or the epoch of the checkpoint.
        epochs: how many epochs it trains.
        images: training images an epoch.
        batch_size: images a step.
        best_val_loss: the best checkpoint's so far; infinite for none.
    """

    first_epoch: float
    epochs: int
    images: int
    batch_size: int
    best_val_loss: float = math.inf

    @property
    def steps(self) -> int:
        return -(-self.images // self.batch_size)

    @property
    def stride(self) -> int:
        """Steps a kept point spans, so that a run keeps about `POINTS_PER_RUN` of them."""
        return max(1, -(-self.steps * self.epochs // POINTS_PER_RUN))


class Progress:
    """Where the training stands: written by the training thread, described for the sink's."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.phase = "starting"
        self.epoch_index = 0
        self.step = 0
        self.validation_seconds = 0.0
        self._rate: float | None = None
        self._marks: deque[tuple[float, int]] = deque(maxlen=RATE_WINDOW)
        self._first: tuple[float, int] | None = None
        self._last = (0.0, 0)

    def begin_epoch(self, index: int) -> None:
        self.epoch_index, self.step, self.phase = index, 0, "training"
        self._first = None
        self._marks = deque(maxlen=RATE_WINDOW)  # a new one: the sink's thread may hold the old

    def take_step(self, step: int) -> None:
        """Note that `step` steps of the epoch are done. The epoch's first ones may include the
        time to compile, so the clock starts after them."""
        self.step = step
        self._last = (time.monotonic(), step)
        if self._first is None:
            self._first = self._last

    def end_epoch(self) -> None:
        """An epoch shorter than the time between two descriptions has its speed all the same."""
        if self._first is not None and self._last[1] > self._first[1]:
            self._rate = self._images_per_second(self._first, self._last)

    @property
    def epoch(self) -> float:
        return self.plan.first_epoch + self.epoch_index + self.step / self.plan.steps

    def describe(self) -> dict[str, Any]:
        """Plain data for the run store. Called by one thread only, about twice a second."""
        plan = self.plan
        rate = self._measure_rate()
        left = None
        if rate and self.phase != "done":
            steps_left = plan.steps * (plan.epochs - self.epoch_index) - self.step
            validations_left = plan.epochs - self.epoch_index
            left = steps_left * plan.batch_size / rate
            left += validations_left * self.validation_seconds
        return {
            "phase": self.phase,
            "epoch": self.epoch,
            "epoch_number": math.floor(plan.first_epoch) + self.epoch_index + 1,
            "first_epoch": plan.first_epoch,
            "last_epoch": plan.first_epoch + plan.epochs,
            "step": self.step,
            "steps": plan.steps,
            "images_per_second": rate,
            "seconds_left": left,
        }

    def _measure_rate(self) -> float | None:
        """Images a second over the last few seconds of training steps."""
        marks = self._marks
        if self.phase == "training" and self._first is not None:
            marks.append(self._last)
            if marks[-1][1] > marks[0][1]:
                self._rate = self._images_per_second(marks[0], marks[-1])
        return self._rate

    def _images_per_second(self, start: tuple[float, int], end: tuple[float, int]) -> float:
        return (end[1] - start[1]) * self.plan.batch_size / (end[0] - start[0])


class RunCallback(keras.callbacks.Callback):
    """Reports to a sink, stops on request, saves the best and the last model after each epoch."""

    def __init__(self, run_id: str, progress: Progress, sink: StoreSink) -> None:
        super().__init__()
        self._run_id = run_id
        self._plan = progress.plan
        self._progress = progress
        self._sink = sink
        self._best = progress.plan.best_val_loss
        self._validation_began = 0.0
        self._kept_step = 0
        self._kept_sums = {"loss": 0.0, "accuracy": 0.0}

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._progress.begin_epoch(epoch)
        self._kept_step = 0
        self._kept_sums = {"loss": 0.0, "accuracy": 0.0}

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        assert logs is not None
        # With several steps an execution, the batch index runs past the end of the epoch.
        step = min(batch + 1, self._plan.steps)
        self._progress.take_step(step)
        if not math.isfinite(logs["loss"]):
            raise self._diverged(f"the loss became {logs['loss']}")
        if step - self._kept_step >= self._plan.stride or step == self._plan.steps:
            self._keep_point(step, logs)
        if self._sink.wishes.stop:
            self.model.stop_training = True

    def _diverged(self, what: str) -> RunError:
        return RunError(
            f"The training diverged in epoch {self._progress.epoch_index + 1}, step "
            f"{self._progress.step}: {what}. Start again with a smaller learning rate; the "
            f"checkpoints of earlier epochs are kept."
        )

    def _keep_point(self, step: int, logs: dict[str, float]) -> None:
        """Report the mean over the steps since the last kept point.

        Keras' logs are means since the epoch began; sums take those of the older steps out again.
        """
        seen = min(step * self._plan.batch_size, self._plan.images)
        span = seen - self._kept_step * self._plan.batch_size
        first = self._progress.epoch_index == 0 and self._kept_step == 0
        for key, sum_before in self._kept_sums.items():
            total = logs[key] * seen
            self._sink.point(
                key, self._total_step, self._progress.epoch, (total - sum_before) / span
            )
            self._kept_sums[key] = total
        self._kept_step = step
        if first:
            self._sink.hurry()

    @property
    def _total_step(self) -> int:
        return self._progress.epoch_index * self._plan.steps + self._progress.step

    def on_test_begin(self, logs: dict[str, float] | None = None) -> None:
        self._progress.phase = "validating"
        self._validation_began = time.monotonic()

    def on_test_end(self, logs: dict[str, float] | None = None) -> None:
        self._progress.validation_seconds = time.monotonic() - self._validation_began

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        assert logs is not None
        self._progress.end_epoch()
        self._progress.phase = "saving"
        position = self._progress.epoch
        for key, value in logs.items():
            self._sink.point(f"epoch/{key}", self._total_step, position, value)
        if not all(np.isfinite(weight).all() for weight in self.model.get_weights()):
            # ReLU turns NaN into 0, so the loss may look well while the weights are lost.
            raise self._diverged("weights became NaN or infinite")
        checkpoint = Checkpoint(position, logs.get("val_loss"), logs.get("val_accuracy"))
        self._save("last", checkpoint)
        if logs.get("val_loss", math.inf) < self._best:
            self._best = logs["val_loss"]
            self._save("best", checkpoint)
        text = ", ".join(f"{key} {value:.4f}" for key, value in logs.items())
        self._sink.event("epoch", f"Epoch {position:g}: {text}.")
        if self._sink.wishes.stop:
            self.model.stop_training = True

    def _save(self, which: str, checkpoint: Checkpoint) -> None:
        path = checkpoint_path(self._run_id, which)
        save_model(self.model, path)
        write_checkpoint_note(path, checkpoint)


def save_model(model: keras.Model, path: Path) -> None:
    """Save a model with its optimizer's state; `path` is replaced as a whole or not at all."""
    with replacing(path) as temporary:
        model.save(temporary)

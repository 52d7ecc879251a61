"""What a run is going to do, and where it stands: numbers only, no Keras."""

import math
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from cnnlib.runs.files import Checkpoint

POINTS_PER_RUN = 1_500
POINTS_PER_EPOCH = 50  # at least, however many epochs there are
RATE_WINDOW = 10  # descriptions, some five seconds, over which images/s is taken


@dataclass(frozen=True)
class Plan:
    """What a run is going to do.

    Attributes:
        first_epoch: where on the epoch axis it starts: 0, or the epoch of the checkpoint.
        epochs: how many epochs it trains.
        images: training images an epoch.
        batch_size: images a step.
        best: the best checkpoint so far, None for none.
        first_step, first_seconds: the steps and the seconds of training that are behind it.
    """

    first_epoch: float
    epochs: int
    images: int
    batch_size: int
    best: Checkpoint | None = None
    first_step: int = 0
    first_seconds: float = 0.0

    @property
    def steps(self) -> int:
        return -(-self.images // self.batch_size)

    @property
    def stride(self) -> int:
        """Steps a kept point spans, so that a run keeps about `POINTS_PER_RUN` of them."""
        for_run = -(-self.steps * self.epochs // POINTS_PER_RUN)
        return max(1, min(for_run, self.steps // POINTS_PER_EPOCH))


class Clock:
    """Seconds of training: they begin with `start`, and rest between `pause` and `start`.

    It is monotonic: nobody can set it.
    """

    def __init__(self, already: float = 0.0) -> None:
        self._state: tuple[float, float | None] = (already, None)  # swapped whole, for threads

    def start(self) -> None:
        self._state = (self.seconds, time.monotonic())

    def pause(self) -> None:
        self._state = (self.seconds, None)

    @property
    def seconds(self) -> float:
        gathered, since = self._state
        return gathered if since is None else gathered + time.monotonic() - since


class Progress:
    """Where the training stands: written by the training thread, described for the sink's.

    Attributes:
        phase: "training", "validating", "saving", "paused" …, for people to read.
        epoch_index, step: epochs of this run that are done, and steps of the one that is not.
        closing_seconds: the last whole epoch's, after its steps: validating, saving and looking.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.phase = "starting"
        self.epoch_index = 0
        self.step = 0
        self.closing_seconds: float | None = None
        self.clock = Clock(plan.first_seconds)
        self._rate: float | None = None
        self._marks: deque[tuple[float, int]] = deque(maxlen=RATE_WINDOW)
        self._first: tuple[float, int] | None = None
        self._last = (0.0, 0)
        self._closing_began: float | None = None
        self._epoch_ends: tuple[float, float] | None = None  # the first one's and the last one's
        self._epochs_between = 0

    def begin_epoch(self, index: int) -> None:
        self.end_closing()
        self.epoch_index, self.step, self.phase = index, 0, "training"
        self._forget_speed()

    def take_step(self, step: int) -> None:
        """Note that `step` steps of the epoch are done. The epoch's first ones may include the
        time to compile, so the clock starts after them."""
        self.step = step
        self._last = (time.monotonic(), step)
        if self._first is None:
            self._first = self._last

    def end_epoch(self) -> None:
        """An epoch shorter than the time between two descriptions has its speed all the same."""
        self.begin_closing()  # where nothing was validated
        if self._first is not None and self._last[1] > self._first[1]:
            self._rate = self._images_per_second(self._first, self._last)

    def begin_closing(self) -> None:
        """Note that the epoch's steps are done: it validates, saves and looks now."""
        if self._closing_began is None:
            self._closing_began = self.seconds

    def end_closing(self) -> None:
        """Note that all is done that follows an epoch's steps."""
        if self._closing_began is None:
            return
        now = self.seconds
        self.closing_seconds = now - self._closing_began
        self._closing_began = None
        if self._epoch_ends is None:
            self._epoch_ends = (now, now)
        else:  # the times before the count: the sink's thread may read between
            self._epoch_ends = (self._epoch_ends[0], now)
            self._epochs_between += 1

    def pause(self) -> None:
        self.phase = "paused"
        self.clock.pause()

    def resume(self, phase: str) -> None:
        self.phase = phase
        self.clock.start()
        self._forget_speed()

    def change_epochs(self, epochs: int) -> None:
        self.plan = replace(self.plan, epochs=epochs)

    def _forget_speed(self) -> None:
        self._first = None
        self._marks = deque(maxlen=RATE_WINDOW)  # a new one: the sink's thread may hold the old

    @property
    def seconds(self) -> float:
        return self.clock.seconds

    @property
    def epoch_seconds(self) -> float | None:
        """Of a whole epoch: the mean without the first, which compiles; None before a second."""
        if self._epoch_ends is None or not self._epochs_between:
            return None
        first, last = self._epoch_ends
        return (last - first) / self._epochs_between

    @property
    def start_seconds(self) -> float | None:
        """What the first epoch took more than the others."""
        epoch, ends = self.epoch_seconds, self._epoch_ends
        if epoch is None or ends is None:
            return None
        return max(0.0, ends[0] - self.plan.first_seconds - epoch)

    @property
    def epoch(self) -> float:
        return self.plan.first_epoch + self.epoch_index + self.step / self.plan.steps

    @property
    def total_step(self) -> int:
        return self.plan.first_step + self.epoch_index * self.plan.steps + self.step

    @property
    def is_complete(self) -> bool:
        """Whether the last step of the last epoch is done."""
        return self.epoch_index + 1 >= self.plan.epochs and self.step == self.plan.steps

    def describe(self) -> dict[str, Any]:
        """Plain data for the run store. Called by one thread only, about twice a second."""
        plan = self.plan
        rate = self._measure_rate()
        left = None
        if rate and self.phase != "done":
            steps_left = plan.steps * (plan.epochs - self.epoch_index) - self.step
            left = steps_left * plan.batch_size / rate
            left += (plan.epochs - self.epoch_index) * (self.closing_seconds or 0.0)
        return {
            "phase": self.phase,
            "epoch": self.epoch,
            "epoch_number": math.floor(plan.first_epoch) + self.epoch_index + 1,
            "first_epoch": plan.first_epoch,
            "last_epoch": plan.first_epoch + plan.epochs,
            "step": self.step,
            "steps": plan.steps,
            "seconds": self.seconds,
            "images_per_second": rate,
            "seconds_left": left,
            "start_seconds": self.start_seconds,
            "epoch_seconds": self.epoch_seconds,
            "closing_seconds": self.closing_seconds,
        }

    def _measure_rate(self) -> float | None:
        """Images a second over the last few seconds of training steps."""
        marks = self._marks
        if self.phase == "training" and self._first is not None:
            marks.append(self._last)
            if marks[-1][1] > marks[0][1]:
                self._rate = self._images_per_second(marks[0], marks[-1])
        return self._rate

    def _images_per_second(self, start: tuple[float, int], end: tuple[float, int]) -> float | None:
        """The rate known so far where no time has passed: Windows' clock goes in steps of 16 ms."""
        if end[0] <= start[0]:
            return self._rate
        return (end[1] - start[1]) * self.plan.batch_size / (end[0] - start[0])

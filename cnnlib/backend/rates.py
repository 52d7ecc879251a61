"""The learning rate of a run, as its schedule has it at each execution of training steps."""

from typing import Any

import keras

from cnnlib.runs.schedules import Schedule


class RateCallback(keras.callbacks.Callback):
    """Sets the optimizer's learning rate: the base times the schedule's factor.

    Epochs count from 0 in this run, as `fit` counts them. Where nothing changes, nothing is
    assigned: a constant rate costs a few Python operations an execution.

    Attributes:
        base: what the schedule multiplies; may be set while the run trains, from any thread.
        epochs: how many there are in all; may be raised, which draws the schedule out.
    """

    def __init__(self, schedule: Schedule, *, base: float, epochs: int, steps: int) -> None:
        super().__init__()
        self.base = base
        self.epochs = epochs
        self._schedule = schedule
        self._steps = steps
        self._epoch = 0
        self._rate = base * schedule.factor(0.0, epochs)
        self._assigned: float | None = None

    def read(self) -> float:
        """The learning rate in use."""
        return self._rate

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        done = self._epoch + min(batch, self._steps) / self._steps
        self._rate = self.base * self._schedule.factor(done, self.epochs)
        if self._rate != self._assigned:
            # TensorFlow's own variable: a third of the time that Keras' setter takes.
            self.model.optimizer.learning_rate.value.assign(self._rate, read_value=False)
            self._assigned = self._rate

"""The Keras callback that turns training into a stream of news for a sink.

It adds a few Python operations a step: Keras has turned the logs into numbers anyway, points are
thinned before they leave, and another thread writes them.
"""

import math
import shutil
from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np

from cnnlib.backend.progress import Plan, Progress
from cnnlib.errors import RunError
from cnnlib.runs.files import Checkpoint, checkpoint_path, saving_checkpoint
from cnnlib.runs.records import format_epoch
from cnnlib.runs.sink import StoreSink

__all__ = ["Plan", "Progress", "RunCallback"]

Logs = dict[str, float]


class RunCallback(keras.callbacks.Callback):
    """Reports to a sink; saves the best and the last model after each epoch.

    Args:
        gauges: curves by their keys, read and reported with each kept point.

    Attributes:
        best: the best checkpoint so far, None for none.
    """

    def __init__(
        self,
        run_id: str,
        progress: Progress,
        sink: StoreSink,
        gauges: Mapping[str, Callable[[], float]] | None = None,
    ) -> None:
        super().__init__()
        self.best = progress.plan.best
        self._run_id = run_id
        self._progress = progress
        self._sink = sink
        self._gauges = dict(gauges or {})
        self._steps = progress.plan.steps
        self._stride = progress.plan.stride
        self._kept_step = 0
        self._kept_sums = {"loss": 0.0, "accuracy": 0.0}
        self._open_logs: Logs | None = None  # of an epoch that has steps and has not ended

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._progress.clock.start()

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._progress.end_closing()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._progress.begin_epoch(epoch)
        self._stride = self._progress.plan.stride
        self._kept_step = 0
        self._kept_sums = {"loss": 0.0, "accuracy": 0.0}

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        assert logs is not None
        # With several steps an execution, the batch index runs past the end of the epoch.
        step = min(batch + 1, self._steps)
        self._progress.take_step(step)
        self._open_logs = logs
        if not math.isfinite(logs["loss"]):
            self._keep_point(step, logs)  # the curve shows where it broke
            raise self._diverged(f"the loss became {logs['loss']}")
        if step - self._kept_step >= self._stride or step == self._steps:
            self._keep_point(step, logs)

    def _diverged(self, what: str) -> RunError:
        progress = self._progress
        kept = progress.epoch_index > 0 or progress.plan.first_epoch > 0
        return RunError(
            f"The training diverged in epoch {progress.epoch_index + 1}, step {progress.step}: "
            f"{what}. Start again with a smaller learning rate"
            f"{'; the checkpoints of earlier epochs are kept.' if kept else '.'}"
        )

    def _keep_point(self, step: int, logs: Logs) -> None:
        """Report the mean over the steps since the last kept point.

        Keras' logs are means since the epoch began; sums take those of the older steps out again.
        """
        progress = self._progress
        seen = min(step * progress.plan.batch_size, progress.plan.images)
        span = seen - self._kept_step * progress.plan.batch_size
        place = progress.total_step, progress.epoch
        seconds = progress.seconds
        first = progress.epoch_index == 0 and self._kept_step == 0
        for key, sum_before in self._kept_sums.items():
            total = logs[key] * seen
            self._sink.point(key, *place, (total - sum_before) / span, seconds)
            self._kept_sums[key] = total
        for key, read in self._gauges.items():
            self._sink.point(key, *place, read(), seconds)
        self._kept_step = step
        if first:
            self._sink.hurry()

    def on_test_begin(self, logs: Logs | None = None) -> None:
        self._progress.begin_closing()
        self._progress.phase = "validating"

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        assert logs is not None
        progress = self._progress
        progress.end_epoch()
        progress.phase = "saving"
        seconds = progress.seconds
        for key, value in logs.items():
            self._sink.point(f"epoch/{key}", progress.total_step, progress.epoch, value, seconds)
        checkpoint = Checkpoint(progress.epoch, logs.get("val_loss"), logs.get("val_accuracy"))
        self._save_last(checkpoint)
        if logs.get("val_loss", math.inf) < _val_loss_of(self.best):
            self.best = checkpoint
            self._copy_last_to_best(checkpoint)
        self._sink.set_result(self._describe_result(logs, seconds))
        text = ", ".join(f"{key} {value:.4f}" for key, value in logs.items())
        self._sink.event("epoch", f"Epoch {format_epoch(progress.epoch)}: {text}.")
        self._open_logs = None

    def close_epoch(self) -> None:
        """End an epoch that `fit` was thrown out of, with what is known of it."""
        if self._open_logs is not None:
            self.on_epoch_end(self._progress.epoch_index, self._open_logs)

    def save_in_place(self) -> None:
        """Save the model as it is, in the middle of an epoch, without figures of validation."""
        self._save_last(Checkpoint(self._progress.epoch, None, None))

    def _save_last(self, checkpoint: Checkpoint) -> None:
        if not all(np.isfinite(weight).all() for weight in self.model.get_weights()):
            # ReLU turns NaN into 0, so the loss may look well while the weights are lost.
            raise self._diverged("weights became NaN or infinite")
        self._sink.hurry()  # who continues from it finds the curves up to it
        with saving_checkpoint(self._run_id, "last", checkpoint) as temporary:
            self.model.save(temporary)

    def _copy_last_to_best(self, checkpoint: Checkpoint) -> None:
        """A copy, not a link: when one of the two files is damaged there is the other."""
        with saving_checkpoint(self._run_id, "best", checkpoint) as temporary:
            shutil.copyfile(checkpoint_path(self._run_id, "last"), temporary)

    def _describe_result(self, logs: Logs, seconds: float) -> dict[str, Any]:
        """See `Run.result`."""
        best = self.best
        figures: dict[str, float | None] = {
            "best_epoch": best.epoch if best else None,
            "best_val_loss": best.val_loss if best else None,
            "best_val_accuracy": best.val_accuracy if best else None,
            "epoch": self._progress.epoch,
            "train_seconds": seconds,
        }
        for key in ("loss", "accuracy", "val_loss", "val_accuracy"):
            figures[key] = logs.get(key)
        return {
            key: None if value is None or not math.isfinite(value) else float(value)
            for key, value in figures.items()
        }


def _val_loss_of(checkpoint: Checkpoint | None) -> float:
    if checkpoint is None or checkpoint.val_loss is None:
        return math.inf
    return checkpoint.val_loss

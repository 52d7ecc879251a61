"""The Keras callback that does what people want of a run while it trains, and decides its end."""

import sqlite3
import time
from contextlib import suppress

import keras

from cnnlib.backend.callback import Logs, RunCallback
from cnnlib.backend.endings import DeleteNow, StopNow, is_full_disk
from cnnlib.backend.progress import Progress
from cnnlib.backend.rates import RateCallback
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import run_folder
from cnnlib.runs.records import Wishes, format_epoch
from cnnlib.runs.sink import StoreSink
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.queueing import Limits

VALIDATION_SECONDS = 3.0  # after a stop, a validation may take so long
POLL_SECONDS = 0.2


class ControlCallback(keras.callbacks.Callback):
    """Obeys wishes after each execution; ends the run after its last epoch, or early.

    `fit` is given more epochs than there will be: how many there are may change meanwhile. Stands
    after `reporter` in the list of callbacks, so that an epoch is saved when it decides.

    Attributes:
        ended_early: why, when the run stopped for want of progress; "" otherwise.
    """

    def __init__(
        self,
        run_id: str,
        config: RunConfig,
        store: RunStore,
        sink: StoreSink,
        progress: Progress,
        reporter: RunCallback,
        rate: RateCallback,
    ) -> None:
        super().__init__()
        self.ended_early = ""
        self._run_id = run_id
        self._patience = config.patience
        self._store = store
        self._sink = sink
        self._progress = progress
        self._reporter = reporter
        self._rate = rate
        self._seen: Wishes | None = None
        self._stop_seen = 0.0
        self._epochs_without_better = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        if self._sink.wishes.stop:
            self._obey(self._sink.wishes)
            raise StopNow

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        wishes = self._sink.wishes
        if wishes is not self._seen:  # a new object twice a second; most batches see the old one
            self._obey(wishes)

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self.on_train_batch_end(batch)
        if self._stop_seen and time.monotonic() - self._stop_seen > VALIDATION_SECONDS:
            raise StopNow

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._sink.read_wishes()  # at the last moment the very latest counts
        self._obey(self._sink.wishes)
        self._consider_early_end()
        if self._progress.is_complete or self.ended_early:
            self.model.stop_training = True

    def _obey(self, wishes: Wishes) -> None:
        self._seen = wishes
        if wishes.delete:
            raise DeleteNow
        if wishes.stop:
            self._stop_seen = self._stop_seen or time.monotonic()
            self.model.stop_training = True
            return
        if wishes.learning_rate is not None and wishes.learning_rate != self._rate.base:
            self._sink.event(
                "learning_rate",
                f"Learning rate changed from {self._rate.base:g} to {wishes.learning_rate:g} "
                f"at epoch {format_epoch(self._progress.epoch)}.",
            )
            self._rate.base = wishes.learning_rate
        if wishes.epochs is not None:
            self._change_epochs(wishes.epochs)
        if wishes.pause and not self._progress.is_complete:
            self._rest()

    def _change_epochs(self, wanted: int) -> None:
        """The epoch that has begun is always finished."""
        epochs = max(wanted, self._progress.epoch_index + 1)
        before = self._progress.plan.epochs
        if epochs == before:
            return
        self._progress.change_epochs(epochs)
        self._rate.epochs = epochs
        last = self._progress.plan.first_epoch + epochs
        self._sink.event(
            "epochs",
            f"It trains {epochs} epochs now instead of {before}: up to epoch {format_epoch(last)}.",
        )

    def _consider_early_end(self) -> None:
        progress, best = self._progress, self._reporter.best
        if not self._patience or progress.step < progress.plan.steps:
            return
        better = best is not None and best.epoch == progress.epoch
        self._epochs_without_better = 0 if better else self._epochs_without_better + 1
        if self._epochs_without_better < self._patience or progress.is_complete:
            return
        count = "an epoch" if self._patience == 1 else f"{self._patience} epochs"
        epoch = format_epoch(progress.epoch)
        self.ended_early = (
            f"Stopped early after epoch {epoch}: no lower validation loss for {count}."
        )
        self._sink.event("early", self.ended_early)

    # -- resting -----------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Give up the slot until the pause is taken back and a slot is free; the process stays.

        Raises:
            StopNow, DeleteNow: that is wished meanwhile. What was learned is saved already.
        """
        phase = self._progress.phase
        self._progress.pause()
        self._save()
        if self._wait_for_resumption():
            self._sink.event("resumed", f"Resumed at epoch {format_epoch(self._progress.epoch)}.")
        self._progress.resume(phase)

    def _save(self) -> None:
        epoch = format_epoch(self._progress.epoch)
        try:
            self._reporter.save_in_place()
            text = f"Paused at epoch {epoch}; what it learned is saved."
        except Exception as error:
            if not is_full_disk(error, run_folder(self._run_id)):
                raise
            text = f"Paused at epoch {epoch}; the disk is full, so it is not saved."
        self._sink.event("paused", text)

    def _wait_for_resumption(self) -> bool:
        """Whether the store knew of the pause before it was over."""
        resting = False
        while True:
            wishes = self._sink.wishes
            if wishes.delete:
                raise DeleteNow
            if wishes.stop:
                raise StopNow
            with suppress(sqlite3.Error):  # a locked store: try again
                if not resting and not wishes.pause:
                    return False
                if not resting:
                    self._store.set_paused(self._run_id)
                    resting = True
                elif not wishes.pause and self._store.queue.try_resume(
                    self._run_id, Limits.from_settings()
                ):
                    return True
            time.sleep(POLL_SECONDS)

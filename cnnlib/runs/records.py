"""What the run store holds, as frozen plain data: runs, the points of their curves, events."""

from dataclasses import dataclass, replace
from typing import Any

from cnnlib.runs.augmentation import describe_augmentations
from cnnlib.runs.config import RunConfig

ACTIVE = ("starting", "running")
ENDED = ("finished", "stopped", "failed")


@dataclass(frozen=True)
class Point:
    """One value of a curve: `key` is "loss", "accuracy", …, or "epoch/…" once an epoch."""

    key: str
    step: int
    epoch: float
    value: float | None


@dataclass(frozen=True)
class Event:
    time: float
    kind: str
    text: str


@dataclass(frozen=True)
class Run:
    """A row of the store. Times are seconds since 1970; `progress` is what the worker last said."""

    id: str
    config: RunConfig
    status: str
    message: str | None = None
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    heartbeat: float | None = None
    progress: dict[str, Any] | None = None
    stop_requested: bool = False

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    def describe_settings(self) -> str:
        """One line: how much is trained on, for how long, and how."""
        config = self.config
        amount = "All images" if config.limit is None else f"{config.limit:,} images"
        epochs = "1 epoch" if config.epochs == 1 else f"{config.epochs} epochs"
        text = (
            f"{amount}, {epochs}, batch {config.batch_size}, {config.optimizer} "
            f"{config.learning_rate:g}, seed {config.seed}"
        )
        if config.augmentation:
            text += f"; augmented: {describe_augmentations(config.augmentation)}"
        return text

    def continued(self, *, epochs: int, checkpoint: str) -> RunConfig:
        """The settings of a run that goes on from this one's checkpoint."""
        return replace(self.config, epochs=epochs, continue_from=self.id, checkpoint=checkpoint)

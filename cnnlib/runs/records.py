"""What the run store holds, as frozen plain data: runs, wishes, points of curves, events."""

from dataclasses import dataclass, field, replace
from typing import Any

from cnnlib.runs.augmentation import describe_augmentations
from cnnlib.runs.config import OPTIMIZER_TITLES, RunConfig

TRAINING = ("starting", "running")  # what takes one of the machine's slots
ACTIVE = (*TRAINING, "paused")  # what has a process
ENDED = ("finished", "stopped", "failed")


def format_epoch(epoch: float) -> str:
    """A place on the epoch axis as people read it: 0.016, 2.5, 1234."""
    return f"{epoch:.3g}" if epoch < 100 else f"{round(epoch, 1):g}"


@dataclass(frozen=True)
class Point:
    """One value of a curve: `key` is "loss", "accuracy", …, or "epoch/…" once an epoch.

    `seconds` are those of training since the run began, pauses left out.
    """

    key: str
    step: int
    epoch: float
    value: float | None
    seconds: float = 0.0


@dataclass(frozen=True)
class Event:
    time: float
    kind: str
    text: str


@dataclass(frozen=True)
class Histogram:
    """How the values of a layer spread at an epoch: `counts` in equal bins from `low` to `high`.

    kind: "weights" or "activations".
    """

    kind: str
    layer: str
    epoch: float
    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Wishes:
    """What people want of a run that waits or trains; its worker reads them twice a second.

    learning_rate: the base of its schedule from now on. epochs: how many this run trains in all.
    stop_asked: when a stop was asked for, seconds since 1970.
    """

    stop: bool = False
    pause: bool = False
    delete: bool = False
    learning_rate: float | None = None
    epochs: int | None = None
    stop_asked: float | None = None


@dataclass(frozen=True)
class Run:
    """A row of the store. Times are seconds since 1970; `progress` is what the worker last said.

    Attributes:
        owner: whose it is, an id of `people`; "" for a run that everybody may control.
        name: what its owner calls it; "" for none. tags, note: likewise theirs.
        sweep: the sweep that it belongs to, or None.
        place: runs wait in the order of their places.
        facts: what its worker found before it trained: params, macs, train_images, versions …
        result: the best epoch so far: best_epoch, best_val_loss, best_val_accuracy.
    """

    id: str
    config: RunConfig
    status: str
    message: str | None = None
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    heartbeat: float | None = None
    progress: dict[str, Any] | None = None
    owner: str = ""
    name: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    sweep: str | None = None
    place: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    wishes: Wishes = Wishes()

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    @property
    def title(self) -> str:
        """Its name, or else its network's; as people gave it, so escape it."""
        return self.name or self.config.title

    def describe_settings(self) -> str:
        """One line: how much is trained on, for how long, and how."""
        config = self.config
        amount = "All images" if config.limit is None else f"{config.limit:,} images"
        epochs = "1 epoch" if config.epochs == 1 else f"{config.epochs} epochs"
        text = (
            f"{amount}, {epochs}, batch {config.batch_size}, "
            f"{OPTIMIZER_TITLES[config.optimizer]}, rate {config.learning_rate:g}, "
            f"seed {config.seed}"
        )
        if config.augmentation:
            text += f"; augmented: {describe_augmentations(config.augmentation)}"
        if recipe := config.describe_recipe():
            text += f"; {recipe}"
        return text

    def continued(self, *, epochs: int, checkpoint: str) -> RunConfig:
        """The settings of a run that goes on from this one's checkpoint."""
        return replace(
            self.config,
            epochs=epochs,
            warmup=min(self.config.warmup, epochs),  # never longer than the run
            continue_from=self.id,
            checkpoint=checkpoint,
        )

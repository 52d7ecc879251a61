"""What a run reached and what it cost: from what its worker told, or else counted anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cnnlib.arch.analysis import analyze
from cnnlib.data import available
from cnnlib.errors import LabError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import read_checkpoint
from cnnlib.runs.records import Run

Sizes = Mapping[str, tuple[tuple[int, int, int], int]]


@dataclass(frozen=True)
class Measures:
    """None where something is not known, or not yet.

    Attributes:
        best_epoch, best_val_loss, best_val_accuracy: where the validation loss was lowest.
        epoch: how many epochs are done; loss, accuracy, val_loss, val_accuracy: at the last one.
            Accuracies are 0 to 1.
        params, macs: of the network; MACs for one image.
        seconds: of training, pauses left out.
        images_per_second: at its last training steps.
        machine: the name of the machine that it ran on.
    """

    best_epoch: float | None = None
    best_val_loss: float | None = None
    best_val_accuracy: float | None = None
    epoch: float | None = None
    loss: float | None = None
    accuracy: float | None = None
    val_loss: float | None = None
    val_accuracy: float | None = None
    params: int | None = None
    macs: int | None = None
    seconds: float | None = None
    images_per_second: float | None = None
    machine: str | None = None


def measure_run(run: Run, sizes: Sizes | None = None) -> Measures:
    """What is known of a run.

    Args:
        sizes: what `read_sizes` gave; a caller with many runs reads it once.
    """
    found = _read_result(run)
    params, macs = run.facts.get("params"), run.facts.get("macs")
    if params is None or macs is None:
        params, macs = _count(run.config, read_sizes() if sizes is None else sizes)
    progress = run.progress or {}
    machine = run.facts.get("machine") or {}
    return Measures(
        **{"epoch": progress.get("epoch"), **found},
        params=params,
        macs=macs,
        images_per_second=progress.get("images_per_second"),
        machine=machine.get("host"),
    )


def read_sizes() -> Sizes:
    """{data set: (an image's (H, W, C), how many classes)} of those that are here."""
    return {info.name: (info.image_shape, len(info.class_names)) for info in available()}


def _read_result(run: Run) -> dict[str, float]:
    """The worker's own words; of a run from before they were kept, its checkpoints' notes."""
    if run.result:
        known = ("best_epoch", "best_val_loss", "best_val_accuracy", "epoch", "loss", "accuracy",
                 "val_loss", "val_accuracy")  # fmt: skip
        found = {name: run.result.get(name) for name in known}
        found["seconds"] = run.result.get("train_seconds")
    else:
        best, last = read_checkpoint(run.id, "best"), read_checkpoint(run.id, "last")
        found = {
            "best_epoch": best and best.epoch,
            "best_val_loss": best and best.val_loss,
            "best_val_accuracy": best and best.val_accuracy,
            "epoch": last and last.epoch,
            "val_loss": last and last.val_loss,
            "val_accuracy": last and last.val_accuracy,
        }
    return {name: value for name, value in found.items() if value is not None}


def _count(config: RunConfig, sizes: Sizes) -> tuple[int | None, int | None]:
    if config.dataset not in sizes:
        return None, None
    try:
        return _count_network(config.network, config.spec, *sizes[config.dataset])
    except LabError:  # the data set of that name is another one now
        return None, None


@lru_cache(maxsize=512)
def _count_network(
    network: str, spec: object, shape: tuple[int, int, int], classes: int
) -> tuple[int, int]:
    """(parameters, MACs an image); a list of runs asks for the same ones again and again."""
    config = RunConfig(network=network, spec=spec)  # type: ignore[arg-type]
    summary = analyze(config.make_spec(shape, classes))
    return summary.params, summary.macs

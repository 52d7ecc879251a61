"""How fast this server's own runs have trained: what an estimate of time is based on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cnnlib.arch.analysis import analyze
from cnnlib.arch.costs import Pace
from cnnlib.errors import LabError
from cnnlib.runs.records import Run

FEWEST_IMAGES = 5_000  # trained on; a shorter run says little of a machine's speed


@dataclass(frozen=True)
class DatasetSize:
    """Of a data set: an image's (H, W, C), how many classes, training and validation images."""

    image_shape: tuple[int, int, int]
    classes: int
    images: int
    validation: int = 0

    def take(self, limit: int | None) -> tuple[int, int]:
        """(training, validation images) of a run with that limit; see `Dataset.take`."""
        if limit is None or limit >= self.images:
            return self.images, self.validation
        return limit, max(1, limit * self.validation // self.images)


@dataclass(frozen=True)
class RunPace(Pace):
    """The pace of a run."""

    run: str
    title: str


def list_paces(runs: Iterable[Run], datasets: Mapping[str, DatasetSize]) -> list[RunPace]:
    """The paces of finished runs on data sets that are still there.

    A run's speed is that of its last training steps: without the start and the validations.
    """
    paces = []
    for run in runs:
        size = datasets.get(run.config.dataset)
        if size is None or not counts(run, size):
            continue
        try:
            spec = run.config.make_spec(size.image_shape, size.classes)
            macs = analyze(spec).macs
        except LabError:  # the data set of that name is another one now
            continue
        paces.append(RunPace(macs, read_rate(run), run.id, run.config.title))
    return paces


def counts(run: Run, size: DatasetSize) -> bool:
    """Whether a run says something of the machine's speed: finished, and trained long enough."""
    images, _ = size.take(run.config.limit)
    enough = images * run.config.epochs >= FEWEST_IMAGES
    return run.status == "finished" and enough and read_rate(run) > 0


def read_rate(run: Run) -> float:
    """Images a second of a run's last training steps; 0 where it says nothing."""
    return float((run.progress or {}).get("images_per_second") or 0.0)

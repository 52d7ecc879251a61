"""How long a run will take on this machine, said before it starts.

    seconds = start + epochs · (training images · a + validation images · b + c)

a and b are seconds an image, c those of saving and looking after an epoch. Where they come from,
the surest first: runs with the very same settings, measured steps, runs of networks that are alike.
Runs tell a, and what validation and c take together; validation goes forward only, a third of a
training step's MACs (`cnnlib.arch.costs.PASSES`), so b is taken as a / 3.
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from statistics import median
from typing import Any

from cnnlib.arch.analysis import analyze
from cnnlib.arch.costs import PASSES, estimate_seconds, find_nearest
from cnnlib.arch.spec import Spec
from cnnlib.data import available
from cnnlib.runs.config import RunConfig
from cnnlib.runs.estimating.calibrations import Calibration, Step, read_calibration
from cnnlib.runs.estimating.paces import DatasetSize, RunPace, counts, list_paces, read_rate
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store

RUNS, CALIBRATION, SIMILAR = "runs", "calibration", "similar"
READY_SECONDS = 1.0  # of a warm supervisor: fork, build the network, load the data
COMPILE_SECONDS = 1.0  # of a small network
START_SECONDS = READY_SECONDS + COMPILE_SECONDS
RUNS_READ = 200
_SAME = ("network", "spec", "batch_size", "optimizer", "augmentation", "acceleration",
         "deterministic")  # fmt: skip


@dataclass(frozen=True)
class Estimate:
    """How long a run takes once it trains.

    Attributes:
        seconds: of the whole run, from its start to its end.
        epoch_seconds: of an epoch with its validation.
        source: where the speed comes from: `RUNS`, `CALIBRATION` or `SIMILAR`.
        runs: how many runs it comes from.
        leaves_out: whether the run also augments, whose time the source does not hold.
        disturbed: whether other programs were at work while the step was measured.
    """

    seconds: float
    epoch_seconds: float
    source: str
    runs: int = 0
    leaves_out: bool = False
    disturbed: bool = False

    @property
    def rough(self) -> bool:
        """Whether a new measurement would tell more."""
        return self.source == SIMILAR or self.disturbed


@dataclass(frozen=True)
class _Speed:
    """Seconds an image, of training and of validation, and where they come from.

    after: seconds that an epoch takes beside them.
    start: seconds before the second training step; large networks take long to compile.
    """

    seconds: float
    validation_seconds: float
    source: str
    runs: int = 0
    disturbed: bool = False
    after: float = 0.0
    start: float = START_SECONDS

    @classmethod
    def from_training(cls, seconds: float, source: str, runs: int) -> "_Speed":
        return cls(seconds, seconds / PASSES, source, runs)

    @classmethod
    def from_runs(cls, runs: Sequence[Run], sizes: Mapping[str, DatasetSize]) -> "_Speed":
        """The medians of what runs with the same settings have shown."""
        times = [_read_times(run, sizes[run.config.dataset]) for run in runs]
        seconds, after, start = (median(each) for each in zip(*times, strict=True))
        return cls(seconds, seconds / PASSES, RUNS, len(runs), after=after, start=start)

    @classmethod
    def from_calibration(cls, found: Calibration) -> "_Speed":
        return cls(
            found.seconds / found.batch_size,
            found.validation_seconds / found.batch_size,
            CALIBRATION,
            disturbed=found.disturbed,
            after=found.saving_seconds,
            start=READY_SECONDS + found.first_seconds + found.first_validation_seconds,
        )


def estimate_run(config: RunConfig) -> Estimate | None:
    """From what is known now, without waiting; None where nothing is.

    Raises:
        LabError: the network does not go with the data set, or there is no such data set.
    """
    return Estimator().estimate(config)


class Estimator:
    """Estimates of many runs: what they are based on is read once."""

    def __init__(self) -> None:
        self._sizes = read_sizes()
        self._runs = _read_finished()
        self._found: dict[tuple[Any, ...], _Speed | None] = {}

    def estimate(self, config: RunConfig) -> Estimate | None:
        """See `estimate_run`."""
        size = self._sizes.get(config.dataset)
        if size is None:
            return None
        spec = config.make_spec(size.image_shape, size.classes)
        key = (config.dataset, *(getattr(config, name) for name in _SAME))
        if key not in self._found:
            self._found[key] = self._find_speed(config, spec)
        found = self._found[key]
        if found is None:
            return None
        images, validated = size.take(config.limit)
        epoch = images * found.seconds + validated * found.validation_seconds + found.after
        return Estimate(
            found.start + config.epochs * epoch,
            epoch,
            found.source,
            found.runs,
            leaves_out=bool(config.augmentation) and found.source == SIMILAR,
            disturbed=found.disturbed,
        )

    def _find_speed(self, config: RunConfig, spec: Spec) -> _Speed | None:
        same = [run for run in self._runs if _is_same(run, config, self._sizes)]
        if same:
            return _Speed.from_runs(_take_longest(same), self._sizes)
        step = Step(spec, config.batch_size, config.optimizer, config.augmentation)
        if (found := read_calibration(step)) is not None:
            return _Speed.from_calibration(found)
        summary = analyze(spec)
        paces = find_nearest(summary.macs, self._paces) if summary.macs else []
        if not paces:
            return None
        return _Speed.from_training(estimate_seconds(summary, 1, paces), SIMILAR, len(paces))

    @cached_property
    def _paces(self) -> list[RunPace]:
        return list_paces(self._runs, self._sizes)


def read_sizes() -> dict[str, DatasetSize]:
    """Of the data sets that are here."""
    return {
        info.name: DatasetSize(
            info.image_shape, len(info.class_names), info.train_count, info.test_count
        )
        for info in available()
    }


def _read_finished() -> Sequence[Run]:
    """The newest finished runs that say something of this machine's speed."""
    store = open_store()
    row = store.database.connect().execute(
        "SELECT COUNT(*), MAX(ended) FROM runs WHERE status = 'finished'"
    )
    return _list_finished(store.path, *row.fetchone())


@lru_cache(maxsize=4)
def _list_finished(path: Path, count: int, newest: float | None) -> Sequence[Run]:
    """`path`, `count` and `newest` tell one content of the store from another."""
    here = platform.node()
    return [
        run
        for run in open_store().list_runs(limit=RUNS_READ)
        if run.status == "finished" and _read_host(run) in (None, here)
    ]


def _take_longest(runs: Sequence[Run]) -> Sequence[Run]:
    """At most three, the newest of those that are not much shorter than the longest one."""
    images = [run.config.epochs * (run.config.limit or 10**9) for run in runs]
    long = [run for run, count in zip(runs, images, strict=True) if 2 * count >= max(images)]
    return long[:3]


def _read_times(run: Run, size: DatasetSize) -> tuple[float, float, float]:
    """(a, c, start) of a run; see above. A short run, or one of an older lab, says less."""
    said = run.progress or {}
    images, validated = size.take(run.config.limit)
    epoch, closing = said.get("epoch_seconds"), said.get("closing_seconds") or 0.0
    a = 1 / read_rate(run) if epoch is None else max(0.0, epoch - closing) / images
    compiling = said.get("start_seconds")
    start = READY_SECONDS + (COMPILE_SECONDS if compiling is None else compiling)
    return a, max(0.0, closing - validated * a / PASSES), start


def _read_host(run: Run) -> str | None:
    """The machine that trained it; None for older runs, which say none."""
    machine = run.facts.get("machine")
    host = machine.get("host") if isinstance(machine, dict) else None
    return host if isinstance(host, str) else None


def _is_same(run: Run, config: RunConfig, sizes: Mapping[str, DatasetSize]) -> bool:
    """Whether the run took the very same steps, and long enough to tell their speed."""
    if any(getattr(run.config, name) != getattr(config, name) for name in _SAME):
        return False
    size, other = sizes[config.dataset], sizes.get(run.config.dataset)
    if other is None or (size.image_shape, size.classes) != (other.image_shape, other.classes):
        return False
    return counts(run, other)

"""What two runs that differ in their network alone tell when they are compared."""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from cnnlib.errors import LabError, RunError
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.export.formats import read_curves
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store

Pair = tuple[Run, Run]


@dataclass(frozen=True)
class Outcome:
    """Validation accuracies, in [0, 1], at the end of the last epoch that both have ended."""

    epoch: float
    first: float
    second: float

    @property
    def points(self) -> float:
        """By how many percentage points the second is ahead; below 0 where the first is."""
        return 100 * (self.second - self.first)


def start_pair(first: RunConfig, second: RunConfig, *, owner: str = "") -> tuple[str, str]:
    """Put both runs of a person into the queue; their ids.

    Raises:
        LabError: one of them cannot be started; then neither is.
    """
    started = client.submit(first, owner=owner)
    try:
        return started.id, client.submit(second, owner=owner).id
    except LabError:
        open_store().request_stop(started.id)
        raise


def read_pair(first: str, second: str) -> Pair:
    """Two runs that may be compared.

    Raises:
        RunError: there are no such runs, or they differ in more than their networks.
    """
    store = open_store()
    runs = store.get(first), store.get(second)
    configs = [run.config for run in runs]
    alike = _without_network(configs[0]) == _without_network(configs[1])
    if not alike or any(config.spec is None for config in configs):
        raise RunError(
            f"The runs {first} and {second} are no twins: twins are networks of one's own, trained "
            f"on the same images with the same seed and settings."
        )
    return runs


def read_outcome(pair: Pair) -> Outcome | None:
    """The last validation accuracies of both; None before both have ended an epoch."""
    ends = []
    for run in pair:
        epochs, values = read_curves(run.id).get("epoch/val_accuracy", (np.empty(0), np.empty(0)))
        ends.append(dict(zip(epochs.tolist(), values.tolist(), strict=True)))
    common = [epoch for epoch in ends[0] if epoch in ends[1]]
    if not common:
        return None
    return Outcome(max(common), ends[0][max(common)], ends[1][max(common)])


def read_outcomes_by_seed(pair: Pair) -> dict[int, Outcome]:
    """{seed: outcome} of these twins for every seed with which both have been trained to the end.

    Of several runs with one seed the newest counts; they ought to be alike.
    """
    newest: dict[tuple[RunConfig, int], Run] = {}
    for run in open_store().list_runs():
        if run.status == "finished" and run.config.spec is not None:
            newest.setdefault((replace(run.config, seed=0), run.config.seed), run)
    first, second = (replace(run.config, seed=0) for run in pair)
    outcomes = {}
    for seed in sorted({seed for config, seed in newest if config in (first, second)}):
        runs = newest.get((first, seed)), newest.get((second, seed))
        if runs[0] and runs[1] and (outcome := read_outcome((runs[0], runs[1]))):
            outcomes[seed] = outcome
    return outcomes


def compute_standard_error(share: float, count: int) -> float:
    """sqrt(p (1 - p) / n) of a share p in [0, 1] found in `count` independent images."""
    return sqrt(share * (1 - share) / count)


def _without_network(config: RunConfig) -> RunConfig:
    return replace(config, spec=None, network="baseline")

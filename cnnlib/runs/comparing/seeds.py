"""Runs that differ in nothing but their seed: their mean curve, and how far they spread."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Run

GRID = 300  # points of a mean of step curves
Floats = NDArray[np.float64]
Spread = Literal["range", "deviation"]


@dataclass(frozen=True)
class Band:
    """The mean of several curves; each array is (n,) float64.

    x: where, on the axis that the curves came with. mean. low, high: the band around it.
    count: of how many curves.
    """

    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    count: int


def group_by_seed(runs: Sequence[Run]) -> list[list[Run]]:
    """The runs in groups of equal settings, the seed apart, in the order of their first ones.

    What is watched, and that a run is deterministic, changes nothing of what is learned: runs that
    differ in these belong together, too.
    """
    groups: dict[RunConfig, list[Run]] = {}
    for run in runs:
        alike = replace(run.config, seed=0, watch="", deterministic=False)
        groups.setdefault(alike, []).append(run)
    return list(groups.values())


def average(curves: Sequence[tuple[Floats, Floats]], spread: Spread) -> Band:
    """The mean of curves where all of them are known.

    Curves of the same places, those of epochs say, are averaged there: at the first n places, where
    the shortest has n. Others are drawn straight between their points, and averaged at `GRID`
    places of the stretch that all have. A place where one curve has no number has no mean.

    Args:
        curves: each (x, values), x ascending; at least one curve.
        spread: "range" gives a band from the lowest to the highest curve; "deviation" one standard
            deviation (of a sample: n - 1) below and above the mean. One curve has no band.
    """
    shortest = min(len(x) for x, _ in curves)
    first = curves[0][0][:shortest]
    if all(np.array_equal(x[:shortest], first) for x, _ in curves):
        x, rows = first, [values[:shortest] for _, values in curves]
    else:
        x = _make_grid([x for x, _ in curves])
        rows = [np.interp(x, places, values) for places, values in curves]
    table = np.stack(rows)
    mean = table.mean(axis=0)
    if spread == "deviation":
        away = table.std(axis=0, ddof=1) if len(curves) > 1 else np.zeros_like(mean)
        return Band(x, mean, mean - away, mean + away, len(curves))
    return Band(x, mean, table.min(axis=0), table.max(axis=0), len(curves))


def _make_grid(places: Sequence[Floats]) -> Floats:
    """`GRID` places from where the last curve begins to where the first one ends."""
    low, high = max(x[0] for x in places), min(x[-1] for x in places)
    return np.linspace(low, high, GRID) if low <= high else np.empty(0)

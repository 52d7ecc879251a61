"""The chosen runs' curves: read from the store, thinned and smoothed, once for all browsers."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from cnnlib.figures.runs_compared import Line, make_curves_figure
from cnnlib.runs.comparing.seeds import Spread, average
from cnnlib.runs.comparing.smoothing import smooth
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.runs.store.curves import Curve
from cnnlib.runs.store.thinning import thin
from cnnlib.ui.comparing_runs import texts
from cnnlib.ui.comparing_runs.chosen import Chosen, describe_name, find_chosen
from cnnlib.ui.navigation import TRAIN

REFRESH_SECONDS = 2.0
MOST_POINTS = 6_000  # of all lines of a picture together
KEYS = {"validation": "epoch/val_{}", "training": "epoch/{}", "steps": "{}"}


def read_curve(run: Run, key: str) -> Curve:
    """One curve of a run, of no points where it has none; at most `REFRESH_SECONDS` old."""
    return _read_curve(str(open_store().path), run.id, key, _make_stamp(run))


def _make_stamp(run: Run) -> float | None:
    """What changes when there may be news of a run: for all browsers at the same moment."""
    return run.ended if run.has_ended else time.time() // REFRESH_SECONDS


@lru_cache(maxsize=128)  # a curve has up to 1.6 MB, and one that grows is read again and again
def _read_curve(store: str, run_id: str, key: str, stamp: float | None) -> Curve:
    _, found = open_store().curves.read(run_id, keys=(key,))
    curve = found.get(key) or Curve(*np.empty((4, 0)))
    for column in curve:
        column.setflags(write=False)  # all sessions share it
    return curve


@dataclass(frozen=True)
class Picture:
    """Plotly's JSON of a figure of so many lines; the names of runs that it could not draw."""

    figure: str
    lines: int
    missing: tuple[str, ...]


def draw_picture(chosen: Sequence[Chosen], *, seeds: str, **how: Any) -> Picture:
    """The curves of a metric, at most `REFRESH_SECONDS` old; drawn once for a whole class.

    Args:
        how: the other arguments of `make_lines`, and `log`: whether y is logarithmic.
    """
    state = tuple((entry.run.id, entry.run.name, _make_stamp(entry.run)) for entry in chosen)
    return _draw_picture(str(open_store().path), state, seeds, **how)


@lru_cache(maxsize=64)
def _draw_picture(
    store: str,
    state: tuple[tuple[str, str, float | None], ...],
    seeds: str,
    *,
    metric: str,
    show: str,
    axis: str,
    smoothing: int,
    log: bool,
) -> Picture:
    chosen = find_chosen([run_id for run_id, *_ in state], seeds)
    lines, missing = make_lines(
        chosen, metric=metric, show=show, axis=axis, smoothing=smoothing, seeds=seeds
    )
    figure = make_curves_figure(
        lines, metric=metric, axis=texts.AXIS_TITLES[axis], log=log, log_x=axis == "logseconds"
    )
    return Picture(str(figure.to_json()), len(lines), tuple(missing))


def make_lines(
    chosen: Sequence[Chosen], *, metric: str, show: str, axis: str, smoothing: int, seeds: str
) -> tuple[list[Line], list[str]]:
    """(a line for each look, the names of the runs without what the axis wants).

    Args:
        metric: "loss" or "accuracy". show, axis, seeds: as in `texts`.
        smoothing: points that a place of a step curve is the mean of.
    """
    lines, missing = [], []
    most = max(100, MOST_POINTS // max(1, len(chosen)))
    for look in dict.fromkeys(entry.look for entry in chosen):
        runs = [entry.run for entry in chosen if entry.look == look]
        curves: list[tuple[Run, Curve]] = []
        for run in runs:
            curve = read_curve(run, KEYS[show].format(metric))
            if axis != "epoch" and len(curve.values) and not curve.seconds.any():
                missing.append(describe_name(run))
            elif len(curve.values):
                width = smoothing if show == "steps" else 1
                curves.append((run, curve._replace(values=smooth(curve.values, width))))
        if len(curves) == 1:
            lines.append(_draw_run(look, *curves[0], axis, most))
        elif curves:
            lines.append(_draw_mean(look, curves, axis, seeds, most))
    return lines, missing


def _draw_run(look: int, run: Run, curve: Curve, axis: str, most: int) -> Line:
    x = curve.epochs if axis == "epoch" else curve.seconds
    kept = thin(curve.values, most)
    link = f"{TRAIN.address}?run={run.id}"
    return Line(look, describe_name(run), x[kept], curve.values[kept], link=link)


def _draw_mean(
    look: int, curves: list[tuple[Run, Curve]], axis: str, seeds: str, most: int
) -> Line:
    """The mean at each epoch; against seconds, where the runs came there on average.

    Means at equal seconds would compare different epochs, and there are none where one run had
    ended before another had its first point.
    """
    spread: Spread = "deviation" if seeds == "deviation" else "range"
    band = average([(curve.epochs, curve.values) for _, curve in curves], spread)
    x = band.x
    if axis != "epoch":
        when = [np.interp(band.x, curve.epochs, curve.seconds) for _, curve in curves]
        x = np.mean(when, axis=0)
    name = f"{curves[0][0].config.title}, mean of n = {band.count} runs"
    kept = thin(band.mean, most)
    return Line(look, name, x[kept], band.mean[kept], band.low[kept], band.high[kept])

"""What a sweep found: parallel coordinates, and how far seeds differ."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnlib.figures.theme import COLORS, apply_theme

Floats = NDArray[np.float64]
SCALE = ((0.0, COLORS["muted"]), (1.0, COLORS["validation"]))
"""Worst to best: the better, the less grey; a third colour between them would pass through grey."""
HEIGHT, ROW_HEIGHT, LEAST_HEIGHT = 380, 26, 170  # pixels
MOST_TICKS, MOST_DRAWN = 9, 3  # values that stand at an axis one by one
MOST_GROUPS = 30
LABEL_ANGLE = -20  # degrees
_RESULT = "best val. accuracy"
_NEARLY = 1e-5  # of a step: accuracies come as float32, 13% as 12.9999995%


@dataclass(frozen=True)
class Dimension:
    """A setting in which runs differ.

    Attributes:
        label: its name. values: each run's, numbers or words, as they go along the axis.
        log: whether one step up is several times as much; the numbers are above 0 then.
        drawn: whether the numbers were drawn from a range: round ones stand at the axis then.
    """

    label: str
    values: Sequence[float | str]
    log: bool = False
    drawn: bool = False


@dataclass(frozen=True)
class Group:
    """Runs that differ in their seed only: their name, and each one's best accuracy, 0 to 1."""

    name: str
    accuracies: Sequence[float]


def is_spread_evenly_in_log(values: Sequence[float]) -> bool:
    """Whether numbers are better drawn on a log scale: above 0, and a factor of ten apart."""
    return bool(values) and min(values) > 0 and max(values) >= 10 * min(values)


def make_parallel_figure(dimensions: Sequence[Dimension], accuracies: Sequence[float]) -> go.Figure:
    """Draw each run as a line through its settings to its accuracy at the right.

    Args:
        dimensions: at least one, with a value for each run.
        accuracies: (runs,), the best ones on validation images, 0 to 1.
    """
    reached = np.asarray(accuracies, dtype=np.float64)
    low, high = _spread(reached)
    ticks = _choose_even_ticks(low, high)
    figure = go.Figure(
        go.Parcoords(
            line={
                "color": reached,
                "colorscale": [list(stop) for stop in SCALE],
                "cmin": low,
                "cmax": high,
            },
            dimensions=[
                *(_make_axis(dimension) for dimension in dimensions),
                {
                    "label": "accuracy",
                    "values": reached,
                    **_scale_axis((low, high), ticks, [f"{100 * tick:.4g}%" for tick in ticks]),
                },
            ],
            labelangle=LABEL_ANGLE,  # they would meet where there is little room
            labelside="top",
            labelfont={"size": 13},
            tickfont={"size": 12},
        )
    )
    figure.update_layout(height=HEIGHT, margin={"l": 64, "r": 64, "t": 84, "b": 24})
    return apply_theme(figure)


def make_seeds_figure(groups: Sequence[Group]) -> go.Figure:
    """Draw every seed's accuracy, their mean, and a line from the lowest to the highest.

    The group of the highest mean is at the top; at most `MOST_GROUPS` are drawn.
    """
    best = sorted(groups, key=lambda group: float(np.mean(group.accuracies)), reverse=True)
    best = best[:MOST_GROUPS][::-1]  # Plotly counts rows from below
    names = [group.name for group in best]
    figure = go.Figure()
    for row, group in enumerate(best):
        figure.add_shape(
            type="line", x0=min(group.accuracies), x1=max(group.accuracies), y0=row, y1=row,
            line={"color": COLORS["train"], "width": 9}, opacity=0.25, layer="below",
        )  # fmt: skip
    figure.add_scatter(
        x=[value for group in best for value in group.accuracies],
        y=[row for row, group in enumerate(best) for _ in group.accuracies],
        mode="markers",
        name="a seed",
        marker={"color": COLORS["train"], "size": 7, "symbol": "circle-open"},
        hovertemplate="%{x:.1%}<extra></extra>",
    )
    figure.add_scatter(
        x=[float(np.mean(group.accuracies)) for group in best],
        y=list(range(len(best))),
        mode="markers",
        name="their mean",
        marker={"color": COLORS["validation"], "size": 10, "symbol": "diamond"},
        hovertemplate="mean %{x:.1%}<extra></extra>",
    )
    figure.update_xaxes(title_text=_RESULT, tickformat=".1~%")
    figure.update_yaxes(tickvals=list(range(len(best))), ticktext=names, zeroline=False)
    figure.update_layout(height=max(LEAST_HEIGHT, 110 + ROW_HEIGHT * len(best)))
    return apply_theme(figure)


def _make_axis(dimension: Dimension) -> dict[str, object]:
    if any(isinstance(value, str) for value in dimension.values):
        return _make_word_axis(dimension)
    values = np.asarray(dimension.values, dtype=np.float64)
    places = np.log10(values) if dimension.log else values
    kinds = np.unique(values)
    if kinds.size <= (MOST_DRAWN if dimension.drawn else MOST_TICKS):
        ticks = kinds
    elif dimension.log:
        ticks = _choose_log_ticks(kinds)
    else:
        ticks = _choose_even_ticks(float(kinds[0]), float(kinds[-1]))
    shown = np.log10(ticks) if dimension.log else ticks
    scale = _scale_axis(_spread(places), shown, [_format(value) for value in ticks])
    return {"label": dimension.label, "values": places, **scale}


def _scale_axis(ends: tuple[float, float], ticks: Floats, texts: list[str]) -> dict[str, object]:
    """An axis from end to end: Plotly draws it from its first tick to its last."""
    low, high = ends
    below, above = ticks[0] - low > 0, high - ticks[-1] > 0
    return {
        "range": [low, high],
        "tickvals": [*([low] if below else []), *ticks, *([high] if above else [])],
        "ticktext": [*([""] if below else []), *texts, *([""] if above else [])],
    }


def _make_word_axis(dimension: Dimension) -> dict[str, object]:
    words = list(dict.fromkeys(map(str, dimension.values)))
    places = [words.index(str(value)) for value in dimension.values]
    return {
        "label": dimension.label,
        "values": places,
        "range": [-0.1, max(len(words) - 1, 0) + 0.1],
        "tickvals": list(range(len(words))),
        "ticktext": words,
    }


def _choose_log_ticks(values: Floats) -> Floats:
    """1, 2 and 5 times powers of ten within the values; fewer where they span much."""
    low, high = float(values.min()), float(values.max())
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [step * 10.0**decade for decade in decades for step in steps]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if 2 <= len(ticks) <= MOST_TICKS:
            return np.array(ticks)
    return np.array([low, high])


def _choose_even_ticks(low: float, high: float) -> Floats:
    """1, 2 or 5 times a power of ten apart, two to `MOST_TICKS` of them; `low` is below `high`."""
    power = 10.0 ** np.floor(np.log10((high - low) / MOST_TICKS))
    for step in power * np.array([1, 2, 5, 10]):
        first, last = np.ceil(low / step - _NEARLY), np.floor(high / step + _NEARLY)
        if 2 <= last - first + 1 <= MOST_TICKS:
            ticks: Floats = np.clip(np.arange(first, last + 1) * step, low, high)
            return ticks
    return np.array([low, high])


def _spread(values: Floats) -> tuple[float, float]:
    """From the lowest to the highest, wider where they are one."""
    low, high = float(values.min()), float(values.max())
    if low < high:
        return low, high
    margin = abs(low) * 0.05 or 0.05
    return low - margin, high + margin


def _format(value: float) -> str:
    return str(np.format_float_positional(value, precision=6, trim="-"))

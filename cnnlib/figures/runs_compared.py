"""Runs side by side: their curves over one another, and what they reached for what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnlib.figures.letters import LETTERS, Frame, Spot, escape, letter_ends, letter_points
from cnnlib.figures.networks_compared import MARKERS
from cnnlib.figures.theme import COLORS, apply_theme

MOST = 12
_COLORS = (COLORS["train"], COLORS["validation"], COLORS["good"], COLORS["accent"], "#9a6bd0",
           COLORS["bad"])  # fmt: skip
# Colours that some people do not tell apart (blue and purple, green and red) never share a dash.
_DASHES = ("solid", "solid", "solid", "solid", "dash", "dash",
           "dot", "dot", "dot", "dot", "dashdot", "dashdot")  # fmt: skip
LOOKS = tuple((_COLORS[i % 6], dash) for i, dash in enumerate(_DASHES))
"""(colour, dash) of the first to the twelfth run."""

HEIGHT = 380
MOST_MARKED = 30  # points of a line that are drawn as such
_PIXELS = 310  # about the height of the drawing itself
_MARGIN = 0.06  # of what is drawn, above and below it
_LOW_SHARE = 1e-12  # stands for 0 on a logarithmic axis
Floats = NDArray[np.float64]
_NONE: Floats = np.empty(0)


@dataclass(frozen=True)
class Line:
    """A run's curve, or the mean of several runs'.

    Attributes:
        look: 0 to 11: a place in `LOOKS`, and the letter at its end.
        name: whose it is, as people gave it.
        x, y: (n,) each; NaN makes a gap.
        low, high: (n,) each, the band around a mean; None for none.
        link: the address of the run's page; "" for none.
    """

    look: int
    name: str
    x: Floats
    y: Floats
    low: Floats | None = None
    high: Floats | None = None
    link: str = ""


@dataclass(frozen=True)
class CostPoint:
    """A run: what it took (above 0) and what it reached (0 to 1).

    look: as in `Line`; None for a run that is not one of the chosen.
    """

    name: str
    cost: float
    accuracy: float
    look: int | None = None
    link: str = ""


def make_curves_figure(
    lines: Sequence[Line], *, metric: str, axis: str, log: bool = False, log_x: bool = False
) -> go.Figure:
    """Draw curves over one another, each with its letter at its end.

    Args:
        metric: "loss" or "accuracy" (0 to 1, drawn in percent).
        axis: what x is, "epoch" say.
        log, log_x: whether y, or x, is logarithmic.
    """
    share = metric == "accuracy"
    frame = _find_frame(lines, log, log_x)
    notes = letter_ends(_list_ends(lines, log, log_x), frame)
    layout: dict[str, Any] = {
        "xaxis": {"title": {"text": axis}, "rangemode": "normal" if log_x else "tozero"},
        "yaxis": {
            "title": {"text": metric},
            "tickformat": "~%" if share else None,
            "autorangeoptions": _choose_range(frame, log),
        },
        "height": HEIGHT,
        "hovermode": "closest",
        "showlegend": False,
        "margin": {"l": 56, "r": 28, "t": 12, "b": 44},
    }
    if log:
        layout["yaxis"] |= {"type": "log", "exponentformat": "power"}
    if log_x:  # without a form of their own, 2 and 5 would be written small, and 20 as 2
        layout["xaxis"] |= {"type": "log", "tickformat": "~g", "dtick": "D2"}
    if not notes:
        layout["xaxis"] |= {"visible": False}
        layout["yaxis"] |= {"visible": False}
        notes = [{"text": "No points yet.", "showarrow": False, "xref": "paper",
                  "yref": "paper", "x": 0.5, "y": 0.5}]  # fmt: skip
    bands = [_draw_band(line) for line in lines if line.low is not None]
    few = all(np.isfinite(line.y).sum() <= MOST_MARKED for line in lines)
    form = ".2%" if share else ".4f"
    traces = [_draw_line(line, axis, form, few) for line in lines]
    return apply_theme(go.Figure([*bands, *traces], {**layout, "annotations": notes}))


def make_scatter_figure(points: Sequence[CostPoint], *, cost: str, log: bool = True) -> go.Figure:
    """Best validation accuracy against a cost; the chosen runs have their colours and letters.

    Args:
        cost: its name, "parameters" say.
        log: whether one step right is ten times as much.
    """
    figure = go.Figure()
    others = [point for point in points if point.look is None]
    if others:
        figure.add_trace(_draw_points(others, COLORS["muted"], "circle-open", 9))
    for point in points:
        if point.look is not None:
            color, symbol = LOOKS[point.look][0], MARKERS[point.look % len(MARKERS)]
            figure.add_trace(_draw_points([point], color, symbol, 13))
    places = _scale(np.array([point.cost for point in points]), log)
    frame = _make_frame(places, np.array([point.accuracy for point in points]))
    for note in letter_points(_list_chosen(points, places), frame):
        figure.add_annotation(note)
    if log and points:
        low, high = float(places.min()), float(places.max())
        step = 1 if high - low > 1 else "D2"  # D2: 1, 2, 5, 10
        span = [low - 0.3, high + 0.3]
        figure.update_xaxes(type="log", range=span, dtick=step, tickformat="~s")
    figure.update_layout(
        xaxis_title_text=cost, yaxis_title_text="best validation accuracy",
        yaxis_tickformat="~%", yaxis_range=[frame.low, frame.high], height=HEIGHT,
        hovermode="closest", showlegend=False, margin={"l": 64, "r": 16, "t": 20, "b": 48},
    )  # fmt: skip
    return apply_theme(figure)


def _draw_line(line: Line, axis: str, form: str, few: bool) -> go.Scatter:
    color, dash = LOOKS[line.look]
    return go.Scatter(
        x=line.x,
        y=line.y,
        name=f"{LETTERS[line.look]} · {escape(line.name)}",
        mode="lines+markers" if few else "lines",
        line={"color": color, "dash": dash, "width": 2.2 if few else 1.6},
        marker={"size": 5, "color": color},
        connectgaps=False,
        hovertemplate="<b>%{fullData.name}</b><br>"
        + f"{axis} %{{x:.4~g}}: %{{y:{form}}}<extra></extra>",
    )


def _draw_band(line: Line) -> go.Scatter:
    """The area between the lowest and the highest, in the line's colour."""
    known = np.isfinite(line.low) & np.isfinite(line.high)  # type: ignore[arg-type]
    x, low, high = line.x[known], line.low[known], line.high[known]  # type: ignore[index]
    return go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        fill="toself",
        fillcolor=_fade(LOOKS[line.look][0], 0.2),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        name=f"band of {LETTERS[line.look]}",
    )


def _draw_points(points: Sequence[CostPoint], color: str, symbol: str, size: int) -> go.Scatter:
    return go.Scatter(
        x=[point.cost for point in points],
        y=[point.accuracy for point in points],
        text=[escape(point.name) for point in points],
        mode="markers",
        marker={"color": color, "symbol": symbol, "size": size},
        hovertemplate="<b>%{text}</b><br>%{y:.1%} at %{x:,.4s}<extra></extra>",
    )


def _list_chosen(points: Sequence[CostPoint], places: Floats) -> list[Spot]:
    """The chosen runs' points; `places` are where all points are drawn."""
    return [
        Spot(point.look, LOOKS[point.look][0], point.link, float(x), point.accuracy)
        for point, x in zip(points, places, strict=True)
        if point.look is not None
    ]


def _find_frame(lines: Sequence[Line], log: bool, log_x: bool) -> Frame:
    """Around all lines and their bands."""
    heights = [values for line in lines for values in (line.y, line.low, line.high)]
    known = np.concatenate([_NONE, *(values for values in heights if values is not None)])
    known = known[np.isfinite(known) & ((known > 0) | (not log))]
    widths = [line.x[line.x > 0] for line in lines]
    return _make_frame(_scale(np.concatenate([_NONE, *widths]), log_x), _scale(known, log))


def _choose_range(frame: Frame, log: bool) -> dict[str, object]:
    """Just the frame's ends; Plotly keeps a visitor's zoom only where an axis chooses by itself."""
    low, high = (10**end if log else end for end in (frame.low, frame.high))
    return {"include": [low, high], "clipmin": low, "clipmax": high}


def _make_frame(places: Floats, heights: Floats) -> Frame:
    """Around points as they are drawn, with a margin above and below."""
    (left, right), (low, high) = _stretch(places), _stretch(heights)
    margin = _MARGIN * (high - low)
    return Frame(left, right, low - margin, high + margin, _PIXELS)


def _stretch(values: Floats) -> tuple[float, float]:
    """From the lowest to the highest, wider where they are one or none."""
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    margin = 0.0 if low < high else abs(low) * 0.05 or 0.05
    return low - margin, high + margin


def _list_ends(lines: Sequence[Line], log: bool, log_x: bool) -> list[Spot]:
    """Where each line has its last point."""
    ends = []
    for line in lines:
        known = np.flatnonzero(np.isfinite(line.y) & ((line.y > 0) | (not log)))
        if known.size:
            x, y = _scale(line.x[known[-1:]], log_x), _scale(line.y[known[-1:]], log)
            ends.append(Spot(line.look, LOOKS[line.look][0], line.link, float(x[0]), float(y[0])))
    return ends


def _scale(values: Floats, log: bool) -> Floats:
    return np.log10(np.maximum(values, _LOW_SHARE)) if log else values


def _fade(color: str, alpha: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha})"

"""Runs side by side: their curves over one another, and what they reached for what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnlib.figures.networks_compared import MARKERS
from cnnlib.figures.theme import COLORS, apply_theme

MOST = 12
LETTERS = "ABCDEFGHIJKL"
_COLORS = (COLORS["train"], COLORS["validation"], COLORS["good"], COLORS["accent"], "#9a6bd0",
           COLORS["bad"])  # fmt: skip
# Colours that some people do not tell apart (blue and purple, green and red) never share a dash.
_DASHES = ("solid", "solid", "solid", "solid", "dash", "dash",
           "dot", "dot", "dot", "dot", "dashdot", "dashdot")  # fmt: skip
LOOKS = tuple((_COLORS[i % 6], dash) for i, dash in enumerate(_DASHES))
"""(colour, dash) of the first to the twelfth run."""

HEIGHT = 380
_PIXELS = 300  # about the height of the drawing itself
_LETTER_PIXELS = 14
_CROWDED = 0.06  # of the width: ends of lines nearer than this would have their letters meet
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


@dataclass(frozen=True)
class _End:
    """Where a letter belongs, as it is drawn."""

    look: int
    link: str
    x: float
    y: float


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
    ends = _list_ends(lines, log, log_x)
    drawn = [_scale(line.y[np.isfinite(line.y)], log) for line in lines]
    places = np.concatenate([_scale(line.x[line.x > 0], log_x) for line in lines] or [_NONE])
    notes = _place_letters(
        ends, np.concatenate([*drawn, _NONE]), float(np.ptp(places)) if places.size else 1.0
    )
    layout: dict[str, Any] = {
        "xaxis": {"title": {"text": axis}, "rangemode": "normal" if log_x else "tozero"},
        "yaxis": {"title": {"text": metric}, "tickformat": "~%" if share else None},
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
    traces = [_draw_line(line, axis, ".2%" if share else ".4f") for line in lines]
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
    ends = [
        _End(point.look, point.link, float(x), point.accuracy)
        for point, x in zip(points, places, strict=True)
        if point.look is not None
    ]
    heights = np.array([point.accuracy for point in points])
    for note in _place_letters(ends, heights, float(np.ptp(places)) if points else 1.0):
        figure.add_annotation(note)
    if log and points:
        low, high = float(places.min()), float(places.max())
        step = 1 if high - low > 1 else "D2"  # D2: 1, 2, 5, 10
        span = [low - 0.3, high + 0.3]
        figure.update_xaxes(type="log", range=span, dtick=step, tickformat="~s")
    figure.update_layout(
        xaxis_title_text=cost, yaxis_title_text="best validation accuracy",
        yaxis_tickformat="~%", height=HEIGHT, hovermode="closest", showlegend=False,
        margin={"l": 64, "r": 16, "t": 20, "b": 48},
    )  # fmt: skip
    return apply_theme(figure)


def _draw_line(line: Line, axis: str, form: str) -> go.Scatter:
    color, dash = LOOKS[line.look]
    few = np.isfinite(line.y).sum() <= 30
    return go.Scatter(
        x=line.x,
        y=line.y,
        name=f"{LETTERS[line.look]} · {_escape(line.name)}",
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
        text=[_escape(point.name) for point in points],
        mode="markers",
        marker={"color": color, "symbol": symbol, "size": size},
        hovertemplate="<b>%{text}</b><br>%{y:.1%} at %{x:,.4s}<extra></extra>",
    )


def _place_letters(ends: Sequence[_End], drawn: Floats, width: float) -> list[dict[str, object]]:
    """A letter at each place; those that would meet are moved apart.

    Args:
        ends: places as they are drawn: on a logarithmic axis, the exponents.
        drawn: the heights of all that is drawn. width: of the drawing, in its own units.
    """
    if not ends:
        return []
    low, span = float(drawn.min()), float(np.ptp(drawn)) or 1.0
    placed: list[tuple[float, float]] = []
    notes = []
    for end in sorted(ends, key=lambda end: end.y):
        at = (end.y - low) / span * _PIXELS
        near = [height for x, height in placed if abs(x - end.x) < _CROWDED * width]
        free = max([at, *(height + _LETTER_PIXELS for height in near)])
        placed.append((end.x, free))
        notes.append({**_make_letter(end.look, end.link), "x": end.x, "y": end.y,
                      "xshift": 13, "yshift": free - at})  # fmt: skip
    return notes


def _list_ends(lines: Sequence[Line], log: bool, log_x: bool) -> list[_End]:
    """Where each line has its last point."""
    ends = []
    for line in lines:
        known = np.flatnonzero(np.isfinite(line.y) & ((line.y > 0) | (not log)))
        if known.size:
            x, y = _scale(line.x[known[-1:]], log_x), _scale(line.y[known[-1:]], log)
            ends.append(_End(line.look, line.link, float(x[0]), float(y[0])))
    return ends


def _make_letter(look: int, link: str) -> dict[str, object]:
    """An annotation; it leads to the run's page."""
    letter, color = f"<b>{LETTERS[look]}</b>", LOOKS[look][0]
    if link:
        style = f'style="color:{color}" target="_self"'
        letter = f'<a href="{_escape(link)}" {style}>{letter}</a>'
    return {"text": letter, "showarrow": False, "font": {"color": color, "size": 14}}


def _scale(values: Floats, log: bool) -> Floats:
    return np.log10(np.maximum(values, _LOW_SHARE)) if log else values


def _fade(color: str, alpha: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha})"


def _escape(text: str) -> str:
    """Plotly's labels know some HTML; people's names for runs are none."""
    for letter, name in (("&", "amp"), ("<", "lt"), (">", "gt"), ('"', "quot")):
        text = text.replace(letter, f"&{name};")
    return text

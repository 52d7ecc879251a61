"""Figures of activations: curves, slopes, gradients over depth, units that die."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnlib.figures.theme import COLORS, apply_theme

Floats = NDArray[np.floating]
PALETTE = (
    COLORS["train"], COLORS["validation"], COLORS["good"], "#9a6bd0", COLORS["bad"],
    COLORS["accent"], COLORS["warn"], COLORS["muted"],
)  # fmt: skip
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "dash", "dot", "dashdot")
MOST_TICKS = 400
LINE_HEIGHT = 24  # of a legend


def make_curve_figure(
    xs: Floats,
    curves: Mapping[str, Floats],
    *,
    title: str,
    values: Floats,
    marked: tuple[float, float] | None = None,
) -> go.Figure:
    """Curves over x, the first one strongest; below them a tick for each actual value.

    Args:
        xs: (points,), ascending.
        curves: name -> (points,).
        title: of the y axis.
        values: any shape, what goes into the activation here; many are thinned.
        marked: a point to stand out, the chosen cell's.
    """
    figure = go.Figure(_draw_lines(xs, curves, "z %{x:.3~g}: %{y:.4~g}"))
    flat = np.asarray(values).ravel()
    flat = flat[(flat >= xs[0]) & (flat <= xs[-1])]
    flat = np.unique(flat[:: max(1, len(flat) // MOST_TICKS)])
    lowest = min((float(np.min(ys)) for ys in curves.values()), default=0.0)
    highest = max((float(np.max(ys)) for ys in curves.values()), default=1.0)
    floor = lowest - 0.08 * ((highest - lowest) or 1.0)
    figure.add_trace(
        go.Scatter(
            x=flat,
            y=np.full(len(flat), floor),
            name="these numbers",
            mode="markers",
            marker={"symbol": "line-ns-open", "size": 9, "color": COLORS["muted"]},
            hovertemplate="a value: %{x:.4~g}<extra></extra>",
        )
    )
    if marked is not None:
        figure.add_trace(
            go.Scatter(
                x=[marked[0]],
                y=[marked[1]],
                name="the chosen cell",
                mode="markers",
                marker={"size": 11, "color": COLORS["bad"]},
                hovertemplate="%{x:.4~g} becomes %{y:.4~g}<extra></extra>",
            )
        )
    return _finish(figure, "z", title, len(curves) + 2)


def make_depth_figure(curves: Mapping[str, Floats]) -> go.Figure:
    """How much of a gradient is left after so many layers, name -> (layers,); logarithmic.

    What is exactly 0 cannot be drawn there and ends its line.
    """
    layers = max((len(values) for values in curves.values()), default=1)
    cleaned = {name: np.where(values > 0, values, np.nan) for name, values in curves.items()}
    lines = _draw_lines(np.arange(1.0, layers + 1), cleaned, "after %{x} layers: %{y:.3~g}")
    for line in lines:
        line.update(mode="lines+markers", marker={"size": 4})
    figure = _finish(go.Figure(lines), "layers", "mean |gradient| left", len(curves))
    figure.update_yaxes(type="log", exponentformat="power", nticks=8)
    return figure


def make_dying_figure(biases: Floats, dead: Floats, marked: tuple[float, float]) -> go.Figure:
    """The share of dead units over the bias; the learner's own as a point."""
    figure = go.Figure(_draw_lines(biases, {"dead units": dead}, "bias %{x:.3~g}: %{y:.0%}"))
    figure.add_trace(
        go.Scatter(
            x=[marked[0]], y=[marked[1]], name="your bias", mode="markers",
            marker={"size": 11, "color": COLORS["bad"]},
            hovertemplate="bias %{x:.3~g}: %{y:.0%}<extra></extra>",
        )
    )  # fmt: skip
    figure = _finish(figure, "bias b", "share of units", 2)
    figure.update_yaxes(tickformat=".0%", range=(-0.04, 1.04))
    return figure


def _draw_lines(xs: Floats, curves: Mapping[str, Floats], hover: str) -> Sequence[go.Scatter]:
    return [
        go.Scatter(
            x=xs,
            y=ys,
            name=name,
            mode="lines",
            line={"color": color, "width": 3 if not number else 2, "dash": dash},
            hovertemplate=f"{name}, {hover}<extra></extra>",
        )
        for number, ((name, ys), color, dash) in enumerate(
            zip(curves.items(), PALETTE, DASHES, strict=False)
        )
    ]


def _finish(figure: go.Figure, x_title: str, y_title: str, entries: int) -> go.Figure:
    """The axes, and room for a legend that a narrow window breaks into lines."""
    top = 16 + LINE_HEIGHT * (1 + entries // 3)
    figure.update_xaxes(title_text=x_title, fixedrange=True)
    figure.update_yaxes(title_text=y_title, fixedrange=True)
    figure.update_layout(height=270 + top, margin={"l": 56, "r": 12, "t": top, "b": 44})
    return apply_theme(figure)

"""Figures of batch normalisation: values on an activation's curve, statistics over batches."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnlib.figures.theme import COLORS, apply_theme

Floats = NDArray[np.floating]
BINS = 40
LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}


def make_on_curve_figure(
    values: Floats, curve: tuple[Floats, Floats], *, name: str, limits: tuple[float, float]
) -> go.Figure:
    """A histogram of what goes into an activation, and over it the activation's curve.

    Args:
        values: any shape.
        curve: (x, y) of the activation, x ascending over `limits`.
        name: of the activation.
        limits: of the x axis.
    """
    counts, edges = np.histogram(values, bins=BINS, range=limits)
    xs, ys = curve
    figure = go.Figure(
        [
            go.Bar(
                x=(edges[:-1] + edges[1:]) / 2,
                y=counts,
                width=np.diff(edges),
                name="values",
                marker={"color": COLORS["train"], "line": {"width": 0}},
                opacity=0.55,
                hovertemplate="near %{x:.3~g}: %{y} values<extra></extra>",
            ),
            go.Scatter(
                x=xs,
                y=ys,
                yaxis="y2",
                name=name,
                mode="lines",
                line={"color": COLORS["validation"], "width": 2.5},
                hovertemplate=name + "(%{x:.3~g}) = %{y:.3~g}<extra></extra>",
            ),
        ]
    )
    figure.update_xaxes(title_text="what goes into the activation", range=limits, fixedrange=True)
    figure.update_yaxes(title_text="values", fixedrange=True, rangemode="tozero")
    figure.update_layout(
        height=300,
        bargap=0,
        legend=LEGEND,
        margin={"l": 48, "r": 40, "t": 36, "b": 44},
        yaxis2={
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "fixedrange": True,
            "tickmode": "auto",
            "nticks": 5,
        },
    )
    return apply_theme(figure)


def make_moving_figure(moving: Floats, own: Floats, *, title: str) -> go.Figure:
    """A moving statistic over the batches, with each batch's own as dots.

    Args:
        moving: (batches + 1,), before the first batch and after each.
        own: (batches,).
        title: of the y axis, "mean" say.
    """
    steps = np.arange(len(moving))
    figure = go.Figure(
        [
            go.Scatter(
                x=steps[1:],
                y=own,
                name="each batch’s own",
                mode="markers",
                marker={"color": COLORS["validation"], "size": 6},
                hovertemplate="batch %{x}: %{y:.4~g}<extra></extra>",
            ),
            go.Scatter(
                x=steps,
                y=moving,
                name="moving",
                mode="lines+markers",
                line={"color": COLORS["train"], "width": 2.5},
                marker={"size": 4},
                hovertemplate="after batch %{x}: %{y:.4~g}<extra></extra>",
            ),
        ]
    )
    return _over_steps(figure, title, "batches seen", len(moving) - 1)


def make_models_figure(curves: Mapping[str, Floats], *, title: str) -> go.Figure:
    """A statistic of several models over their training steps, model -> (steps + 1,)."""
    colors = (COLORS["good"], COLORS["bad"], COLORS["train"])
    dashes = ("solid", "solid", "dot")
    figure = go.Figure(
        [
            go.Scatter(
                x=np.arange(len(values)),
                y=values,
                name=name,
                mode="lines",
                line={"color": color, "width": 2.5, "dash": dash},
                hovertemplate="after step %{x}: %{y:.4~g}<extra>" + name + "</extra>",
            )
            for (name, values), color, dash in zip(curves.items(), colors, dashes, strict=False)
        ]
    )
    steps = max((len(values) for values in curves.values()), default=1) - 1
    return _over_steps(figure, title, "training steps", steps)


def _over_steps(figure: go.Figure, title: str, steps_title: str, steps: int) -> go.Figure:
    figure.update_xaxes(title_text=steps_title, range=(-0.5, max(steps, 1) + 0.5), fixedrange=True)
    figure.update_yaxes(title_text=title, fixedrange=True)
    figure.update_layout(height=300, legend=LEGEND, margin={"l": 56, "r": 12, "t": 60, "b": 44})
    return apply_theme(figure)

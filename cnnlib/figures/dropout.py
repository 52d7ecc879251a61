"""Figures of dropout: the network that a draw leaves, and means of many draws."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnlib.figures.theme import COLORS, apply_theme

Floats = NDArray[np.floating]
POSITIVE, NEGATIVE = COLORS["train"], COLORS["validation"]
NODE_SIZE = 30
ERROR_TICKS = [digit * 10.0**power for power in range(-4, 4) for digit in (1, 2, 5)]


def make_thinned_network_figure(
    layers: Sequence[Floats],
    weights: Sequence[Floats],
    stays: Sequence[NDArray[np.bool_]],
    *,
    height: int = 360,
) -> go.Figure:
    """A small dense network without the units that fell, nor their connections.

    Args:
        layers: the units' values, (units,) each, from the input to the output.
        weights: (units, units of the next layer) between them; one of 0 is no connection.
        stays: like `layers`, False for a unit that fell.
    """
    places = [_spread(len(values)) for values in layers]
    figure = go.Figure()
    for sign, color, name in ((1, POSITIVE, "above 0"), (-1, NEGATIVE, "below 0")):
        x, y = _draw_connections(places, weights, stays, sign)
        figure.add_scatter(x=x, y=y, mode="lines", line={"color": color, "width": 1.2},
                           opacity=0.65, hoverinfo="skip", name=f"weight {name}")  # fmt: skip
    for number, (values, heights, stay) in enumerate(zip(layers, places, stays, strict=True)):
        _add_units(figure, number, values, heights, stay)
    figure.update_xaxes(visible=False, fixedrange=True, range=[-0.35, len(layers) - 0.65])
    figure.update_yaxes(visible=False, fixedrange=True, range=[-0.62, 0.62])
    figure.update_layout(
        height=height, margin={"l": 0, "r": 0, "t": 34, "b": 0}, dragmode=False,
        legend={"orientation": "h", "y": 1.0, "x": 0.5, "xanchor": "center"},
    )  # fmt: skip
    return apply_theme(figure)


def _spread(count: int) -> Floats:
    """Heights of so many units, the first on top."""
    return (np.arange(count)[::-1] - (count - 1) / 2) / 8


def _draw_connections(
    places: Sequence[Floats],
    weights: Sequence[Floats],
    stays: Sequence[NDArray[np.bool_]],
    sign: int,
) -> tuple[list[float | None], list[float | None]]:
    x: list[float | None] = []
    y: list[float | None] = []
    for number, matrix in enumerate(weights):
        there = stays[number][:, None] & stays[number + 1] & (np.sign(matrix) == sign)
        for first, second in np.argwhere(there):
            x += [number, number + 1, None]
            y += [float(places[number][first]), float(places[number + 1][second]), None]
    return x, y


def _add_units(
    figure: go.Figure, number: int, values: Floats, heights: Floats, stay: NDArray[np.bool_]
) -> None:
    for kind, chosen in (("stays", stay), ("fell", ~stay)):
        if not chosen.any():
            continue
        fell = kind == "fell"
        figure.add_scatter(
            x=np.full(int(chosen.sum()), number),
            y=heights[chosen],
            mode="markers+text",
            text=["×" if fell else f"{value:.3g}" for value in values[chosen]],
            customdata=np.flatnonzero(chosen),
            textfont={"color": COLORS["bad"] if fell else "#ffffff", "size": 18 if fell else 11},
            marker={
                "size": NODE_SIZE,
                "color": "rgba(0, 0, 0, 0)" if fell else "#3f6f8f",
                "line": {"color": COLORS["bad"] if fell else "#3f6f8f", "width": 1.5},
            },
            hovertemplate="unit %{customdata}: " + ("fell" if fell else "%{text}")
            + "<extra></extra>",
            name="fell" if fell else "stays",
            showlegend=fell,
        )  # fmt: skip


def make_means_figure(
    counts: NDArray[np.integer],
    means: Floats,
    truths: Floats,
    names: Sequence[str],
    *,
    height: int = 320,
) -> go.Figure:
    """The mean of the first n draws of some cells, against n.

    Args:
        counts: (points,), n. means: (points, cells). truths, names: of the cells.
    """
    figure = go.Figure()
    colors = (COLORS["train"], COLORS["validation"], COLORS["good"], "#9a6bd0")
    for cell, (name, color) in enumerate(zip(names, colors, strict=False)):
        told = f"{name}<br>%{{x}} draws: %{{y:.4g}}<extra></extra>"
        figure.add_scatter(x=counts, y=means[:, cell], mode="lines", name=name,
                           line={"color": color, "width": 2}, hovertemplate=told)  # fmt: skip
        figure.add_hline(y=float(truths[cell]), line={"color": color, "width": 1, "dash": "dot"})
    figure.update_xaxes(type="log", title="draws n", fixedrange=True, dtick=1)
    figure.update_yaxes(title="mean of n draws", rangemode="tozero", fixedrange=True)
    figure.update_layout(height=height, dragmode=False)
    return apply_theme(figure)


def make_error_figure(
    counts: NDArray[np.integer], errors: Floats, expected: Floats, *, height: int = 320
) -> go.Figure:
    """The mean absolute error of the mean of n draws, and what theory expects, both axes by tens.

    Args:
        counts, errors, expected: (points,), all above 0.
    """
    figure = go.Figure()
    figure.add_scatter(x=counts, y=errors, mode="lines", name="measured",
                       line={"color": COLORS["train"], "width": 2},
                       hovertemplate="%{x} draws: %{y:.3g}<extra></extra>")  # fmt: skip
    figure.add_scatter(x=counts, y=expected, mode="lines", name="expected, ~ 1/√n",
                       line={"color": COLORS["muted"], "width": 2, "dash": "dash"},
                       hoverinfo="skip")  # fmt: skip
    figure.update_xaxes(type="log", title="draws n", fixedrange=True, dtick=1)
    figure.update_yaxes(
        type="log", title="mean |error|", fixedrange=True, tickvals=ERROR_TICKS, tickformat="~g"
    )
    figure.update_layout(height=height, dragmode=False)
    return apply_theme(figure)

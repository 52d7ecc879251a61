"""What happens inside a network while it trains: how values spread, which units die."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray
from plotly.subplots import make_subplots

from cnnlib.figures.theme import COLORS, apply_theme
from cnnlib.runs.records import Histogram

BINS = 48
TAIL = 0.0005  # share of the values that may lie outside the picture, on either side
QUANTILES = (0.05, 0.5, 0.95)
MOST_WRITTEN = 12  # epochs; with more, the numbers in the cells would not be readable
_CLEAR_TO_BLUE = [[0, "rgba(59, 125, 216, 0)"], [1, "rgba(59, 125, 216, 1)"]]
_CLEAR_TO_RED = [[0, "rgba(213, 69, 90, 0.04)"], [1, "rgba(213, 69, 90, 1)"]]


def make_histograms_figure(
    layers: Mapping[str, Sequence[Histogram]], *, value: str = "value"
) -> go.Figure:
    """For each layer, how its values spread (upwards) at each epoch (to the right).

    The darker, the more values; the colour goes with the root of their share, so that a thin tail
    is seen beside a high peak. Lines show the median and where 5 % and 95 % of the values lie.

    Args:
        layers: a layer's name -> its histograms, one an epoch.
        value: what the values are, for hovering.
    """
    names = [name for name, rows in layers.items() if rows]
    columns = 1 if len(names) == 1 else 2  # three would run into each other on a narrow screen
    rows = max(1, math.ceil(len(names) / columns))
    fig = make_subplots(
        rows=rows, cols=columns, subplot_titles=names if len(names) > 1 else None,
        horizontal_spacing=0.12, vertical_spacing=min(0.16, 0.34 / rows),
    )  # fmt: skip
    for place, name in enumerate(names):
        where = {"row": place // columns + 1, "col": place % columns + 1}
        histograms = sorted(layers[name], key=lambda each: each.epoch)
        for trace in _draw_layer(histograms, value, legend=place == 0):
            fig.add_trace(trace, **where)
        if where["row"] == rows or place + columns >= len(names):
            fig.update_xaxes(title_text="epoch", **where)
    fig.update_xaxes(showgrid=False, nticks=6)
    fig.update_yaxes(showgrid=False, nticks=5)
    fig.update_annotations(font_size=13)
    height = 400 if len(names) <= 1 else 60 + 215 * rows
    fig.update_layout(
        height=height,
        margin={"l": 48, "r": 8, "t": 60, "b": 40},
        legend={"yref": "container", "y": 1, "yanchor": "top"},
    )
    return apply_theme(fig)


def _draw_layer(
    histograms: Sequence[Histogram], value: str, *, legend: bool
) -> list[go.Heatmap | go.Scatter]:
    edges = find_edges(histograms)
    shares = np.stack([spread(histogram, edges) for histogram in histograms], axis=1)
    epochs = [histogram.epoch for histogram in histograms]
    heatmap = go.Heatmap(
        x=epochs,
        y=(edges[:-1] + edges[1:]) / 2,
        z=np.sqrt(shares),
        customdata=shares,
        colorscale=_CLEAR_TO_BLUE,
        zmin=0,
        showscale=False,
        hovertemplate=f"epoch %{{x:g}}, {value} about %{{y:.3g}}: %{{customdata:.2%}}"
        "<extra></extra>",
    )
    quantiles = np.array([find_quantiles(histogram, QUANTILES) for histogram in histograms])
    lines = [
        go.Scatter(
            x=epochs, y=quantiles[:, i], name=name, mode="lines+markers", legendgroup=name,
            showlegend=legend and i != 2, hoverinfo="skip", marker={"size": 3},
            line={"color": COLORS["validation"], "width": width, "dash": dash},
        )
        for i, (name, width, dash) in enumerate(
            [("5 % and 95 %", 1, "dot"), ("median", 1.8, "solid"), ("5 % and 95 %", 1, "dot")]
        )
    ]  # fmt: skip
    return [heatmap, *lines]


def find_edges(histograms: Sequence[Histogram]) -> NDArray[np.float64]:
    """The edges of `BINS` common bins, (BINS + 1,), without the outermost `TAIL` of each side."""
    ends = np.array([find_quantiles(histogram, (TAIL, 1 - TAIL)) for histogram in histograms])
    known = ends[np.isfinite(ends)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
    if not high > low:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, BINS + 1)


def spread(histogram: Histogram, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of a histogram's values in each of other bins, (len(edges) - 1,).

    Within a bin, values count as spread evenly; a bin without width lies where it is.
    """
    return np.diff(np.interp(edges, *_cumulate(histogram)))


def find_quantiles(histogram: Histogram, shares: Sequence[float]) -> list[float]:
    """The values below which these shares of all values lie; NaN for an empty histogram."""
    places, cumulated = _cumulate(histogram)
    if cumulated[-1] == 0:
        return [math.nan] * len(shares)
    return [float(np.interp(share, cumulated, places)) for share in shares]


def _cumulate(histogram: Histogram) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(bin edges, share of the values below each), both (bins + 1,)."""
    counts = np.asarray(histogram.counts, np.float64)
    low, high = histogram.low, histogram.high
    if not high > low:  # all values are one and the same
        width = 1e-9 + 1e-6 * abs(low)
        low, high = low - width, low + width
    places = np.linspace(low, high, len(counts) + 1)
    total = counts.sum()
    return places, np.concatenate([[0.0], np.cumsum(counts) / total if total else counts])


def make_dead_units_figure(layers: Mapping[str, tuple[ArrayLike, ArrayLike]]) -> go.Figure:
    """A heat map of the share of dead ReLU units: layers (downwards) by epochs (to the right).

    Args:
        layers: a layer's name -> (epochs (n,), shares (n,) 0..1), in the network's order.
    """
    epochs = sorted({float(at) for at, _ in layers.values() for at in np.asarray(at).tolist()})
    table = np.full((len(layers), len(epochs)), np.nan)
    for row, (places, shares) in enumerate(layers.values()):
        columns = np.searchsorted(epochs, np.asarray(places, np.float64))
        table[row, columns] = np.asarray(shares, np.float64)
    fig = go.Figure(
        go.Heatmap(
            x=[f"{epoch:g}" for epoch in epochs],
            y=list(layers),
            z=table,
            zmin=0,
            zmax=1,
            colorscale=_CLEAR_TO_RED,
            xgap=1,
            ygap=2,
            texttemplate="%{z:.0%}" if len(epochs) <= MOST_WRITTEN else None,
            hoverongaps=False,
            hovertemplate="%{y}, epoch %{x}: %{z:.1%} dead<extra></extra>",
            colorbar={"thickness": 10, "outlinewidth": 0, "tickformat": ".0%"},
        )
    )
    fig.update_xaxes(title_text="epoch", type="category", showgrid=False, nticks=12)
    fig.update_yaxes(type="category", autorange="reversed", showgrid=False)
    fig.update_layout(height=90 + 34 * max(3, len(layers)),
                      margin={"l": 8, "r": 8, "t": 16, "b": 40})  # fmt: skip
    return apply_theme(fig)

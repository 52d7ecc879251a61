"""Figures of data honesty: a run's accuracy on parts of the images, and what it says of one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnlib.figures.theme import COLORS, apply_theme

MOST_BARS = 5


@dataclass(frozen=True)
class Share:
    """A share 0..1 of `count` images and the interval that it is sure to."""

    name: str
    value: float
    low: float
    high: float
    count: int


def make_shares_figure(shares: Sequence[Share]) -> go.Figure:
    """Each share as a point with its interval, the first one on top."""
    figure = go.Figure(
        go.Scatter(
            x=[share.value for share in shares],
            y=[share.name for share in shares],
            mode="markers",
            marker={"size": 11, "color": COLORS["train"]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [share.high - share.value for share in shares],
                "arrayminus": [share.value - share.low for share in shares],
                "thickness": 2,
                "width": 7,
                "color": COLORS["muted"],
            },
            customdata=[[share.low, share.high, share.count] for share in shares],
            hovertemplate="%{y}: %{x:.1%}<br>95 %% interval %{customdata[0]:.1%} to "
            "%{customdata[1]:.1%}<br>%{customdata[2]:,} images<extra></extra>".replace("%%", "%"),
        )
    )
    figure.update_xaxes(tickformat=".0%", title="accuracy", fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, type="category")
    figure.update_layout(
        height=100 + 44 * len(shares), margin={"l": 8, "r": 16, "t": 8, "b": 44}, showlegend=False
    )
    return apply_theme(figure)


def make_opinion_figure(
    probabilities: NDArray[np.floating], class_names: Sequence[str], label: int
) -> go.Figure:
    """The largest probabilities of one image as bars; the given label's is among them, marked.

    Args:
        probabilities: (K,), 0..1.
        label: the class that the data set gives.
    """
    values = np.asarray(probabilities, np.float64)
    top = [int(k) for k in np.argsort(-values, kind="stable")[:MOST_BARS]]
    if label not in top:
        top[-1] = label
    figure = go.Figure(
        go.Bar(
            x=values[top],
            y=[f"{class_names[k]} (label)" if k == label else class_names[k] for k in top],
            orientation="h",
            marker_color=[COLORS["validation"] if k == label else COLORS["train"] for k in top],
            text=[f"{value:.1%}" for value in values[top]],
            textposition="auto",
            hovertemplate="%{y}: %{x:.2%}<extra></extra>",
        )
    )
    figure.update_xaxes(range=[0, 1], tickformat=".0%", fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, type="category")
    figure.update_layout(height=60 + 30 * len(top), margin={"l": 8, "r": 8, "t": 4, "b": 28})
    return apply_theme(figure)

"""How often stochastic pooling draws a value, beside how often it should."""

from collections.abc import Sequence

import plotly.graph_objects as go
from numpy.typing import ArrayLike

from cnnlib.figures.theme import COLORS, apply_theme


def make_draws_figure(
    values: Sequence[float], probabilities: ArrayLike, shares: ArrayLike
) -> go.Figure:
    """Two bars for each value that was drawn.

    Args:
        values: the values, each once.
        probabilities, shares: (values,) 0 to 1; shares of all draws.
    """
    names = [f"{value:g}" for value in values]
    bars = (("Probability", probabilities, "train"), ("Share of the draws", shares, "validation"))
    figure = go.Figure(
        [
            go.Bar(name=name, x=names, y=heights, marker_color=COLORS[color],
                   hovertemplate="%{y:.1%}")
            for name, heights, color in bars
        ]
    )  # fmt: skip
    figure.update_layout(
        height=260,
        xaxis={"type": "category", "title": {"text": "value drawn"}},
        yaxis={"tickformat": ".0%", "rangemode": "tozero"},
        hovermode="x unified",
    )
    return apply_theme(figure)

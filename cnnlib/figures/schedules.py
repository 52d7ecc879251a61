"""The learning rate over the epochs, as a small picture."""

import numpy as np
import plotly.graph_objects as go

from cnnlib.figures.theme import COLORS, apply_theme
from cnnlib.runs.schedules import Schedule

PLACES = 241
HEIGHT = 150  # pixels


def make_schedule_figure(schedule: Schedule, learning_rate: float, epochs: int) -> go.Figure:
    """Draw how a schedule goes.

    Args:
        learning_rate: the base that its factors multiply, above 0.
        epochs: of the whole training.
    """
    places = np.linspace(0, epochs, PLACES)
    rates = learning_rate * np.array([schedule.factor(float(place), epochs) for place in places])
    fig = go.Figure(
        go.Scatter(
            x=places,
            y=rates,
            mode="lines",
            line={"color": COLORS["train"], "width": 2},
            fill="tozeroy",
            fillcolor="rgba(59, 125, 216, 0.12)",
            hovertemplate="epoch %{x:.2f}: %{y:.3~g}<extra></extra>",
        )
    )
    fig.update_xaxes(title_text="epoch", range=[0, epochs], nticks=6)
    fig.update_yaxes(range=[0, 1.08 * learning_rate], nticks=4, tickformat="~g")
    fig.update_layout(height=HEIGHT, margin={"l": 48, "r": 8, "t": 8, "b": 36}, showlegend=False)
    return apply_theme(fig)

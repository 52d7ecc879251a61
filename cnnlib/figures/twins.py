"""The loss and accuracy curves of two runs, one over the other."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cnnlib.figures.theme import COLORS, apply_theme

Series = tuple[npt.ArrayLike, npt.ArrayLike]

TWIN_COLORS = (COLORS["accent"], "#9a6bd0")
_SYMBOLS = ("circle", "diamond")
_PANELS = (("loss", "Loss", "", ".3f"), ("accuracy", "Accuracy", ".0%", ".1%"))
_CURVES = (("epoch/val_{}", "validation", "solid"), ("epoch/{}", "training", "dot"))


def make_twins_figure(twins: Sequence[tuple[str, Mapping[str, Series]]]) -> go.Figure:
    """Draw loss (left) and accuracy (right) of both over the epochs, one colour each.

    Args:
        twins: two pairs (name, history); a history is as in `make_history_figure`, of which the
            series ``epoch/…`` are drawn: validation as a line, training dotted.
    """
    fig = make_subplots(
        rows=1, cols=2, horizontal_spacing=0.1, subplot_titles=[title for _, title, _, _ in _PANELS]
    )
    longest = 0.0
    for number, (name, history) in enumerate(twins):
        for column, (metric, _, _, hover) in enumerate(_PANELS, start=1):
            for pattern, what, dash in _CURVES:
                epochs, values = (
                    np.asarray(part, np.float64)
                    for part in history.get(pattern.format(metric), ((), ()))
                )
                longest = max(longest, epochs.max(initial=0.0))
                fig.add_trace(
                    go.Scatter(
                        x=epochs,
                        y=values,
                        name=f"{name}, {what}",
                        legendgroup=f"{name}, {what}",
                        showlegend=column == 1,
                        mode="lines+markers",
                        line={"color": TWIN_COLORS[number], "dash": dash, "width": 2.2},
                        marker={"symbol": _SYMBOLS[number], "size": 8 if dash == "solid" else 5},
                        hovertemplate=f"%{{y:{hover}}}",
                    ),
                    row=1,
                    col=column,
                )
    for column, (_, _, ticks, _) in enumerate(_PANELS, start=1):
        fig.update_yaxes(tickformat=ticks or None, row=1, col=column)
        start = fig.get_subplot(1, column).xaxis.domain[0]
        fig.layout.annotations[column - 1].update(x=start, xanchor="left")  # clear of the buttons
    # Epochs are whole numbers: no tick between two of them.
    fig.update_xaxes(
        title_text="epoch",
        minallowed=0,
        nticks=8,
        tickformat="d",
        unifiedhovertitle_text="epoch %{x}",
    )
    if longest <= 8:
        fig.update_xaxes(dtick=1)
    legend = {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"}
    fig.update_layout(height=420, hovermode="x unified", legend=legend)
    return apply_theme(fig)

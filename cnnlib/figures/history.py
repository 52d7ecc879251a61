"""The loss and accuracy curves of a run, as one figure to keep."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cnnlib.figures.theme import COLORS, apply_theme

Series = tuple[npt.ArrayLike, npt.ArrayLike]


@dataclass(frozen=True)
class _Panel:
    metric: str
    title: str
    tick_format: str
    hover_format: str
    lower_is_better: bool


_PANELS = (
    _Panel("loss", "Loss", "", ".4f", True),
    _Panel("accuracy", "Accuracy", ".0%", ".2%", False),
)


def make_history_figure(history: Mapping[str, Series], *, title: str | None = None) -> go.Figure:
    """Draw loss (left) and accuracy (right) over the epochs.

    Args:
        history: series name -> (epochs, values), two arrays of shape (points,) each. Names:
            ``loss`` and ``accuracy`` (during an epoch, thinned), ``epoch/loss``,
            ``epoch/accuracy``, ``epoch/val_loss`` and ``epoch/val_accuracy`` (one point at an
            epoch's end). A missing or empty series is not drawn; a NaN value makes a gap.
            Epochs count from 0; accuracies are in [0, 1].
        title: shown above both charts.

    Raises:
        ValueError: a series whose two arrays do not have the same shape (points,).
    """
    fig = make_subplots(rows=1, cols=2, horizontal_spacing=0.1)
    in_legend: set[str] = set()
    for column, panel in enumerate(_PANELS, start=1):
        for trace in _panel_traces(panel, history):
            trace.showlegend = trace.name not in in_legend  # one entry switches both charts
            in_legend.add(trace.name)
            fig.add_trace(trace, row=1, col=column)
        fig.update_xaxes(title_text="epoch", row=1, col=column)
        fig.update_yaxes(
            title_text=panel.title, tickformat=panel.tick_format or None, row=1, col=column
        )
    if not fig.data:
        fig.update_xaxes(visible=False).update_yaxes(visible=False)
        fig.add_annotation(text="No points were recorded.", showarrow=False)
    fig.update_xaxes(hoverformat=".2f", nticks=8, unifiedhovertitle_text="epoch %{x:.2f}")
    fig.update_layout(title_text=title, height=440, hovermode="x unified")
    return apply_theme(fig)


def _panel_traces(panel: _Panel, history: Mapping[str, Series]) -> list[go.Scatter]:
    looks = (
        (panel.metric, "training, each step", "train", "lines"),
        (f"epoch/{panel.metric}", "training, epoch mean", "train", "lines+markers"),
        (f"epoch/val_{panel.metric}", "validation", "validation", "lines+markers"),
    )
    traces = []
    for name, label, color, mode in looks:
        epochs, values = _read_series(history, name)
        if not epochs.size:
            continue
        within = mode == "lines"
        traces.append(
            go.Scatter(
                x=epochs,
                y=values,
                name=label,
                mode=mode,
                legendgroup=label,
                opacity=0.6 if within else 1,
                line={"color": COLORS[color], "width": 1.2 if within else 2.2},
                marker={"size": 7},
                connectgaps=False,
                hovertemplate=f"%{{y:{panel.hover_format}}}",
            )
        )
        if name.startswith("epoch/val_"):
            traces += _best_marker(panel, epochs, values)
    return traces


def _best_marker(
    panel: _Panel, epochs: npt.NDArray[np.float64], values: npt.NDArray[np.float64]
) -> list[go.Scatter]:
    if not np.isfinite(values).any():
        return []
    best = int(np.nanargmin(values) if panel.lower_is_better else np.nanargmax(values))
    return [
        go.Scatter(
            x=epochs[best : best + 1],
            y=values[best : best + 1],
            name="best validation",
            mode="markers",
            legendgroup="best validation",
            marker={
                "symbol": "star",
                "size": 15,
                "color": COLORS["validation"],
                "line": {"color": "white", "width": 1},
            },
            hoverinfo="skip",
        )
    ]


def _read_series(
    history: Mapping[str, Series], name: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    epochs, values = (np.asarray(part, dtype=np.float64) for part in history.get(name, ((), ())))
    if epochs.ndim != 1 or epochs.shape != values.shape:
        raise ValueError(
            f"history[{name!r}] must be two arrays of one and the same length. "
            f"Received shapes: {epochs.shape} and {values.shape}."
        )
    return epochs, values

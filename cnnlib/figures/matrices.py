"""Figures of small matrices of numbers: kernels, a convolution's matrix, who reaches whom."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnlib.figures.theme import COLORS, apply_theme

SIGNED_SCALE = (
    (0.0, "rgba(217, 112, 42, 1)"),
    (0.5, "rgba(217, 112, 42, 0.04)"),
    (0.5, "rgba(59, 125, 216, 0.04)"),
    (1.0, "rgba(59, 125, 216, 1)"),
)
"""Negative orange, zero pale, positive blue: apart for colour-blind eyes, on light and on dark."""
REACH_SCALE = ((0.0, "rgba(125, 133, 144, 0.12)"), (1.0, COLORS["accent"]))
TEXT_CELLS = 100  # beyond so many, numbers would not be readable


def make_matrix_figure(
    values: NDArray[np.floating],
    *,
    row_name: str = "row",
    column_name: str = "column",
    height: int = 240,
    largest: float | None = None,
) -> go.Figure:
    """Numbers (rows, columns) on a diverging scale around 0; few enough are written out.

    Args:
        largest: the size at which the colour is full, so that figures side by side compare.
            Default: the largest in `values`.
    """
    limit = largest or float(np.abs(values).max()) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=np.round(values, 4),
            zmin=-limit,
            zmax=limit,
            colorscale=SIGNED_SCALE,
            showscale=False,
            xgap=1,
            ygap=1,
            texttemplate="%{z:.3~g}" if values.size <= TEXT_CELLS else None,
            hovertemplate=f"{row_name} %{{y}}, {column_name} %{{x}}: %{{z}}<extra></extra>",
        )
    )
    return _as_matrix(figure, values.shape, row_name, column_name, height)


def make_reach_figure(reach: NDArray[np.bool_], *, height: int = 260) -> go.Figure:
    """Which input channels (columns) reach which output channels (rows)."""
    words = np.where(reach, "reaches", "does not reach")
    figure = go.Figure(
        go.Heatmap(
            z=reach.astype(np.int8),
            zmin=0,
            zmax=1,
            colorscale=REACH_SCALE,
            showscale=False,
            xgap=2,
            ygap=2,
            customdata=words,
            hovertemplate="input channel %{x} %{customdata} output channel %{y}<extra></extra>",
        )
    )
    return _as_matrix(figure, reach.shape, "output channel", "input channel", height)


def _as_matrix(
    figure: go.Figure, shape: tuple[int, ...], row_name: str, column_name: str, height: int
) -> go.Figure:
    rows, columns = shape
    figure.update_xaxes(
        title=column_name, side="bottom", showgrid=False, zeroline=False, fixedrange=True,
        dtick=1 if columns <= 12 else None, constrain="domain",
    )  # fmt: skip
    figure.update_yaxes(
        title=row_name, autorange="reversed", showgrid=False, zeroline=False, fixedrange=True,
        dtick=1 if rows <= 12 else None, scaleanchor="x", constrain="domain",
    )  # fmt: skip
    figure.update_layout(height=height, margin={"l": 48, "r": 8, "t": 8, "b": 44}, dragmode=False)
    return apply_theme(figure)

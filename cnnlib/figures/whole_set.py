"""Figures of a whole data set: distances between classes, how a measure is spread, channels."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnlib.figures.theme import CLASS_COLORS, apply_theme

MOST_WRITTEN = 12  # classes; with more, the numbers in the cells would not be readable
VIOLIN_POINTS = 200  # a class: its quantiles, so the shape is that of all images
ROW_HEIGHTS = 14, 34  # pixels a class: with many classes, with few
RIDGES_HEIGHT = 700  # pixels of all ridges, where the two allow it


def make_distance_figure(distances: NDArray[np.floating], class_names: Sequence[str]) -> go.Figure:
    """A heat map of distances between classes (K, K); the diagonal is left out.

    Args:
        distances: symmetric; NaN for a class without images.
    """
    values = np.array(distances, np.float64)
    np.fill_diagonal(values, np.nan)
    names = list(class_names)
    few = len(names) <= MOST_WRITTEN
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=names,
            y=names,
            colorscale="Viridis",
            xgap=1,
            ygap=1,
            texttemplate="%{z:.1f}" if few else None,
            hoverongaps=False,
            hovertemplate="%{y} and %{x}: %{z:.2f}<extra></extra>",
            colorbar={"thickness": 10, "outlinewidth": 0},
        )
    )
    figure.update_xaxes(fixedrange=True, showgrid=False, tickangle=-45, type="category")
    figure.update_yaxes(fixedrange=True, showgrid=False, autorange="reversed", type="category")
    figure.update_layout(height=max(380, min(900, 60 + 36 * len(names))),
                         margin={"l": 8, "r": 8, "t": 8, "b": 8})  # fmt: skip
    return apply_theme(figure)


def find_extreme_pairs(
    distances: NDArray[np.floating],
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The two classes nearest to each other and the two farthest apart; None for fewer than two."""
    rows, columns = np.triu_indices(len(distances), 1)
    values = np.asarray(distances)[rows, columns]
    if not np.isfinite(values).any():
        return None
    nearest, farthest = int(np.nanargmin(values)), int(np.nanargmax(values))
    return (
        (int(rows[nearest]), int(columns[nearest])),
        (int(rows[farthest]), int(columns[farthest])),
    )


def thin_by_class(
    values: NDArray[np.floating], labels: NDArray[np.integer], classes: int
) -> list[NDArray[np.float64]]:
    """For each class at most `VIOLIN_POINTS` evenly spaced quantiles of its values, ascending."""
    order = np.lexsort((values, labels))
    ends = np.cumsum(np.bincount(labels, minlength=classes))
    parts = np.split(np.asarray(values, np.float64)[order], ends[:-1])
    return [
        part if len(part) <= VIOLIN_POINTS else np.quantile(part, np.linspace(0, 1, VIOLIN_POINTS))
        for part in parts
    ]


def make_spread_figure(
    parts: Sequence[NDArray[np.floating]], class_names: Sequence[str], title: str
) -> go.Figure:
    """How a measure is spread within each class: one ridge a class, the first one on top.

    Args:
        parts: of each class its values, (n,); see `thin_by_class`.
        title: of the axis of values.
    """
    figure = go.Figure(
        [
            go.Violin(
                x=part,
                y0=label,
                name=name,
                orientation="h",
                side="negative",
                width=1.7,
                points=False,
                spanmode="hard",
                meanline_visible=True,
                line={"color": CLASS_COLORS[label % len(CLASS_COLORS)], "width": 1.5},
                hoveron="violins",
                hoverinfo="x+name",
                scalemode="width",
            )
            for label, (part, name) in enumerate(zip(parts, class_names, strict=True))
        ]
    )
    figure.update_xaxes(title=title, fixedrange=True)
    figure.update_yaxes(
        tickvals=list(range(len(class_names))),
        ticktext=list(class_names),
        range=[len(class_names) - 0.5, -1.1],
        fixedrange=True,
        showgrid=False,
        zeroline=False,
    )
    low, high = ROW_HEIGHTS
    row = min(high, max(low, RIDGES_HEIGHT // len(class_names)))
    figure.update_layout(
        showlegend=False,
        height=80 + row * len(class_names),
        margin={"l": 8, "r": 8, "t": 8, "b": 44},
    )
    return apply_theme(figure)

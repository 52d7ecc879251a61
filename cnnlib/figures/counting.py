"""How costs grow with the size of the image: multiplications of kernels, parameters of layers."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnlib.figures.theme import COLORS, apply_theme

_LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}


def make_multiplications_figure(
    sizes: NDArray[np.int_],
    curves: Mapping[str, NDArray[np.int_]],
    crossing: tuple[int, int],
    *,
    marked: int | None = None,
) -> go.Figure:
    """Multiplications over the image's size, and the point at which two ways cost the same.

    Args:
        sizes: (points,) the image's pixels a side, ascending.
        curves: name -> (points,) multiplications.
        crossing: (size, multiplications) of the point.
        marked: a size at which a line stands, the one that the page is about.
    """
    colors = (COLORS["train"], COLORS["validation"])
    figure = go.Figure(
        [
            go.Scatter(
                x=sizes,
                y=values,
                name=name,
                mode="lines+markers",
                line={"color": color, "width": 2.2},
                marker={"size": 5},
                hovertemplate="%{y:,}",
            )
            for (name, values), color in zip(curves.items(), colors, strict=False)
        ]
    )
    size, count = crossing
    figure.add_trace(
        go.Scatter(
            x=[size],
            y=[count],
            name=f"the same at {size} × {size}: {count:,}",
            mode="markers",
            marker={"symbol": "circle-open", "size": 16, "color": COLORS["bad"],
                    "line": {"width": 3}},
            hoverinfo="skip",
        )
    )  # fmt: skip
    if marked is not None:
        figure.add_vline(marked, line={"color": COLORS["muted"], "dash": "dot", "width": 1.5})
    figure.update_xaxes(title_text="pixels a side, x", fixedrange=True)
    figure.update_xaxes(unifiedhovertitle_text="%{x} × %{x} pixels")
    figure.update_yaxes(title_text="multiplications", rangemode="tozero", fixedrange=True)
    figure.update_layout(height=380, hovermode="x unified", legend=_LEGEND, margin=_room(3))
    return apply_theme(figure)


def make_parameter_growth_figure(
    sizes: Sequence[int], curves: Mapping[str, Sequence[int]], *, marked: int | None = None
) -> go.Figure:
    """Parameters over the image's size, on a logarithmic axis: one step up is ten times as many.

    Args:
        sizes: the image's pixels a side, ascending.
        curves: name -> parameters at each size.
        marked: a size at which a line stands, the one that the page is about.
    """
    colors = (COLORS["train"], COLORS["validation"], COLORS["good"])
    figure = go.Figure(
        [
            go.Scatter(
                x=list(sizes),
                y=list(values),
                name=name,
                mode="lines",
                line={"color": color, "width": 2.4},
                hovertemplate="%{y:,}",
            )
            for (name, values), color in zip(curves.items(), colors, strict=False)
        ]
    )
    if marked is not None:
        figure.add_vline(marked, line={"color": COLORS["muted"], "dash": "dot", "width": 1.5})
    figure.update_xaxes(title_text="pixels a side", fixedrange=True)
    figure.update_xaxes(unifiedhovertitle_text="%{x} × %{x} pixels")
    figure.update_yaxes(title_text="parameters", type="log", dtick=1, fixedrange=True)
    figure.update_yaxes(exponentformat="none", separatethousands=True)
    figure.update_layout(height=380, hovermode="x unified", legend=_LEGEND, margin=_room(2))
    return apply_theme(figure)


def _room(lines: int) -> dict[str, int]:
    """Margins with room for a legend that a narrow window breaks into so many lines."""
    return {"l": 64, "r": 12, "t": 12 + 24 * lines, "b": 48}

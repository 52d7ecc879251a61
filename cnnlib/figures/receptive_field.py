"""Receptive fields drawn on the image that they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import sample_colorscale

from cnnlib.figures.theme import COLORS, apply_theme

_NO_AXIS = {"visible": False, "fixedrange": True, "constrain": "domain"}
_MARGIN = 0.03  # of the drawing's side, around everything that is drawn


@dataclass(frozen=True)
class NestedField:
    """What one cell of a layer sees: the first and the last pixel, rows and columns.

    Pixels below 0 or beyond the image lie in the padding.
    """

    name: str
    rows: tuple[int, int]
    columns: tuple[int, int]

    @property
    def label(self) -> str:
        height, width = self.rows[1] - self.rows[0] + 1, self.columns[1] - self.columns[0] + 1
        return f"{self.name}: {height} × {width} pixels"


def make_nested_fields_figure(
    image: NDArray[np.uint8], size: int, fields: Sequence[NestedField], *, height: int = 460
) -> go.Figure:
    """The frame of an image of size × size pixels, and in it the fields, one inside the other.

    Args:
        image: (H, W, C) uint8 with C = 1 or 3; stretched over the frame as a picture of it.
        fields: from the first layer to the last; the last one is drawn strongest.
    """
    rgb = np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image
    rows, columns = image.shape[:2]
    dy, dx = size / rows, size / columns
    # go.Image gives the centre of its first pixel; here pixel 0 reaches from -0.5 to 0.5.
    picture = go.Image(
        z=rgb, dx=dx, dy=dy, x0=dx / 2 - 0.5, y0=dy / 2 - 0.5, opacity=0.6, hoverinfo="skip"
    )
    figure = go.Figure([picture, _draw_box((0, size - 1), (0, size - 1), COLORS["muted"], 1.5)])
    shades = sample_colorscale("Plasma", np.linspace(0.25, 0.75, max(len(fields), 2)))
    for number, field in enumerate(reversed(fields)):  # small ones on top, to be hovered
        last = number == 0
        color = COLORS["bad"] if last else shades[len(fields) - 1 - number]
        box = _draw_box(field.rows, field.columns, color, 3.5 if last else 1.6)
        box.update(name=field.label, hoverinfo="name", hoveron="fills+points")
        box.update(fill="toself", fillcolor="rgba(213, 69, 90, 0.10)" if last else "rgba(0,0,0,0)")
        figure.add_trace(box)
    low = min([0, *(min(field.rows[0], field.columns[0]) for field in fields)])
    high = max([size - 1, *(max(field.rows[1], field.columns[1]) for field in fields)])
    room = _MARGIN * (high - low + 1)
    figure.update_xaxes(range=[low - 0.5 - room, high + 0.5 + room], **_NO_AXIS)
    figure.update_yaxes(
        range=[high + 0.5 + room, low - 0.5 - room], scaleanchor="x", scaleratio=1, **_NO_AXIS
    )
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        dragmode=False,
        showlegend=False,
        hovermode="closest",
    )
    return apply_theme(figure)


def _draw_box(
    rows: tuple[int, int], columns: tuple[int, int], color: str, width: float
) -> go.Scatter:
    """Around the pixels from the first to the last, both whole."""
    top, bottom, left, right = rows[0] - 0.5, rows[1] + 0.5, columns[0] - 0.5, columns[1] + 0.5
    return go.Scatter(
        x=[left, right, right, left, left],
        y=[top, top, bottom, bottom, top],
        mode="lines",
        line={"color": color, "width": width},
        hoverinfo="skip",
    )

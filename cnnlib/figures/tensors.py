"""Figures of images and of what a data set holds: arrays in, Plotly figures out."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from cnnlib.figures.theme import COLORS, apply_theme

CHANNELS = ("Red", "Green", "Blue")
_CHANNEL_COLORS = {"Red": "#ff2a2a", "Green": "#1fdc3c", "Blue": "#4a6bff"}
_NO_AXIS = {"visible": False, "fixedrange": True, "constrain": "domain"}


def make_class_histogram_figure(
    counts: Mapping[str, NDArray[np.integer]], class_names: Sequence[str]
) -> go.Figure:
    """Bars of images per class.

    Args:
        counts: a split's name -> how many images each class has, (classes,).
        class_names: the names of the classes, in the order of their labels.
    """
    colors = (COLORS["train"], COLORS["validation"], COLORS["muted"])
    figure = go.Figure(
        [
            go.Bar(
                name=name,
                x=list(class_names),
                y=values,
                marker_color=color,
                hovertemplate="%{x}, " + name + ": %{y:,} images<extra></extra>",
            )
            for (name, values), color in zip(counts.items(), colors, strict=False)
        ]
    )
    figure.update_layout(
        height=260,
        bargap=0.25,
        bargroupgap=0.08,
        xaxis={"fixedrange": True},
        yaxis={"title": "images", "fixedrange": True, "rangemode": "tozero"},
        margin={"l": 56, "r": 8, "t": 32, "b": 40},
    )
    return apply_theme(figure)


def make_image_figure(image: NDArray[np.uint8], *, height: int = 360) -> go.Figure:
    """An image (H, W, C) uint8 with C = 1 or 3, enlarged without smoothing; hover reads a pixel."""
    rgb = np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image
    names = CHANNELS if image.shape[2] == 3 else ("Value",)
    lines = "<br>".join(f"{name} %{{z[{channel}]}}" for channel, name in enumerate(names))
    figure = go.Figure(
        go.Image(
            z=rgb,
            zsmooth=False,
            hovertemplate=f"row %{{y}}, column %{{x}}<br>{lines}<extra></extra>",
        )
    )
    return _as_picture(figure, height)


def make_channel_figure(
    values: NDArray[np.uint8], name: str = "Value", *, height: int = 360
) -> go.Figure:
    """One channel (H, W) uint8, 0..255, as a heat map in its own colour; hover reads a value."""
    figure = go.Figure(
        go.Heatmap(
            z=values,
            zmin=0,
            zmax=255,
            colorscale=[[0, "#000000"], [1, _CHANNEL_COLORS.get(name, "#ffffff")]],
            showscale=False,
            hovertemplate=f"row %{{y}}, column %{{x}}<br>{name} %{{z}}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", scaleanchor="x")
    return _as_picture(figure, height)


def _as_picture(figure: go.Figure, height: int) -> go.Figure:
    figure.update_xaxes(**_NO_AXIS)
    figure.update_yaxes(**_NO_AXIS)
    figure.update_layout(height=height, margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode=False)
    return apply_theme(figure)

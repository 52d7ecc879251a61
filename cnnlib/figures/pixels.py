"""Figures of one image's values: its channels, how often each value is there, standardised."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from cnnlib.figures.tensors import CHANNELS
from cnnlib.figures.theme import COLORS, apply_theme

CHANNEL_COLORS = {"Red": "#e5383b", "Green": "#2a9d4f", "Blue": "#4a6bff"}
BIN = 8  # values a bar
FAR = 3.0  # standard deviations at the ends of the colour scale
_NO_AXIS = {"visible": False, "fixedrange": True, "constrain": "domain"}
_TINTS = {"Red": "#ff2a2a", "Green": "#1fdc3c", "Blue": "#4a6bff"}


def name_channels(channels: int) -> Sequence[str]:
    """Red, Green, Blue for three; «Value» for one."""
    return CHANNELS if channels == len(CHANNELS) else ("Value",)


def make_channel_split_figure(image: NDArray[np.uint8], *, height: int = 400) -> go.Figure:
    """An image (H, W, 3) uint8 and its three channels, each in its own colour, two by two."""
    figure = make_subplots(2, 2, subplot_titles=("Picture", *CHANNELS), **_gaps())
    lines = "<br>".join(f"{name} %{{z[{channel}]}}" for channel, name in enumerate(CHANNELS))
    figure.add_trace(
        go.Image(z=image, hovertemplate=f"row %{{y}}, column %{{x}}<br>{lines}<extra></extra>"),
        1, 1,
    )  # fmt: skip
    for channel, name in enumerate(CHANNELS):
        trace = go.Heatmap(
            z=image[..., channel],
            zmin=0,
            zmax=255,
            colorscale=[[0, "#000000"], [1, _TINTS[name]]],
            showscale=False,
            hovertemplate=f"row %{{y}}, column %{{x}}<br>{name} %{{z}}<extra></extra>",
        )
        figure.add_trace(trace, (channel + 1) // 2 + 1, (channel + 1) % 2 + 1)
    return _as_pictures(figure, height)


def make_pixel_histogram_figure(image: NDArray[np.uint8], *, height: int = 300) -> go.Figure:
    """How many pixels of an image (H, W, C) uint8 have which value, a line for each channel."""
    edges = np.arange(0, 256, BIN)
    figure = go.Figure()
    for channel, name in enumerate(name_channels(image.shape[2])):
        counts = np.bincount(image[..., channel].ravel() // BIN, minlength=len(edges))
        color = CHANNEL_COLORS.get(name, COLORS["muted"])
        figure.add_scatter(
            x=edges + BIN / 2,
            y=counts,
            name=name,
            mode="lines",
            line={"color": color, "shape": "hvh", "width": 2},
            fill="tozeroy",
            fillcolor=_fade(color),
            customdata=np.stack([edges, edges + BIN - 1], axis=1),
            hovertemplate=name + " %{customdata[0]}–%{customdata[1]}: %{y} pixels<extra></extra>",
        )
    figure.update_layout(
        height=height,
        xaxis={"title": "value", "range": [0, 256], "dtick": 64, "fixedrange": True},
        yaxis={"title": "pixels", "rangemode": "tozero", "fixedrange": True},
        margin={"l": 48, "r": 8, "t": 32, "b": 44},
        showlegend=image.shape[2] > 1,
    )
    return apply_theme(figure)


def make_standardised_figure(values: NDArray[np.float32], *, height: int = 220) -> go.Figure:
    """An image's values (H, W, C) after (x − μ) / σ: 0 is pale, below blue, above red."""
    names = name_channels(values.shape[2])
    figure = make_subplots(1, len(names), subplot_titles=names, **_gaps())
    for channel, name in enumerate(names):
        trace = go.Heatmap(
            z=values[..., channel],
            coloraxis="coloraxis",
            hovertemplate=f"row %{{y}}, column %{{x}}<br>{name} %{{z:.2f}} σ<extra></extra>",
        )
        figure.add_trace(trace, 1, channel + 1)
    figure.update_layout(
        coloraxis={
            "colorscale": "RdBu_r",
            "cmin": -FAR,
            "cmax": FAR,
            "colorbar": {
                "orientation": "h",
                "thickness": 8,
                "len": 0.8,
                "y": -0.02,
                "yanchor": "top",
                "tickvals": [-FAR, 0, FAR],
                "ticktext": [f"−{FAR:g} σ", "0 (the mean)", f"+{FAR:g} σ"],
            },
        }
    )
    return _as_pictures(figure, height, below=44)


def _gaps() -> dict[str, float]:
    return {"horizontal_spacing": 0.03, "vertical_spacing": 0.08}


def _fade(color: str) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.12)"


def _as_pictures(figure: go.Figure, height: int, below: int = 0) -> go.Figure:
    figure.update_xaxes(**_NO_AXIS)
    figure.update_yaxes(**_NO_AXIS, autorange="reversed")
    for number, axis in enumerate(figure.select_yaxes(), start=1):
        axis.scaleanchor = "x" if number == 1 else f"x{number}"
    figure.update_layout(
        height=height, margin={"l": 0, "r": 0, "t": 26, "b": below}, dragmode=False
    )
    return apply_theme(figure)

"""The theme: readable on light and dark, and silent about what a figure says itself."""

import itertools
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import pytest

from cnnlib.figures.theme import CLASS_COLORS, COLORS, PLOT_CONFIG, apply_theme
from cnnlib.settings import CIFAR10_CLASSES

PROJECT = Path(__file__).parents[2]
CONFIG = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
PAGES = {name: CONFIG["theme"][name]["backgroundColor"] for name in ("light", "dark")}

# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}


def linear_rgb(color: str) -> npt.NDArray[np.float64]:
    srgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""
    lights = sorted(float(linear_rgb(color) @ [0.2126, 0.7152, 0.0722]) for color in (a, b))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def cielab(linear: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(linear, 0, 1) / [0.9505, 1, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", [name for name in COLORS if name != "grid"])
def test_a_color_stands_out_on_light_and_dark_pages(name: str, page: str) -> None:
    assert contrast(COLORS[name], PAGES[page]) >= 3


@pytest.mark.parametrize("page", PAGES)
def test_text_and_buttons_are_readable(page: str) -> None:
    theme = CONFIG["theme"][page]
    for background in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(theme["textColor"], theme[background]) >= 7
    assert contrast(theme["linkColor"], theme["backgroundColor"]) >= 4.5
    assert contrast(theme["primaryColor"], "#ffffff") >= 4, "white letters on a primary button"


@pytest.mark.parametrize("sight", SIGHT)
def test_class_colors_are_told_apart(sight: str) -> None:
    assert len(CLASS_COLORS) == len(CIFAR10_CLASSES)
    points = [cielab(SIGHT[sight] @ linear_rgb(color)) for color in CLASS_COLORS]
    distances = [float(np.linalg.norm(a - b)) for a, b in itertools.combinations(points, 2)]
    assert min(distances) >= 23


def test_apply_theme_returns_the_same_figure_on_a_transparent_ground() -> None:
    fig = go.Figure(go.Scatter(y=[1, 2]))
    assert apply_theme(fig) is fig
    assert fig.layout.paper_bgcolor == fig.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
    # Streamlit puts the page's text colour into the template: the layout must not have its own.
    assert fig.layout.font.color is None
    assert fig.layout.template.layout.font.color


def test_apply_theme_keeps_what_the_figure_says() -> None:
    fig = go.Figure(layout={"margin": {"t": 3}, "height": 123, "xaxis": {"range": [0, 7]}})
    apply_theme(fig)
    assert fig.layout.margin.t == 3
    assert fig.layout.margin.l is None
    assert fig.layout.height == 123
    assert fig.layout.xaxis.range == (0, 7)


def test_a_title_gets_room() -> None:
    with_title = apply_theme(go.Figure(layout={"title": "A run"}))
    without = apply_theme(go.Figure())
    assert with_title.layout.margin.t > without.layout.margin.t


def test_no_chart_offers_to_leave_the_machine() -> None:
    assert PLOT_CONFIG["plotlyServerURL"] == ""
    assert PLOT_CONFIG["displaylogo"] is False
    assert "sendChartToCloud" in PLOT_CONFIG["modeBarButtonsToRemove"]


def test_figures_do_not_need_streamlit() -> None:
    code = (
        "import sys, cnnlib.figures.history, cnnlib.figures.theme;"
        "sys.exit(int(any(m in sys.modules for m in ('streamlit', 'keras', 'tensorflow'))))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, timeout=60).returncode == 0

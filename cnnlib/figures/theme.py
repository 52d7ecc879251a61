"""One look for every Plotly figure: colours, and ``apply_theme`` for the rest.

A figure does not know whether the page is light or dark, so every colour here is chosen to stand
out on both (``#fcfbf8`` and ``#12181d``), and every background is transparent. What only has to be
readable (text, grid) goes into the figure's *template*: ``st.plotly_chart`` replaces it with the
page's own text and grid colours, and a figure saved as a file keeps neutral ones.
"""

from types import MappingProxyType

import plotly.graph_objects as go

COLORS = MappingProxyType(
    {
        "train": "#3b7dd8",
        "validation": "#d9702a",
        "accent": "#23939b",
        "good": "#2a9d6f",
        "warn": "#b5790b",
        "bad": "#d5455a",
        "muted": "#7d8590",
        "grid": "rgba(125, 133, 144, 0.22)",
    }
)
"""Meaning -> CSS colour; at least 3:1 against both page backgrounds (``grid`` aside)."""

CLASS_COLORS = (
    "#52bbfe",
    "#b51447",
    "#f19f21",
    "#9325a8",
    "#de9764",
    "#9d9b88",
    "#1f8302",
    "#953c7e",
    "#3565f1",
    "#4bc3cf",
)
"""One colour per class, in the order of ``settings.CIFAR10_CLASSES``.

Searched for the largest smallest distance (CIELAB) over normal, deuteranopic and protanopic sight
(Machado et al. 2009, severity 1): at least 23 between any two. Still label the classes in words.
"""

PLOT_CONFIG = MappingProxyType(
    {
        "displaylogo": False,
        "plotlyServerURL": "",
        "modeBarButtonsToRemove": ("sendChartToCloud", "select2d", "lasso2d", "autoScale2d"),
    }
)
"""For ``st.plotly_chart(fig, config=dict(PLOT_CONFIG))`` and ``fig.to_html(config=…)``: without it
Plotly offers to upload the chart to its own servers and links to its home page."""

FONT_FAMILY = '"Source Sans", "Source Sans Pro", system-ui, -apple-system, "Segoe UI", sans-serif'
_TRANSPARENT = "rgba(0, 0, 0, 0)"
_TEXT = "#6b737d"


def apply_theme(fig: go.Figure) -> go.Figure:
    """Give ``fig`` the lab's look and return the same figure.

    What the figure's own layout says (a title, an axis range, a height …) stays as it is.
    """
    fig.update_layout(template=_template())
    fig.update_layout(
        paper_bgcolor=_TRANSPARENT,
        plot_bgcolor=_TRANSPARENT,
        font_family=FONT_FAMILY,
        hoverlabel={"font": {"family": FONT_FAMILY}},
    )
    if fig.layout.margin.to_plotly_json() == {}:
        top = 92 if fig.layout.title.text else 40
        fig.update_layout(margin={"l": 56, "r": 16, "t": top, "b": 48})
    return fig


def _template() -> go.layout.Template:
    axis = {
        "gridcolor": COLORS["grid"],
        "linecolor": COLORS["grid"],
        "zerolinecolor": COLORS["grid"],
        "ticks": "",
        "automargin": True,
        "title": {"standoff": 8},
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT_FAMILY, "size": 13, "color": _TEXT},
            "title": {
                "x": 0.02,
                "xanchor": "left",
                "y": 0.98,
                "yanchor": "top",
                "font": {"size": 17},
            },
            "colorway": [
                COLORS["train"],
                COLORS["validation"],
                COLORS["good"],
                "#9a6bd0",
                COLORS["bad"],
                COLORS["accent"],
            ],
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": {"align": "left", "namelength": -1},
            # Plotly would take black, half transparent, for a ground that it thinks is none.
            "modebar": {
                "bgcolor": _TRANSPARENT,
                "color": COLORS["muted"],
                "activecolor": COLORS["accent"],
            },
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "colorscale": {"sequential": "Viridis", "diverging": "RdBu"},
        }
    )

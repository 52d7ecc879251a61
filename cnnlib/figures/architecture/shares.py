"""Which part of a network costs what: bars and a treemap of parameters or MACs.

Names may be anybody's: Plotly would read «<a …>» in them as a link, so they are escaped.
"""

from html import escape
from typing import Literal

import plotly.graph_objects as go

from cnnlib.arch.analysis import Summary
from cnnlib.arch.spec import Spec
from cnnlib.figures.architecture.folding import fold
from cnnlib.figures.architecture.roles import color_of
from cnnlib.figures.theme import apply_theme

Cost = Literal["params", "macs"]
COST_NAMES: dict[Cost, str] = {"params": "parameters", "macs": "MACs"}
BAR_HEIGHT = 24  # pixels


def make_bars_figure(spec: Spec, summary: Summary, cost: Cost) -> go.Figure:
    """A bar for each block, and each layer between blocks, that costs anything; top to bottom."""
    nodes = [node for node in fold(spec, summary, "blocks") if _count(node, cost)]
    total = max(getattr(summary, cost), 1)
    texts = [f"{_count(node, cost):,} · {_count(node, cost) / total:.1%}" for node in nodes]
    figure = go.Figure(
        go.Bar(
            y=[escape(node.block if node.folded else node.rows[0].name) for node in nodes],
            x=[_count(node, cost) for node in nodes],
            orientation="h",
            marker_color=[color_of(node.role) for node in nodes],
            text=texts,
            textposition="auto",
            hovertemplate="%{y}<br>%{x:,} " + COST_NAMES[cost] + "<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", fixedrange=True, type="category")
    figure.update_xaxes(title_text=COST_NAMES[cost], fixedrange=True, rangemode="tozero")
    figure.update_layout(
        height=90 + BAR_HEIGHT * max(len(nodes), 2),
        bargap=0.2,
        showlegend=False,
        margin={"l": 8, "r": 12, "t": 8, "b": 48},
    )
    return apply_theme(figure)


def make_treemap_figure(spec: Spec, summary: Summary, cost: Cost) -> go.Figure:
    """An area for each layer that costs anything, those of a block together."""
    rows = [row for row in summary.layers if getattr(row, cost)]
    blocks = list(dict.fromkeys(row.block for row in rows if row.block))
    sums = [sum(getattr(row, cost) for row in rows if row.block == block) for block in blocks]
    figure = go.Figure(
        go.Treemap(
            ids=["", *(f"block {block}" for block in blocks), *(f"layer {r.name}" for r in rows)],
            labels=[escape(name) for name in (spec.title, *blocks, *(row.name for row in rows))],
            parents=[None, *("" for _ in blocks),
                     *(f"block {row.block}" if row.block else "" for row in rows)],
            values=[getattr(summary, cost), *sums, *(getattr(row, cost) for row in rows)],
            branchvalues="total",
            marker={
                "colors": ["rgba(125,133,144,0.12)", *("rgba(125,133,144,0.22)" for _ in blocks),
                           *(color_of(row.role) for row in rows)],
                "line": {"width": 1},
            },
            texttemplate="%{label}<br>%{value:,}",
            hovertemplate="%{label}<br>%{value:,} " + COST_NAMES[cost]
            + "<br>%{percentRoot:.1%} of the network<extra></extra>",
            tiling={"pad": 2},
            pathbar={"visible": False},
        )
    )  # fmt: skip
    figure.update_layout(height=440, margin={"l": 0, "r": 0, "t": 8, "b": 8})
    return apply_theme(figure)


def _count(node: object, cost: Cost) -> int:
    return int(getattr(node, cost))

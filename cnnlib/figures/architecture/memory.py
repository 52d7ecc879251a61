"""What the memory of a training step goes to."""

import plotly.graph_objects as go

from cnnlib.arch.amounts import format_bytes
from cnnlib.arch.costs import Memory
from cnnlib.figures.theme import COLORS, apply_theme

_PARTS = (
    ("weights", COLORS["train"]),
    ("gradients", COLORS["validation"]),
    ("optimizer", COLORS["good"]),
    ("activations", COLORS["accent"]),
)


def make_memory_figure(memory: Memory) -> go.Figure:
    """One bar: weights, gradients, what the optimizer keeps, the batch's activations."""
    figure = go.Figure()
    for name, color in _PARTS:
        count = getattr(memory, name)
        text = f"{name} {format_bytes(count)}"
        figure.add_trace(
            go.Bar(
                name=text,
                y=[""],
                x=[count],
                orientation="h",
                marker_color=color,
                hovertemplate=text + "<extra></extra>",
            )
        )
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    figure.update_layout(
        barmode="stack",
        height=104,
        bargap=0.1,
        legend={"orientation": "h", "x": 0, "y": 1.05, "yanchor": "bottom", "traceorder": "normal"},
        margin={"l": 0, "r": 0, "t": 58, "b": 6},
    )
    return apply_theme(figure)

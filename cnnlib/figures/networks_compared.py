"""Networks side by side: what they cost layer by layer, and what that buys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from cnnlib.figures.theme import COLORS, apply_theme

# One for each of up to six networks, told apart by line and marker too.
LINE_COLORS = (
    COLORS["train"], COLORS["validation"], COLORS["good"], "#9a6bd0", COLORS["bad"],
    COLORS["accent"],
)  # fmt: skip
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
MARKERS = ("circle", "square", "diamond", "triangle-up", "cross", "star")
HEIGHT = 400


@dataclass(frozen=True)
class CostPoint:
    """One trained network.

    Attributes:
        name: of the network; points of one name look alike.
        cost: what it took: parameters, MACs an image or seconds, above 0.
        accuracy: 0 to 1.
        label: what the pointer is told, without HTML.
    """

    name: str
    cost: float
    accuracy: float
    label: str


def make_depth_figure(
    curves: Mapping[str, Sequence[int]], layers: Mapping[str, Sequence[str]], *, what: str
) -> go.Figure:
    """How a cost adds up from the first layer to the last: which layers have most of it.

    A line for each network, in percent of its own total, as totals differ by thousands.

    Args:
        curves: network -> the cost of each layer, in the order of the layers; at least one each.
        layers: network -> the layers' names, as many.
        what: the cost's name, "parameters" say.
    """
    figure = go.Figure()
    for i, (name, costs) in enumerate(curves.items()):
        added = np.concatenate([[0], np.cumsum(np.asarray(costs, np.float64))])
        figure.add_trace(
            go.Scatter(
                x=np.linspace(0, 100, len(added)),
                y=100 * added / max(added[-1], 1),
                customdata=added,
                text=["the image", *layers[name]],
                name=_escape(name),
                mode="lines",
                line={"color": LINE_COLORS[i % 6], "dash": DASHES[i % 6], "width": 2.2,
                      "shape": "hv"},
                hovertemplate="%{y:.0f} %: %{customdata:,} " + what
                + " up to %{text}<extra>%{fullData.name}</extra>",
            )
        )  # fmt: skip
    figure.update_xaxes(title_text="how far through the layers, %", range=[0, 100])
    figure.update_yaxes(title_text=f"{what} so far, % of all", range=[0, 102])
    return _finish(figure, len(curves))


def make_accuracy_figure(points: Sequence[CostPoint], *, what: str) -> go.Figure:
    """Accuracy against cost, on a logarithmic axis: one step right is ten times as much.

    Args:
        points: in any order; those of one network form one group.
        what: the cost's name.
    """
    figure = go.Figure()
    names = list(dict.fromkeys(point.name for point in points))
    for i, name in enumerate(names):
        own = [point for point in points if point.name == name]
        figure.add_trace(
            go.Scatter(
                x=[point.cost for point in own],
                y=[100 * point.accuracy for point in own],
                text=[_escape(point.label) for point in own],
                name=_escape(name),
                mode="markers",
                marker={"color": LINE_COLORS[i % 6], "symbol": MARKERS[(i + i // 6) % 6],
                        "size": 12, "line": {"width": 1, "color": COLORS["muted"]}},
                hovertemplate="%{text}<br>%{y:.1f} % at %{x:,.4s}<extra>%{fullData.name}</extra>",
            )
        )  # fmt: skip
    _use_logarithms(figure, [point.cost for point in points])
    figure.update_xaxes(title_text=what)
    figure.update_yaxes(title_text="best validation accuracy, %", range=[0, 100])
    return _finish(figure, len(names))


def make_cost_figure(costs: Mapping[str, tuple[int, int]]) -> go.Figure:
    """Parameters against MACs, both axes logarithmic: what is large need not be slow.

    Args:
        costs: network -> (parameters, MACs an image), both above 0.
    """
    figure, positions = go.Figure(), _place_names(costs)
    for i, (name, (params, macs)) in enumerate(costs.items()):
        figure.add_trace(
            go.Scatter(
                x=[params], y=[macs], name=_escape(name), mode="markers+text",
                text=[_escape(name)], textposition=positions[name], cliponaxis=False,
                marker={"color": LINE_COLORS[i % 6], "symbol": MARKERS[i % 6], "size": 13},
                hovertemplate="%{x:,} parameters<br>%{y:,} MACs<extra>%{fullData.name}</extra>",
            )
        )  # fmt: skip
    _use_logarithms(figure, [params for params, _ in costs.values()])
    heights = [macs for _, macs in costs.values()]
    figure.update_yaxes(type="log", dtick=1, range=_make_range(heights), exponentformat="SI")
    figure.update_xaxes(title_text="parameters")
    figure.update_yaxes(title_text="MACs an image")
    return _finish(figure, len(costs)).update_layout(showlegend=False)


def make_years_figure(entries: Sequence[tuple[str, int, float]], chosen: set[str]) -> go.Figure:
    """Top-5 error at ILSVRC over the years.

    Args:
        entries: (name, year, error in percent).
        chosen: the names that stand out.
    """
    entries = sorted(entries, key=lambda entry: (entry[1], -entry[2]))
    figure = go.Figure(
        go.Scatter(
            x=[year for _, year, _ in entries],
            y=[error for *_, error in entries],
            text=[f"{_escape(name)} {error:g} %" for name, _, error in entries],
            mode="markers+text",
            textposition=_place_labels(entries),
            cliponaxis=False,
            marker={
                "size": [15 if name in chosen else 9 for name, *_ in entries],
                "color": [
                    COLORS["validation"] if name in chosen else COLORS["muted"]
                    for name, *_ in entries
                ],
            },
            hovertemplate="%{text} in %{x}<extra></extra>",
        )
    )
    years = [year for _, year, _ in entries]
    figure.update_xaxes(title_text="year", dtick=1, range=[min(years) - 0.6, max(years) + 0.6])
    figure.update_yaxes(title_text="top-5 error, %", range=[0, 20])
    return _finish(figure, 0)


def _place_labels(entries: Sequence[tuple[str, int, float]]) -> list[str]:
    """Above the first of a year, below the next: two points of one year stand close."""
    years = [year for _, year, _ in entries]
    return ["bottom center" if year in years[:i] else "top center" for i, year in enumerate(years)]


def _place_names(costs: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """Above a point, unless another stands just above: then beside, the lowest of all below."""
    names = sorted(costs, key=lambda name: -costs[name][1])
    positions: dict[str, str] = {}
    for name in names:
        crowded = {
            side
            for side, others in (("above", positions), ("below", set(names) - {*positions, name}))
            if any(_is_close(costs[name], costs[other]) for other in others)
        }
        if "above" not in crowded:
            positions[name] = "top center"
        else:
            positions[name] = "middle right" if "below" in crowded else "bottom center"
    return positions


def _is_close(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether the names of two points would meet: half a step on both axes."""
    return all(abs(np.log10(a / b)) < 0.5 for a, b in zip(one, other, strict=True))


def _use_logarithms(figure: go.Figure, values: Sequence[float]) -> None:
    span = _make_range(values)
    step = 1 if span[1] - span[0] > 2 else "D2"  # D2: 1, 2, 5, 10
    figure.update_xaxes(type="log", dtick=step, range=span, tickformat="~s")


def _make_range(values: Sequence[float]) -> list[float]:
    """Exponents of 10 that hold all values, with room for names."""
    low, high = np.log10(min(values)), np.log10(max(values))
    return [float(low) - 0.5, float(high) + 0.7]


def _finish(figure: go.Figure, names: int) -> go.Figure:
    room = 24 * ((names + 1) // 2)
    figure.update_layout(height=HEIGHT + room, margin={"l": 64, "r": 16, "t": 24 + room, "b": 48})
    figure.update_layout(
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}, showlegend=names > 1
    )
    return apply_theme(figure)


def _escape(text: str) -> str:
    """Plotly's labels know some HTML; people's names for networks are none."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

"""What a kind shows beyond the grids: its matrix, its gaps, its split, its reach, its price."""

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from cnnlib.errors import OperatorError
from cnnlib.figures.matrices import make_matrix_figure, make_reach_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ops.convolution import (
    compose_reach,
    compute_reach,
    conv2d,
    make_convolution_matrix,
    split_rank_one,
)
from cnnlib.ops.formulas import explain_product, explain_sum
from cnnlib.ops.windows import compute_effective_size
from cnnlib.ui.anatomy import show_formulas
from cnnlib.ui.convolution.experiment import Experiment
from cnnlib.ui.convolution.settings import PAGE
from cnnlib.ui.prose import show_text

BARE = {**PLOT_CONFIG, "displayModeBar": False}
LARGEST_MATRIX = 40_000  # cells; larger ones are a blur of pixels
PRICE = "What it costs, and what a standard convolution of the same shapes would"


SAVING = {
    "Height and width": 28,
    "Channels C": 192,
    "Squeezed to S": 16,
    "Kernel size k of the next": 5,
    "Filters F of the next": 32,
}  # GoogLeNet's inception (3a), the 5×5 branch: Szegedy et al. 2014, table 1


def show_extras(experiment: Experiment) -> None:
    """Draw what belongs to the experiment's kind, if anything does."""
    if draw := EXTRAS.get(experiment.kind.name):
        draw(experiment)
    if experiment.explanation.standard:
        _show_price(experiment)


def _show_matrix(experiment: Experiment) -> None:
    """The transposed convolution as the transpose of the convolution's matrix."""
    st.subheader("As a matrix", anchor=False)
    options = experiment.options
    height, width, channels = experiment.output.shape
    cells = experiment.output.size * experiment.x.size
    if cells > LARGEST_MATRIX:
        sizes = f"{experiment.output.size:,} × {experiment.x.size:,}"
        st.caption(f"The matrix would have {sizes} cells; make the input smaller to see it.")
        return
    try:
        forward = make_convolution_matrix(
            (height, width, channels),
            experiment.weights["kernel"],
            strides=options.strides,
            padding=options.padding,
        )
    except OperatorError as error:
        st.caption(str(error))
        return
    show_text("convolution/transposed_matrix")
    difference = np.abs(forward.T @ experiment.x.ravel() - experiment.output.ravel()).max()
    figure = make_matrix_figure(
        forward.T, row_name="output cell", column_name="input cell", height=380
    )
    _draw(figure, "matrix")
    st.caption(
        f"{forward.shape[1]} × {forward.shape[0]} numbers. This matrix times the input, compared "
        f"with the output above: max |Δ| = {difference:.3g}."
    )


def _show_gaps(experiment: Experiment) -> None:
    """The kernel with its gaps, at its effective size."""
    kernel = experiment.weights["kernel"][:, :, 0, 0]
    rate = experiment.options.dilation_rate
    span = compute_effective_size(len(kernel), rate)
    spread = np.zeros((span, span), np.float32)
    spread[::rate, ::rate] = kernel
    st.subheader("The kernel with its gaps", anchor=False)
    st.caption(f"{len(kernel)} × {len(kernel)} weights over {span} × {span} cells.")
    left, _ = st.columns([1, 2])
    with left:
        _draw(make_matrix_figure(spread, height=300), "gaps")


def _show_split(experiment: Experiment) -> None:
    """How separable the learner's kernel is."""
    kernel = experiment.weights["kernel"][:, :, 0, 0]
    split = split_rank_one(kernel)
    st.subheader("How separable is this kernel?", anchor=False)
    if split.residual == 0:
        st.markdown("**Entirely**: it is exactly a column times a row. Nothing is lost.")
    else:
        st.markdown(
            f"**{1 - split.residual:.1%}** of it: the nearest column times row misses "
            f"**{split.residual:.1%}** of its energy (the sum of its squared numbers)."
        )
    largest = float(np.abs(kernel).max()) or 1.0
    pictures = {
        "Your kernel": kernel,
        "Column × row": split.approximation,
        "What is missed": kernel - split.approximation,
    }
    for column, (title, values) in zip(st.columns(3), pictures.items(), strict=True):
        with column:
            st.caption(title)
            _draw(make_matrix_figure(values, largest=largest), title)
    options = experiment.options
    whole = conv2d(
        experiment.x[np.newaxis],
        experiment.weights["kernel"],
        strides=options.strides,
        padding=options.padding,
    )[0]
    worst = np.abs(whole - experiment.output).max()
    singular = ", ".join(f"{value:.3g}" for value in split.singular_values)
    st.caption(
        f"Singular values: {singular}; one that is not 0 means separable. Your kernel in one piece "
        f"gives an output that differs from the one above by at most {worst:.3g}."
    )


def _show_reach(experiment: Experiment) -> None:
    """Which input channels reach which outputs in one grouped convolution."""
    st.subheader("Who hears whom", anchor=False)
    reach = compute_reach(
        experiment.x.shape[-1], experiment.output.shape[-1], experiment.options.groups
    )
    left, _ = st.columns(2)
    with left:
        _draw(make_reach_figure(reach), "reach")


def _show_shuffled_reach(experiment: Experiment) -> None:
    """The same for two grouped convolutions, without and with the shuffle between them."""
    st.subheader("Who hears whom", anchor=False)
    filters, groups = experiment.options.filters, experiment.options.groups
    second = compute_reach(filters, filters, groups)
    for column, shuffled in zip(st.columns(2), (False, True), strict=True):
        first = compute_reach(experiment.x.shape[-1], filters, groups, shuffled=shuffled)
        reach = compose_reach(first, second)
        with column:
            st.caption("With the shuffle" if shuffled else "Without the shuffle")
            _draw(make_reach_figure(reach), f"reach_{shuffled}")
            st.caption(f"{reach.sum()} of {reach.size} paths.")


def _show_saving(experiment: Experiment) -> None:
    """What it saves to squeeze the channels by a 1×1 before a large kernel."""
    st.subheader("What 1×1 saves", anchor=False)
    show_text("convolution/pointwise_saving")
    with st.container(horizontal=True):
        side, channels, squeezed, size, filters = (
            int(st.number_input(label, 1, 1024, value, key=f"{PAGE}_saving_{number}", width=150))
            for number, (label, value) in enumerate(SAVING.items())
        )
    places = [("H", side), ("W", side)]
    window = [("k", size), ("k", size)]
    direct = explain_product("Directly", [*places, *window, ("C", channels), ("F", filters)])
    squeeze = explain_product("1×1", [*places, ("C", channels), ("S", squeezed)])
    rest = explain_product("k×k", [*places, *window, ("S", squeezed), ("F", filters)])
    both = explain_sum("Through the 1×1", [squeeze, rest])
    st.markdown(
        f"Directly **{direct.result:,}** MACs; through the 1×1 **{both.result:,}**: "
        f"**{both.result / direct.result:.1%}**."
    )
    show_formulas([direct, squeeze, rest, both])


def _show_price(experiment: Experiment) -> None:
    told = experiment.explanation
    assert told.standard is not None
    rows = [
        ("Parameters", told.total_params.result, told.standard[0].result),
        ("MACs", told.total_macs.result, told.standard[1].result),
    ]
    lines = [
        f"| | {experiment.kind.title} | Standard | Share |",
        "|:--|--:|--:|--:|",
        *(f"| {name} | {own:,} | {other:,} | {own / other:.1%} |" for name, own, other in rows),
    ]
    st.subheader(PRICE, anchor=False)
    st.markdown("\n".join(lines))


def _draw(figure: go.Figure, key: str) -> None:
    st.plotly_chart(figure, config=BARE, key=f"{PAGE}_{key}")


EXTRAS: dict[str, Callable[[Experiment], None]] = {
    "pointwise": _show_saving,
    "transposed": _show_matrix,
    "dilated": _show_gaps,
    "spatially_separable": _show_split,
    "grouped": _show_reach,
    "shuffled_grouped": _show_shuffled_reach,
}

"""What the dropout page shows of its draw: grids, the thinned network, means, Keras' own draws."""

import numpy as np
import streamlit as st

from cnnlib.arch.amounts import format_shape
from cnnlib.figures.dropout import (
    make_error_figure,
    make_means_figure,
    make_thinned_network_figure,
)
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ops.linkage import Linkage, link_one_to_one
from cnnlib.runs import client
from cnnlib.runs.arrays import encode_array
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import check_with_keras
from cnnlib.ui.cell_setting import CELL
from cnnlib.ui.checks import format_number
from cnnlib.ui.dropout import texts
from cnnlib.ui.dropout.lab import DRAWS, DropoutLab, choose_shown, compute_means
from cnnlib.ui.dropout.network import EXAMPLES, INPUTS, OUTPUTS, UNITS, Network
from cnnlib.ui.linked_grids import Grid, Link, linked_grids
from cnnlib.ui.page import friendly_errors
from cnnlib.ui.prose import show_text
from cnnlib.ui.stage_grids import IMAGE_AXES

BARE = {**PLOT_CONFIG, "displayModeBar": False}
KERAS_DRAWS = 1000
MARGIN = 3.29  # standard deviations, which 999 of 1,000 normal numbers stay within


def show_grids(address: Address, lab: DropoutLab, *, covered: bool) -> None:
    """Numbers × mask = output; covered: the numbers alone."""
    grids, links = make_grids(lab)
    if covered:
        grids, links = grids[:1], []
    st.caption(texts.COVERED if covered else texts.HINTS[_kind(lab)])
    drawn = linked_grids(grids, links, key=address.key("grids"), cell=address[CELL])
    if covered:
        return
    address[CELL] = drawn.cell
    count = lab.values.size
    if lab.training:
        share = lab.fallen / count
        st.markdown(texts.FELL.format(fallen=lab.fallen, count=count, share=share, rate=lab.rate))
    else:
        st.markdown(texts.NOTHING_FELL.format(count=count))


def make_grids(lab: DropoutLab) -> tuple[list[Grid], list[Link]]:
    shape, steps = lab.values.shape, lab.steps
    weights = np.where(steps.mask, np.float32(steps.scale), np.float32(0))
    strides = [int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))]
    axes = tuple(
        link_one_to_one(size, weight_step=stride)
        for size, stride in zip(shape, strides, strict=True)
    )
    names = ("example", "unit") if lab.network else IMAGE_AXES
    told = texts.MASK_TRAINING.format(scale=steps.scale)
    grids = [
        Grid("input", texts.INPUT_NAMES[_kind(lab)], lab.values, axis_names=names,
             caption=format_shape(shape)),
        Grid("mask", texts.MASK, weights, axis_names=names,
             caption=told if lab.training else texts.MASK_INFERENCE),
        Grid("output", "Output", steps.output, axis_names=names, caption=format_shape(shape)),
    ]  # fmt: skip
    return grids, [Link("input", "output", Linkage(shape, axes), kernel="mask")]


def _kind(lab: DropoutLab) -> str:
    return "units" if lab.network else "maps"


def show_network(address: Address, lab: DropoutLab, network: Network) -> None:
    """The network that this draw leaves for one example, and Keras' own of the same size."""
    st.subheader(texts.NETWORK_TITLE, anchor=False)
    show_text("dropout/network")
    st.slider(texts.EXAMPLE, 0, EXAMPLES - 1, key=address.key("example"))
    number = address["example"]
    stays, hidden = lab.steps.mask[number], lab.steps.output[number]
    x, outputs = network.inputs[number], network.finish(hidden)
    there = [np.ones(INPUTS, bool), stays, np.ones(OUTPUTS, bool)]
    weights = [network.first, network.second]
    figure = make_thinned_network_figure([x, hidden, outputs], weights, there)
    st.plotly_chart(figure, config=BARE, key=address.key("network"))
    left = (network.first[:, stays] != 0).sum() + (network.second[stays] != 0).sum()
    every = (network.first != 0).sum() + (network.second != 0).sum()
    st.markdown(
        texts.NETWORK_LINE.format(
            example=number, kept=stays.sum(), units=UNITS, connections=left, all_connections=every
        )
    )
    if stays.any():
        calls = network.make_thinned_calls(stays, lab.steps.scale)
        check_with_keras(x, calls, outputs, key=address.key("thinned"), label=texts.CHECK_THINNED)


def show_means(address: Address, lab: DropoutLab) -> None:
    """The mean of n draws against n, and how its error shrinks."""
    st.subheader(texts.MEANS_TITLE, anchor=False)
    show_text("dropout/means")
    shown = choose_shown(lab.values)
    if not lab.rate or not shown:
        st.info(texts.MEANS_NONE)
        return
    means = compute_means(lab.values, lab.rate, address["draw"], shown)
    names = [_name_cell(lab, place) for place in shown]
    truths = lab.values.ravel()[list(shown)]
    left, right = st.columns(2)
    with left:
        figure = make_means_figure(means.counts, means.means, truths, names)
        st.plotly_chart(figure, config=BARE, key=address.key("means"))
    with right:
        figure = make_error_figure(means.counts, means.errors, means.expected)
        st.plotly_chart(figure, config=BARE, key=address.key("errors"))
    few = int(np.argmax(means.counts >= 10))
    first, last = float(means.errors[few]), float(means.errors[-1])
    times = DRAWS / int(means.counts[few])
    st.markdown(
        texts.MEANS_LINE.format(
            few=means.counts[few], few_error=first, many=DRAWS, many_error=last,
            ratio=first / last, times=times, root=times**0.5,
        )
    )  # fmt: skip


def _name_cell(lab: DropoutLab, place: int) -> str:
    index = [int(number) for number in np.unravel_index(place, lab.values.shape)]
    value = f"x = {lab.values[tuple(index)]:.4g}"
    if lab.network:
        return f"example {index[0]}, unit {index[1]}: {value}"
    return f"map {index[2]}, row {index[0]}, column {index[1]}: {value}"


def check_inference(address: Address, lab: DropoutLab) -> None:
    check_with_keras(
        lab.x, lab.calls, lab.output, key=address.key("equals_keras"),
        batched=lab.network is not None, label=texts.CHECK_INFERENCE,
    )  # fmt: skip


def show_keras_draws(address: Address, lab: DropoutLab) -> None:
    """Keras' own draws, counted; asked only when the learner wants it."""
    st.subheader(texts.KERAS_TITLE, anchor=False)
    show_text("dropout/keras")
    asked, setting = address.key("keras_draws"), (lab.rate, lab.values.tobytes())
    button = texts.KERAS_BUTTON.format(draws=f"{KERAS_DRAWS:,}")
    if st.button(button, icon=":material/casino:", key=address.key("ask_keras")):
        with friendly_errors(), st.spinner("Asking Keras …"):
            answer = client.ask(
                "draw_dropout", input=encode_array(lab.values), rate=lab.rate, draws=KERAS_DRAWS
            )
            st.session_state[asked] = (setting, answer)
    told = st.session_state.get(asked)
    if told and told[0] == setting and told[1]["values"]:
        st.markdown(describe_draws(told[1], lab.rate))


def describe_draws(answer: dict[str, float], rate: float) -> str:
    values = answer["values"]
    return texts.KERAS_ANSWER.format(
        version=answer["keras"], fallen=answer["fallen"], values=values, rate=rate,
        share=answer["fallen"] / values, margin=MARGIN * (rate * (1 - rate) / values) ** 0.5,
        difference=format_number(answer["max_difference"]),
    )  # fmt: skip

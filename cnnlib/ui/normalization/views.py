"""Below the grids: the values on an activation's curve, and the moving statistics."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.figures.normalization import make_moving_figure, make_on_curve_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ops.activations import ACTIVATIONS, saturation_share
from cnnlib.ui.address import Address
from cnnlib.ui.latex_lines import tidy
from cnnlib.ui.normalization import texts
from cnnlib.ui.normalization.controls import choose_batches
from cnnlib.ui.normalization.experiment import Experiment
from cnnlib.ui.normalization.settings import CURVES
from cnnlib.ui.prose import show_text

BARE = {**PLOT_CONFIG, "displayModeBar": False}
LEAST_REACH = 6.0  # of the x axis on both sides of 0, so that the curve's bend is seen


def show_on_curve(address: Address, experiment: Experiment) -> None:
    """The chosen channel before and after, as what goes into an activation."""
    st.subheader(texts.CURVE, anchor=False)
    show_text("normalization/curve")
    st.segmented_control(
        "Activation", CURVES, format_func=lambda name: ACTIVATIONS[name].title, required=True,
        key=address.key("curve"),
    )  # fmt: skip
    name, channel = address["curve"], experiment.cell[-1]
    pictures = (
        ("Without batch normalisation", experiment.x[..., channel]),
        ("With it", experiment.steps.output[..., channel]),
    )
    for column, (title, values) in zip(st.columns(2, gap="large"), pictures, strict=True):
        with column:
            st.markdown(f"**{title}**, channel {channel}")
            _draw_on_curve(address, title, values, name)
            st.caption(
                f"Mean {tidy(values.mean())}, variance {tidy(values.var())}. "
                f"**{saturation_share(values, name):.0%}** of the values lie where the slope of "
                f"{ACTIVATIONS[name].title} is below 0.01."
            )


def _draw_on_curve(address: Address, title: str, values: NDArray[np.float32], name: str) -> None:
    reach = max(LEAST_REACH, 1.05 * float(np.abs(values).max()))
    xs = np.linspace(-reach, reach, 401, dtype=np.float32)
    activation = ACTIVATIONS[name]
    figure = make_on_curve_figure(
        values, (xs, activation.function(xs)), name=activation.title, limits=(-reach, reach)
    )
    st.plotly_chart(figure, config=BARE, key=address.key(f"on_curve_{title}"))


def show_moving(address: Address, experiment: Experiment) -> None:
    """The moving statistics, batch by batch, and the control that gives one more."""
    st.subheader(texts.MOVING, anchor=False)
    show_text("normalization/moving")
    choose_batches(address)
    moving, channel = experiment.moving, experiment.cell[-1]
    pictures = (
        ("mean", moving.mean, moving.batch_mean),
        ("variance", moving.variance, moving.batch_variance),
    )
    for column, (name, history, own) in zip(st.columns(2, gap="large"), pictures, strict=True):
        with column:
            figure = make_moving_figure(
                history[:, channel], own[:, channel], title=f"{name}, channel {channel}"
            )
            st.plotly_chart(figure, config=BARE, key=address.key(f"moving_{name}"))
    st.caption(_describe_moving(experiment))


def _describe_moving(experiment: Experiment) -> str:
    moving, channel = experiment.moving, experiment.cell[-1]
    seen = len(moving.batch_mean)
    now = (
        f"moving mean {tidy(moving.mean[-1, channel])}, "
        f"variance {tidy(moving.variance[-1, channel])}"
    )
    if not seen:
        return f"A new layer has seen nothing: {now}. In inference it hardly changes a number."
    left = experiment.momentum**seen
    means = tidy(moving.batch_mean[:, channel].mean())
    return (
        f"After {seen} {'batch' if seen == 1 else 'batches'}: {now}. The batches’ own means are "
        f"{means} on average. Of the 0 and 1 that it began with, {experiment.momentum:g}^{seen} = "
        f"**{left:.2%}** is left."
    )

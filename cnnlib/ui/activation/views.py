"""Below the grids: curves, all activations side by side, dying units, gradients over depth."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cnnlib.figures.activations import make_curve_figure, make_depth_figure, make_dying_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ops.activation_chains import chain_gradients, count_dead, find_steepest, trace_curve
from cnnlib.ops.activations import ACTIVATIONS, dead_share, relu, saturation_share
from cnnlib.ops.convolution import conv2d
from cnnlib.ui.activation import texts
from cnnlib.ui.activation.experiment import SOFTMAX, Experiment
from cnnlib.ui.activation.settings import BIAS, MAX_LAYERS, NAMES, UNITS
from cnnlib.ui.address import Address
from cnnlib.ui.latex_lines import tidy
from cnnlib.ui.prose import show_text

Floats = NDArray[np.float32]
BARE = {**PLOT_CONFIG, "displayModeBar": False}
LEAST_REACH, FARTHEST_REACH = 6.0, 60.0
POINTS = 401
CHAINED = 512  # numbers that are followed through the layers
PERCENT = st.column_config.NumberColumn(format="percent", help=texts.SATURATED_HELP)


def show_curves(address: Address, experiment: Experiment) -> None:
    """The activation and its slope, with the numbers of this page on the axis."""
    st.subheader(texts.CURVE, anchor=False)
    st.markdown(f"{experiment.activation.sentence} {describe_saturation(experiment)}")
    names = [experiment.name, *(name for name in address["beside"] if name != experiment.name)]
    reach = min(max(LEAST_REACH, 1.05 * float(np.abs(experiment.z).max())), FARTHEST_REACH)
    xs = np.linspace(-reach, reach, POINTS, dtype=np.float32)
    others = np.delete(experiment.row, experiment.cell[-1])
    traced = {ACTIVATIONS[name].title: trace_curve(name, xs, others) for name in names}
    z = float(experiment.z[experiment.cell])
    pictures = (("f(z)", experiment.output), ("f′(z)", experiment.slope))
    columns = st.columns(2, gap="large")
    for number, (column, (title, made)) in enumerate(zip(columns, pictures, strict=True)):
        with column:
            curves = {name: both[number] for name, both in traced.items()}
            marked = (z, float(made[experiment.cell])) if abs(z) <= reach else None
            figure = make_curve_figure(xs, curves, title=title, values=experiment.z, marked=marked)
            st.plotly_chart(figure, config=BARE, key=address.key(f"curve_{number}"))
    if SOFTMAX in names:
        alone = experiment.x.shape[-1] == 1
        st.caption(texts.SOFTMAX_ALONE if alone else texts.SOFTMAX_CURVE)


def describe_saturation(experiment: Experiment) -> str:
    share = saturation_share(experiment.z, experiment.name)
    return (
        f"Of these {experiment.z.size:,} numbers **{share:.1%}** are saturated: "
        f"there |f′(z)| < 0.01."
    )


def show_comparison(experiment: Experiment) -> None:
    """What every activation makes of the same z."""
    st.subheader(texts.COMPARISON, anchor=False)
    st.dataframe(
        compare(experiment.z),
        hide_index=True,
        height="content",
        column_config={
            texts.COLUMNS["saturated"]: PERCENT,
            texts.COLUMNS["slope"]: st.column_config.NumberColumn(help=texts.SLOPE_HELP),
        },
    )


def compare(z: Floats) -> pd.DataFrame:
    """A row for each activation."""
    rows = []
    for name in NAMES:
        activation = ACTIVATIONS[name]
        output, slopes = activation.function(z), np.abs(activation.derivative(z))
        numbers = (output.min(), output.max(), output.mean(), saturation_share(z, name))
        values = [activation.title, *(round(float(each), 4) for each in (*numbers, slopes.mean()))]
        rows.append(dict(zip(texts.COLUMNS.values(), values, strict=True)))
    return pd.DataFrame(rows)


def show_dying(address: Address, experiment: Experiment) -> None:
    """Random filters with a ReLU on this input: how many never fire, over the bias."""
    st.subheader(texts.DYING, anchor=False)
    show_text("activation/dying")
    sums = compute_sums(experiment.x, experiment.weight)
    biases = np.linspace(*BIAS, 101)
    dead = dead_share(relu(sums + np.float32(experiment.bias)))
    figure = make_dying_figure(biases, count_dead(sums, biases), (experiment.bias, dead))
    st.plotly_chart(figure, config=BARE, key=address.key("dying"))
    st.caption(
        f"w = {experiment.weight:g}, b = {experiment.bias:g}: **{round(dead * UNITS)} of {UNITS}** "
        f"units give 0 everywhere on this input."
    )


def compute_sums(x: Floats, weight: float) -> Floats:
    """(places…, units): what 64 filters with He's random weights, times `weight`, add up."""
    rows, columns = (min(3, size) for size in x.shape[:2])
    fan_in = rows * columns * x.shape[-1]
    rng = np.random.default_rng(0)
    kernel = rng.normal(0, np.sqrt(2 / fan_in), (rows, columns, x.shape[-1], UNITS))
    sums: Floats = conv2d(x[np.newaxis], (weight * kernel).astype(np.float32))[0]
    return sums


def show_depth(address: Address, experiment: Experiment) -> None:
    """The product of slopes over many layers, one unit each."""
    st.subheader(texts.DEPTH, anchor=False)
    show_text("activation/depth")
    st.slider(texts.LAYERS, 1, MAX_LAYERS, key=address.key("layers"), width=320)
    names = [name for name in (experiment.name, *address["beside"]) if name != SOFTMAX]
    names = list(dict.fromkeys([*names, "sigmoid", "relu"]))
    z = experiment.z.ravel()
    z = z[:: max(1, len(z) // CHAINED)][:CHAINED]
    curves = {
        name: chain_gradients(
            name, z, address["layers"], weight=experiment.weight, bias=experiment.bias
        )
        for name in names
    }
    titled = {ACTIVATIONS[name].title: values for name, values in curves.items()}
    st.plotly_chart(make_depth_figure(titled), config=BARE, key=address.key("depth"))
    st.markdown(describe_depth(names[0], curves[names[0]], experiment.weight, z.size))


def describe_depth(name: str, gradients: NDArray[np.float64], weight: float, count: int) -> str:
    """The bound by the steepest slope, and what was left of these numbers."""
    layers, steepest = len(gradients), find_steepest(name)
    bound = steepest**layers * abs(weight) ** (layers - 1)
    weights = "" if weight == 1 else f" · {abs(weight):g}^{layers - 1}"
    title = ACTIVATIONS[name].title
    return (
        f"{title} is nowhere steeper than {steepest:.4g}. After {layers} "
        f"{'layer' if layers == 1 else 'layers'} at most {steepest:.4g}^{layers}{weights} = "
        f"**{tell_small(bound)}** of a gradient can be left; of these {count:,} numbers’ "
        f"gradients **{tell_small(gradients[-1])}** is left on average."
    )


def tell_small(value: float) -> str:
    return tidy(value) if value == 0 or 1e-3 <= value < 1e6 else f"{value:.2e}"

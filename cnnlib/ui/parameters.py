"""Counting parameters: a convolution's and a dense network's, for the same image."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.arch.amounts import format_shape
from cnnlib.figures.counting import make_parameter_growth_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ops.convolution.standard import conv2d, link_conv2d
from cnnlib.ops.counting import count_conv_params, count_dense_chain
from cnnlib.ops.formulas import Formula, explain_product, explain_sum
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ops.patterns import make_pattern
from cnnlib.ui.address import Address, Setting, flag, whole
from cnnlib.ui.anatomy import PREDICT, PREDICT_HELP
from cnnlib.ui.cell_setting import CELL, cell_setting
from cnnlib.ui.linked_grids import Grid, Link, linked_grids

EXAMPLES: dict[str, dict[str, object]] = {
    "3×3 on grey": {"channels": 1},
    "3×3 on colour": {"channels": 3},
    "5×5 on colour": {"channels": 3, "kernel": 5},
    "784 → 128 → 10": {"filters": 32},
    "CIFAR-10, 32 filters": {"channels": 3, "filters": 32, "size": 32},
}
DRAWN_CHANNELS, DRAWN_FILTERS, DRAWN_SIZE = 3, 2, 7
CHECKED_PARAMS = 400_000  # more would take long to send to Keras
GROWTH = tuple(range(4, 257, 4))


@dataclass(frozen=True)
class Comparison:
    """A small image's own numbers: what goes in, the Keras layers, what comes out."""

    values: NDArray[np.float32]
    calls: list[LayerCall]
    output: NDArray[np.float32]


def parameter_settings() -> list[Setting]:
    return [
        whole("kernel", 3, 1, 11),
        whole("channels", 1, 1, 512),
        whole("filters", 1, 1, 512),
        flag("bias", True),
        whole("size", 28, 1, 256),
        whole("units", 128, 1, 4096),
        whole("classes", 10, 1, 1000),
        flag("predict"),
        cell_setting(),
    ]


def choose_layers(address: Address) -> None:
    """Draw the controls; what they set is in `address`."""
    image, conv, dense = st.columns(3, gap="large")
    with image:
        st.markdown("**The image**")
        _number(address, "size", "Pixels a side", 256)
        _number(address, "channels", "Channels", 512)
    with conv:
        st.markdown("**A convolution**")
        _number(address, "kernel", "Kernel size", 11)
        _number(address, "filters", "Filters", 512)
    with dense:
        st.markdown("**A dense network**")
        _number(address, "units", "Hidden units", 4096)
        _number(address, "classes", "Outputs", 1000)
    with st.container(horizontal=True, vertical_alignment="center", gap="large"):
        st.toggle("Biases", key=address.key("bias"))
        st.toggle(PREDICT, help=PREDICT_HELP, key=address.key("predict"))


def _number(address: Address, name: str, label: str, high: int) -> None:
    st.number_input(label, 1, high, key=address.key(name))


def count_conv(address: Address) -> int:
    """Parameters of the convolution.

    Raises:
        OperatorError: a number is below 1.
    """
    return count_conv_params(
        address["kernel"], address["channels"], address["filters"], use_bias=address["bias"]
    )


def count_dense(address: Address, size: int | None = None) -> int:
    """Parameters of the dense network, for images of `size` pixels a side if given."""
    inputs = (size or address["size"]) ** 2 * address["channels"]
    chain = (inputs, address["units"], address["classes"])
    return count_dense_chain(chain, use_bias=address["bias"])


def explain_conv(address: Address) -> list[Formula]:
    """Weights and biases of the convolution, each number where its symbol stands."""
    k = address["kernel"]
    factors = [("k", k), ("k", k), ("C", address["channels"])]
    biases = address["filters"] if address["bias"] else 0
    if address["filters"] == 1:
        return [explain_product("Convolution", factors, ("1", biases))]
    factors.append(("F", address["filters"]))
    return [explain_product("Convolution", factors, ("F", biases))]


def explain_dense(address: Address) -> list[Formula]:
    """Both dense layers, then their sum."""
    size, units, classes = address["size"], address["units"], address["classes"]
    bias = address["bias"]
    inputs = size * size * address["channels"]
    first = explain_product(
        "Hidden layer", [(r"\mathit{in}", inputs), ("U", units)], ("U", units * bias)
    )
    last = explain_product("Output layer", [("U", units), (r"O", classes)], ("O", classes * bias))
    flat = [(r"n", size), ("n", size), ("C", address["channels"])]
    total = explain_sum("Dense network", [first, last])
    return [explain_product("Inputs of the dense network", flat), first, last, total]


def compare_conv(address: Address) -> Comparison | None:
    """The convolution on an image that it just covers; None when it is too large to ask Keras."""
    if count_conv(address) > CHECKED_PARAMS:
        return None
    k, channels, filters = address["kernel"], address["channels"], address["filters"]
    rng = np.random.default_rng(0)
    values = rng.integers(0, 3, (k + 1, k + 1, channels)).astype(np.float32)
    kernel = rng.integers(-2, 3, (k, k, channels, filters)).astype(np.float32)
    bias = rng.integers(-2, 3, filters).astype(np.float32) if address["bias"] else None
    output = conv2d(values[np.newaxis], kernel, bias=bias)[0]
    arguments = {"filters": filters, "kernel_size": k, "use_bias": address["bias"]}
    weights = (kernel,) if bias is None else (kernel, bias)
    return Comparison(values, [LayerCall("Conv2D", arguments, weights)], output)


def compare_dense(address: Address) -> Comparison | None:
    """The dense network on one image; None when it is too large to ask Keras."""
    if count_dense(address) > CHECKED_PARAMS:
        return None
    rng = np.random.default_rng(0)
    shape = (address["size"], address["size"], address["channels"])
    values = rng.integers(0, 2, shape).astype(np.float32)
    calls, flow = [LayerCall("Flatten")], values.ravel()
    for units in (address["units"], address["classes"]):
        kernel = rng.integers(-1, 2, (flow.size, units)).astype(np.float32)
        bias = rng.integers(-1, 2, units).astype(np.float32) if address["bias"] else None
        flow = flow @ kernel + (0 if bias is None else bias)
        weights = (kernel,) if bias is None else (kernel, bias)
        arguments = {"units": units, "use_bias": address["bias"]}
        calls.append(LayerCall("Dense", arguments, weights))
    return Comparison(values, calls, flow)


def make_code_calls(address: Address) -> tuple[list[LayerCall], list[LayerCall]]:
    """The Keras layers of the convolution and of the dense network, without their weights."""
    no_bias = {} if address["bias"] else {"use_bias": False}
    sizes = {"filters": address["filters"], "kernel_size": address["kernel"]}
    conv = [LayerCall("Conv2D", {**sizes, **no_bias})]
    chain = (address["units"], address["classes"])
    dense = [LayerCall("Dense", {"units": units, **no_bias}) for units in chain]
    return conv, [LayerCall("Flatten"), *dense]


def show_grids(address: Address, *, counted: bool) -> None:
    """A convolution on a small piece of the image: whichever cell, the same few weights.

    Args:
        counted: whether the captions may say how many there are.
    """
    k = address["kernel"]
    channels = min(address["channels"], DRAWN_CHANNELS)
    filters = min(address["filters"], DRAWN_FILTERS)
    side = max(DRAWN_SIZE, k + 1)
    values = make_pattern("random", side, side, channels)
    rng = np.random.default_rng(1)
    kernel = rng.integers(-2, 3, (k, k, channels, filters)).astype(np.float32)
    bias = rng.integers(-2, 3, filters).astype(np.float32) if address["bias"] else None
    output = conv2d(values[np.newaxis], kernel, bias=bias)[0]
    axes = ("row", "column", "channel")
    grids = [
        Grid("input", "A piece of the image", values, axis_names=axes),
        Grid("kernel", "Weights", kernel, axis_names=("row", "column", "channel", "filter"),
             caption=f"{format_shape(kernel.shape)} = {kernel.size}" if counted else ""),
    ]  # fmt: skip
    if bias is not None:
        caption = f"{filters} bias" if filters == 1 else f"{filters} biases"
        grids.append(
            Grid("bias", "Bias", bias, axis_names=("filter",), caption=caption if counted else "")
        )
    grids.append(Grid("output", "Output", output, axis_names=axes))
    linkage = link_conv2d(values.shape, kernel.shape)
    link = Link("input", "output", linkage, "kernel", None if bias is None else "bias")
    drawn = linked_grids(grids, [link], key=address.key("grids"), cell=address[CELL])
    address[CELL] = drawn.cell
    if channels < address["channels"] or filters < address["filters"]:
        st.caption(
            f"Drawn here: {channels} of {address['channels']} channels, "
            f"{filters} of {address['filters']} filters."
        )


def show_growth(address: Address) -> None:
    """How both counts grow with the image."""
    conv = count_conv(address)
    curves = {
        "convolution": [conv] * len(GROWTH),
        "dense network": [count_dense(address, size) for size in GROWTH],
    }
    figure = make_parameter_growth_figure(GROWTH, curves, marked=address["size"])
    config = {**PLOT_CONFIG, "displayModeBar": False}
    st.plotly_chart(figure, config=config, key=address.key("growth"))

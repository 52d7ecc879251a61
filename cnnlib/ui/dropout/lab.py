"""The dropout laboratory: what falls, this draw of it, and the means of many draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.ops.block_layers import make_layer_calls
from cnnlib.ops.blocks import Block, run_block
from cnnlib.ops.dropout import DropoutSteps, check_rate, dropout_steps, mean_of_draws
from cnnlib.ops.formulas import Formula
from cnnlib.ops.kernels import make_kernel
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ops.windows import Padding
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import Question
from cnnlib.ui.dropout.network import Network, make_network
from cnnlib.ui.input_choice import make_input

FILTERS = 2
DRAWS = 1000  # of which the mean is followed
POINTS = 120  # of the curves
NORMAL_MEAN_SIZE = np.sqrt(2 / np.pi)  # the mean |z| of a standard normal z
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class DropoutLab:
    """One draw.

    values: what may fall: (examples, units), or (rows, columns, maps).
    network: None where feature maps fall.
    x, calls, output: what goes into the whole network in Keras, its layers, and what comes out of
        them in inference; x has a batch axis where there is a `network`.
    """

    values: Floats
    rate: float
    training: bool
    steps: DropoutSteps
    network: Network | None
    x: Floats
    calls: Sequence[LayerCall]
    output: Floats

    @property
    def fallen(self) -> int:
        return int((~self.steps.mask).sum())

    @property
    def scale(self) -> float:
        """Of a draw in training, whatever the phase."""
        return 1 / (1 - self.rate)


def compute_lab(address: Address) -> DropoutLab:
    """Everything that the page shows for one setting.

    Raises:
        OperatorError: the setting breaks a rule.
    """
    rate, training = address["rate"] / 100, address["phase"] == "training"
    check_rate(rate)
    if address["of"] == "units":
        network = make_network()
        values, x = network.hidden, network.inputs
        calls, output = network.make_layer_calls(rate), network.finish(values)
    else:
        network, x = None, make_input(address).values
        kernel, _ = make_kernel("sobel_x", 3, x.shape[-1], FILTERS)
        bias = np.zeros(FILTERS, np.float32)
        padding: Padding = "valid" if len(x) >= len(kernel) else "same"
        block = Block(("C", "A", "P", "D"), kernel, bias, padding=padding, rate=rate)
        values = output = run_block(x[None], block)[0]
        calls = make_layer_calls(block)
    steps = dropout_steps(values, rate, rng=address["draw"], training=training)
    return DropoutLab(values, rate, training, steps, network, x, calls, output)


def make_questions(lab: DropoutLab) -> list[Question]:
    expected = lab.rate * lab.values.size
    whole = round(expected)
    return [
        Question(f"How many of {lab.values.size} fall on average",
                 whole if abs(expected - whole) < 1e-9 else expected),
        Question("What the others are multiplied by", lab.scale),
    ]  # fmt: skip


def explain(lab: DropoutLab) -> list[list[Formula]]:
    """How many fall, the scale, one cell by hand, and why the mean stays."""
    p = f"{lab.rate:g}"
    place = np.unravel_index(np.argmax(lab.values), lab.values.shape)
    x = float(lab.values[place])
    stays = x * lab.scale
    share = f"(1 - {p})"
    return [
        [
            Formula("Fall on average", r"p \cdot N", rf"{p} \cdot {lab.values.size}",
                    lab.rate * lab.values.size),
            Formula("Scale of those that stay", r"\frac{1}{1 - p}", rf"\frac{{1}}{{1 - {p}}}",
                    lab.scale),
        ],
        [
            Formula("The largest number, if it stays", r"\frac{x}{1 - p}",
                    rf"\frac{{{x:.5g}}}{{1 - {p}}}", stays),
            Formula("Its mean over all draws", r"p \cdot 0 + (1 - p) \cdot \frac{x}{1 - p}",
                    rf"{p} \cdot 0 + {share} \cdot {stays:.5g}", x),
        ],
    ]  # fmt: skip


@dataclass(frozen=True)
class Means:
    """The means of the first n draws.

    counts: (points,), n from 1 to `DRAWS`. means: (points, cells) of the cells `shown`.
    errors: (points,), the mean over all cells of |mean - x|; expected: what theory says of it.
    """

    counts: NDArray[np.int64]
    means: Floats
    errors: Floats
    expected: Floats


@st.cache_data(max_entries=64, show_spinner=False)
def compute_means(values: Floats, rate: float, seed: int, shown: tuple[int, ...]) -> Means:
    """Follow the mean of 1, 2, … `DRAWS` draws; `shown` are flat places of `values`.

    The mean of n draws is about normal with standard deviation |x| · √(p / (1 - p) / n), and the
    size of a normal error is on average √(2/π) of that.
    """
    counts = np.unique(np.geomspace(1, DRAWS, POINTS).astype(np.int64))
    wanted = set(counts.tolist())
    means, errors = [], []
    draws = mean_of_draws(values, rate, draws=DRAWS, rng=seed)
    for count, mean in enumerate(draws, start=1):
        if count in wanted:
            means.append(mean.ravel()[list(shown)])
            errors.append(float(np.abs(mean - values).mean()))
    spread = np.abs(values).mean() * np.sqrt(rate / (1 - rate) / counts)
    return Means(counts, np.array(means), np.array(errors), NORMAL_MEAN_SIZE * spread)


def choose_shown(values: Floats, count: int = 3) -> tuple[int, ...]:
    """Flat places of a few cells whose numbers lie well apart: the largest, …"""
    order = np.argsort(values, axis=None)[::-1]
    order = order[values.ravel()[order] > 0]
    steps = np.linspace(0, len(order) - 1, min(count, len(order))).round().astype(int)
    return tuple(int(place) for place in order[steps])

"""Batch normalisation as linked grids: a row of maps for each channel, its mean and variance."""

from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.ops.linkage import AxisTaps, Linkage, Tap, link_all, link_one_to_one
from cnnlib.ui.address import Address
from cnnlib.ui.cell_setting import CELL
from cnnlib.ui.edits import EDITS, forget_edits, remember_edit
from cnnlib.ui.linked_grids import Edit, Grid, Link, linked_grids
from cnnlib.ui.normalization import texts
from cnnlib.ui.normalization.batches import CHANNEL_NAMES
from cnnlib.ui.normalization.experiment import Experiment, to_drawn
from cnnlib.ui.normalization.settings import NUMBERS

Floats = NDArray[np.float32]
AXES = ("channel", "image", "row", "column")
MOST_SIDE = 8  # sheets; the component stacks more
COLUMN_AXES = ("channel", "batch", "row", "column")  # one number a channel, below each other


def show_grids(address: Address, experiment: Experiment, *, covered: bool) -> None:
    """Draw them; covered: without what comes out."""
    grids, links = make_grids(experiment, address["source"])
    if covered:
        grids, links = grids[:1], []
        st.caption(texts.COVERED)
    shapes = {grid.id: grid.shape for grid in grids}

    def remember(edit: Edit) -> None:
        remember_edit(address, edit, shapes)

    drawn = linked_grids(
        grids, links, key=address.key("grids"), cell=address[CELL], on_edit=remember
    )
    if not covered:
        address[CELL] = drawn.cell
    if address[EDITS]:
        st.button(texts.FORGET, icon=":material/undo:", type="tertiary",
                  on_click=forget_edits, args=(address,))  # fmt: skip


def make_grids(experiment: Experiment, source: str) -> tuple[list[Grid], list[Link]]:
    """Input, mean, variance, x̂, γ, β and output, with the channels in front; and their links."""
    steps, training = experiment.steps, experiment.training
    x, x_hat, output = (to_drawn(each) for each in (experiment.x, steps.x_hat, steps.output))
    which = "of this batch" if training else "moving"
    channels = CHANNEL_NAMES[source]
    names = _name_sheets(channels, x.shape[1])
    plain = Grid("input", "Input x", x, rows=2, cols=3, sheet_names=names, axis_names=AXES)
    small = Grid("mean", "Mean μ", _as_column(steps.mean), axis_names=COLUMN_AXES, caption=which)
    grids = [
        replace(plain, editable=source == NUMBERS, caption=texts.ROWS),
        small,
        replace(small, id="variance", label="Variance σ²", values=_as_column(steps.variance)),
        replace(plain, id="x_hat", label="Normalised x̂", values=x_hat,
                caption="(x − μ) / √(σ² + ε)"),
        Grid("gamma", "γ", experiment.gamma, axis_names=("channel",)),
        replace(small, id="beta", label="Shift β", values=_as_column(experiment.beta), caption=""),
        replace(plain, id="output", label="Output y", values=output, caption="γ · x̂ + β"),
    ]  # fmt: skip
    return grids, _make_links(x.shape, steps.variance, experiment.epsilon, training)


def _make_links(
    shape: tuple[int, ...], variance: Floats, epsilon: float, training: bool
) -> list[Link]:
    same = tuple(link_one_to_one(size) for size in shape)
    over = _one_a_channel(shape)
    whole = (same[0], *(link_all(size, 1) for size in shape[1:]))
    one = (shape[0], 1, 1, 1)
    scales = np.repeat(1 / np.sqrt(variance + np.float32(epsilon)), np.prod(shape[1:]))[:, None]
    by_gamma = (link_one_to_one(shape[0], weight_step=1), *same[1:])
    statistics = [
        Link("input", name, Linkage(shape, whole), reading="none", function=name)
        for name in ("mean", "variance")
    ]
    return [
        *(statistics if training else ()),
        Link("input", "x_hat", Linkage(shape, same, scales)),
        Link("mean", "x_hat", Linkage(one, over, -scales)),
        Link("variance", "x_hat", Linkage(one, over), reading="none"),
        Link("x_hat", "output", Linkage(shape, by_gamma), kernel="gamma"),
        Link("beta", "output", Linkage(one, over), reading="pick"),
    ]


def _one_a_channel(shape: tuple[int, ...]) -> tuple[AxisTaps, ...]:
    """Every cell of a channel's maps reads the channel's one number."""
    broadcast = tuple(((Tap(0),),) * size for size in shape[1:])
    return (link_one_to_one(shape[0]), *broadcast)


def _as_column(values: Floats) -> Floats:
    return values.reshape(-1, 1, 1, 1)


def _name_sheets(channels: tuple[str, ...], images: int) -> tuple[str, ...]:
    """Short while they stand side by side, a row for each channel; stacked ones say more."""
    short = images <= MOST_SIDE // len(channels) and channels == CHANNEL_NAMES[NUMBERS]
    return tuple(
        f"image {image}" if short else f"{name}, image {image}"
        for name in channels
        for image in range(images)
    )

"""An activation as linked grids: cell by cell, or for softmax over the channels of a place."""

import numpy as np
import streamlit as st

from cnnlib.ops.linkage import AxisTaps, Linkage, Tap, link_one_to_one
from cnnlib.ui.activation import texts
from cnnlib.ui.activation.experiment import SOFTMAX, Experiment
from cnnlib.ui.address import Address
from cnnlib.ui.cell_setting import CELL
from cnnlib.ui.edits import EDITS, forget_edits, remember_edit
from cnnlib.ui.linked_grids import Edit, Grid, Link, linked_grids

AXES = ("row", "column", "channel")


def show_grids(address: Address, experiment: Experiment, *, covered: bool) -> None:
    """Draw them; covered: without what comes out."""
    grids, links = make_grids(experiment)
    if covered:
        grids, links = grids[:-2], links[:1]
        st.caption(texts.COVERED)
    shapes = {grid.id: grid.shape for grid in grids}

    def remember(edit: Edit) -> None:
        remember_edit(address, edit, shapes)

    drawn = linked_grids(
        grids, links, key=address.key("grids"), cell=address[CELL], on_edit=remember,
        target=links[min(1, len(links) - 1)].target,
    )  # fmt: skip
    address[CELL] = drawn.cell
    if address[EDITS]:
        st.button(texts.FORGET, icon=":material/undo:", type="tertiary",
                  on_click=forget_edits, args=(address,))  # fmt: skip


def make_grids(experiment: Experiment) -> tuple[list[Grid], list[Link]]:
    """Input, weight and bias, z, f(z) and the slope f′(z); and their links."""
    shape, name = experiment.x.shape, experiment.activation.title
    sheets = experiment.sheet_names
    bias = np.full(shape[2], experiment.bias, np.float32)
    weight = np.array([experiment.weight], np.float32)
    grids = [
        Grid("input", "Input x", experiment.x, sheet_names=sheets, axis_names=AXES, editable=True),
        Grid("weight", "Weight", weight, axis_names=("weight",)),
        Grid("bias", "Bias", bias, axis_names=("channel",)),
        Grid("z", "z", experiment.z, sheet_names=sheets, axis_names=AXES, caption="w · x + b"),
        Grid("output", "Output f(z)", experiment.output, sheet_names=sheets, axis_names=AXES,
             caption=name),
        Grid("slope", "Slope f′(z)", experiment.slope, sheet_names=sheets, axis_names=AXES,
             caption="what a gradient is multiplied by"),
    ]  # fmt: skip
    same = tuple(link_one_to_one(size) for size in shape)
    reads: tuple[AxisTaps, ...] = same
    if experiment.name == SOFTMAX:
        reads = (*same[:2], _own_first(shape[2]))
    links = [
        Link("input", "z", Linkage(shape, same), kernel="weight", bias="bias"),
        Link("z", "output", Linkage(shape, reads), reading="none", function=name),
        Link("z", "slope", Linkage(shape, reads), reading="none", function=f"{name}′"),
    ]
    return grids, links


def _own_first(channels: int) -> AxisTaps:
    """Softmax reads all channels; its own stands first, so that the text tells which it is."""
    return tuple(
        (Tap(own), *(Tap(other) for other in range(channels) if other != own))
        for own in range(channels)
    )

"""What the CBAPD page shows of its block: the linked grids, the table of steps, the swaps."""

from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from cnnlib.arch.amounts import format_shape
from cnnlib.ops.block_layers import make_layer_calls
from cnnlib.ops.blocks import Block, Swap, compare_swaps
from cnnlib.ops.stages import Stage
from cnnlib.ui.address import Address
from cnnlib.ui.anatomy import check_with_keras
from cnnlib.ui.cbapd import texts
from cnnlib.ui.cbapd.lab import BlockLab, Floats, run_without_dropout
from cnnlib.ui.cell_setting import CELL
from cnnlib.ui.checks import format_number
from cnnlib.ui.convolution.parade import NEGATIVE, POSITIVE
from cnnlib.ui.edits import EDITS, forget_edits, remember_edit
from cnnlib.ui.linked_grids import Edit, Grid, Link, linked_grids
from cnnlib.ui.prose import show_text
from cnnlib.ui.stage_grids import IMAGE_AXES, INPUT, make_weight_grid
from cnnlib.ui.thumbnails import make_png_url

PICTURE_SIDE = 64  # pixels of one map in the table
PALE = np.array([0xDF, 0xE1, 0xE4])
LABELS = {"kernel": "Kernel", "bias": "Bias", "scale": "Scale", "shift": "Shift"}
OWN_NAMES = {"C": ("kernel", "bias"), "B": ("scale", "shift")}


def show_grids(address: Address, lab: BlockLab, *, covered: bool) -> None:
    """The chain of grids, from the image to the last step; covered: the image alone."""
    grids, links = make_grids(lab)
    if covered:
        grids, links = grids[:1], []
    st.caption(texts.COVERED if covered else texts.HINT)
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


def make_grids(lab: BlockLab) -> tuple[list[Grid], list[Link]]:
    """A grid for each step, called by its letter in small, with its weights before it."""
    picture = lab.picture
    grids = [
        Grid(INPUT, "Input", lab.x, sheet_names=picture.sheet_names, axis_names=IMAGE_AXES,
             editable=True, paint=picture.paint, caption=format_shape(lab.x.shape))
    ]  # fmt: skip
    links, source = [], INPUT
    for stage in lab.stages:
        kernel = bias = None
        if stage.kernel is not None and stage.bias is not None:
            kernel, bias = OWN_NAMES[stage.name]
            editable = stage.name == "C"
            grids += [
                make_weight_grid(kernel, stage.kernel, LABELS, editable=editable),
                make_weight_grid(bias, stage.bias, LABELS, editable=editable),
            ]
        target = stage.name.lower()
        grids.append(
            Grid(target, texts.STEP_NAMES[stage.name], stage.output, axis_names=IMAGE_AXES,
                 caption=format_shape(stage.output.shape))
        )  # fmt: skip
        reading = _choose_reading(stage, lab)
        links.append(Link(source, target, stage.linkage, kernel, bias, reading))
        source = target
    return grids, links


def _choose_reading(stage: Stage, lab: BlockLab) -> Literal["sum", "pick", "none"]:
    if stage.name == "A":
        return "none" if stage.linkage.weights is None else "pick"
    if stage.name == "P" and lab.block.pooling == "max":
        return "pick"
    return "pick" if stage.name == "D" and not lab.training else "sum"


def show_steps_table(lab: BlockLab) -> None:
    """Each step's maps as a picture, their shape, their values, and the step's parameters."""
    st.subheader("Step by step", anchor=False)
    st.dataframe(
        make_steps_table(lab),
        hide_index=True,
        row_height=PICTURE_SIDE + 8,
        height="content",
        column_config={
            "maps": st.column_config.ImageColumn(
                help="Above 0 blue, below 0 orange, 0 pale; each step on its own scale."
            ),
            **{
                name: st.column_config.NumberColumn(format="%.4g")
                for name in ("smallest", "mean", "largest")
            },
            "zeros": st.column_config.NumberColumn(format="percent"),
        },
    )


def make_steps_table(lab: BlockLab) -> pd.DataFrame:
    names = ["Input", *(texts.STEP_NAMES[stage.name] for stage in lab.stages)]
    arrays = [lab.x, *(stage.output for stage in lab.stages)]
    return pd.DataFrame(
        [
            {
                "step": name,
                "maps": draw_maps(values, gray=values is lab.x and lab.picture.is_picture),
                "shape": format_shape(values.shape),
                "parameters": params,
                "smallest": float(values.min()),
                "mean": float(values.mean()),
                "largest": float(values.max()),
                "zeros": float((values == 0).mean()),
            }
            for name, values, params in zip(names, arrays, [0, *lab.params], strict=True)
        ]
    )


def draw_maps(values: Floats, *, gray: bool = False) -> str:
    """All channels of (rows, columns, channels) side by side, as a PNG address.

    Args:
        gray: 0 to 255 from black to white; else above 0 blue, below 0 orange, 0 pale.
    """
    if gray:
        pixels = np.repeat(values.clip(0, 255)[..., None], 3, axis=-1)
    else:
        strength = np.abs(values)[..., None] / (np.abs(values).max() or 1.0)
        color = np.where((values >= 0)[..., None], POSITIVE, NEGATIVE)
        pixels = PALE * (1 - strength) + color * strength
    maps = [
        Image.fromarray(pixels[:, :, channel].astype(np.uint8)).resize(
            (PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.NEAREST
        )
        for channel in range(values.shape[-1])
    ]
    gap = PICTURE_SIDE + 4
    sheet = Image.new("RGBA", (gap * len(maps) - 4, PICTURE_SIDE))
    for number, each in enumerate(maps):
        sheet.paste(each, (number * gap, 0))
    return make_png_url(np.asarray(sheet))


def show_swaps(lab: BlockLab) -> None:
    """For every two neighbours: how far the output moves when they change places."""
    if len(lab.stages) < 2:
        return
    st.subheader(texts.SWAP_TITLE, anchor=False)
    show_text("cbapd/swaps")
    swaps = compare_swaps(lab.x, lab.others, lab.block)
    st.markdown("\n".join(describe_swap(swap, lab.block) for swap in swaps))


def describe_swap(swap: Swap, block: Block) -> str:
    """One line of Markdown."""
    pair = "".join(sorted(swap.first + swap.second))
    if pair == "AP" and block.pooling == "avg":
        pair = "AP average"
    first, second = (texts.STEP_NAMES[letter] for letter in (swap.first, swap.second))
    if swap.shape is None:
        told = texts.SWAP_BREAKS
    elif swap.difference is None:
        told = texts.SWAP_SHAPE.format(shape=format_shape(swap.shape))
    else:
        told = f"max |Δ| = {format_number(swap.difference)}"
        if swap.difference:
            told += f" (largest value {format_number(swap.scale)})"
    return f"- {first} ↔ {second}: **{told}**. {texts.SWAP_REASONS[pair]}"


def check_block(lab: BlockLab, key: str) -> None:
    """The badge: all steps in inference, or all but dropout in training."""
    if lab.training:
        calls = make_layer_calls(lab.block, dropout=False)
        if calls:
            check_with_keras(lab.x, calls, run_without_dropout(lab), key=key, training=True,
                             label=texts.CHECK_TRAINING)  # fmt: skip
        return
    calls = make_layer_calls(lab.block)
    check_with_keras(lab.x, calls, lab.output, key=key, label=texts.CHECK_INFERENCE)

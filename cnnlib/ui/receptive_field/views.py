"""What the receptive field page shows of a stack: grids or nested fields, the table, the sums."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cnnlib.data import available
from cnnlib.figures.receptive_field import NestedField, make_nested_fields_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ops.receptive_field import FieldRow, find_field, trace_middle
from cnnlib.ops.stages import Stage
from cnnlib.ui.address import Address, Setting, choice, whole
from cnnlib.ui.cell_setting import CELL, cell_setting
from cnnlib.ui.datasets import open_dataset
from cnnlib.ui.linked_grids import Cell, Grid, Link, linked_grids
from cnnlib.ui.receptive_field.stack import MAX_LAYERS

LARGEST_GRID = 32
MAX_IMAGE = 59_999
PLACES = {"middle": "middle", "first": "top left", "last": "bottom right"}
AXES = ("row", "column", "channel")
FIELD_HELP = "Pixels of the image, a side, that one cell sees"
JUMP_HELP = "Pixels of the image between the fields of two neighbouring cells"
SPAN_HELP = "Cells that the kernel spans, the gaps of its dilation included"
START_HELP = "Centre of the first cell's field; pixel 0's centre is 0"


def view_settings() -> list[Setting]:
    return [
        whole("image", 0, 0, MAX_IMAGE),
        whole("back", 0, 0, MAX_LAYERS),  # which layer's cell, counted from the last one
        choice("place", PLACES),
        cell_setting(),
    ]


def choose_image(address: Address) -> NDArray[np.uint8]:
    """A training image of the first data set, (H, W, C) uint8."""
    images = open_dataset(available()[0].name).train.images
    last = min(MAX_IMAGE, len(images) - 1)
    address["image"] = min(address["image"] or 0, last)
    st.number_input(f"Image (0 to {last:,})", 0, last, key=address.key("image"), width=160)
    return np.asarray(images[address["image"]])


def show_grids(
    address: Address,
    grey: NDArray[np.float32],
    stages: Sequence[Stage],
    rows: Sequence[FieldRow],
) -> None:
    """The image and a grid per layer; a cell under the mouse shows its field in all before it.

    Args:
        grey: (rows, columns, 1), 0..255.
    """
    grids = [_make_grid("image", "Image", grey)]
    links = []
    for number, stage in enumerate(stages, start=1):
        grids.append(_make_grid(f"layer{number}", stage.name, stage.output))
        links.append(Link(grids[-2].id, grids[-1].id, stage.linkage, reading="none"))
    drawn = linked_grids(grids, links, key=address.key("grids"), cell=address[CELL])
    address[CELL] = drawn.cell
    if drawn.cell is not None and drawn.cell.grid != "image":
        st.markdown(describe_pinned(rows, drawn.cell))


def describe_pinned(rows: Sequence[FieldRow], cell: Cell) -> str:
    """The pixels behind a cell of the grid ``layer1``, ``layer2`` …"""
    number = int(cell.grid.removeprefix("layer")) - 1
    row, column = cell.index[:2]
    top, bottom = find_field(rows, number, row)
    left, right = find_field(rows, number, column)
    text = (
        f"Pinned: row {row}, column {column} of {rows[number].layer.name} sees "
        f"{rows[number].field} × {rows[number].field} pixels, rows {top} to {bottom} and columns "
        f"{left} to {right} of the image."
    )
    return text.replace("-", "−")


def _make_grid(name: str, label: str, values: NDArray[np.float32]) -> Grid:
    caption = f"{values.shape[0]} × {values.shape[1]}"
    return Grid(name, label, values, axis_names=AXES, paint="gray", caption=caption)


def show_nested_fields(
    address: Address, image: NDArray[np.uint8], rows: Sequence[FieldRow], size: int
) -> None:
    """For images too large for grids: the frame of the image, and a cell's fields in it."""
    address["back"] = min(address["back"] or 0, len(rows) - 1)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="large"):
        if len(rows) > 1:
            st.select_slider(
                "A cell of the layer",
                range(len(rows) - 1, -1, -1),
                format_func=lambda back: rows[len(rows) - 1 - back].layer.name,
                key=address.key("back"),
                width=340,
            )
        st.segmented_control(
            "Which cell",
            list(PLACES),
            format_func=PLACES.__getitem__,
            required=True,
            key=address.key("place"),
        )
    layer = len(rows) - 1 - address["back"]
    fields = make_fields(rows, layer, address["place"])
    figure = make_nested_fields_figure(image, size, fields)
    st.plotly_chart(
        figure, config={**PLOT_CONFIG, "displayModeBar": False}, key=address.key("figure")
    )
    st.caption(describe_field(fields[-1].rows, size))


def make_fields(rows: Sequence[FieldRow], layer: int, place: str) -> list[NestedField]:
    """The fields of a cell on the diagonal and of the middle cells that it is made from."""
    out = rows[layer].output_size
    cell = {"middle": out // 2, "first": 0, "last": out - 1}[place]
    cells = trace_middle(rows, layer, cell)
    spans = [find_field(rows, number, each) for number, each in enumerate(cells)]
    names = [row.layer.name for row in rows]
    return [NestedField(name, span, span) for name, span in zip(names, spans, strict=False)]


def describe_field(span: tuple[int, int], size: int) -> str:
    """How many pixels a field spans, and how many of them lie outside the image."""
    first, last = span
    side = last - first + 1
    outside = max(0, -first) + max(0, last - size + 1)
    text = f"The red frame is {side} × {side} pixels: rows and columns {first} to {last}."
    text = text.replace("-", "−")
    if outside:
        text += f" {outside} rows and {outside} columns of it lie outside the image: padding."
    return text


def describe_last(row: FieldRow, size: int) -> str | None:
    """A sentence when a cell of the last layer sees more than there is."""
    if row.field <= size:
        return None
    return (
        f"A cell of {row.layer.name} sees {row.field} × {row.field} pixels, more than the image's "
        f"{size} × {size}: what lies outside is padding, and tells it nothing."
    )


def make_table(rows: Sequence[FieldRow]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "layer": row.layer.name,
                "output": f"{row.output_size} × {row.output_size}",
                "kernel": row.layer.kernel_size,
                "stride": row.layer.strides,
                "spans": row.effective_size,
                "jump": row.jump,
                "sees": f"{row.field} × {row.field}",
                "start": row.start,
            }
            for row in rows
        ]
    )


def show_table(rows: Sequence[FieldRow]) -> None:
    st.dataframe(
        make_table(rows),
        hide_index=True,
        height="content",
        column_config={
            "spans": st.column_config.NumberColumn(help=SPAN_HELP),
            "jump": st.column_config.NumberColumn(help=JUMP_HELP),
            "sees": st.column_config.TextColumn(help=FIELD_HELP),
            "start": st.column_config.NumberColumn(help=START_HELP, format="%.1f"),
        },
    )


def show_sums(rows: Sequence[FieldRow]) -> None:
    """The recursion with this stack's numbers, a line per layer: jumps, then fields."""
    jumps, fields = [], []
    field = jump = 1
    for number, row in enumerate(rows, start=1):
        layer = row.layer
        name = rf"\text{{{layer.name}:}}\;\;& "
        jumps.append(
            rf"{name} j_{{{number}}} = {jump}\cdot {layer.strides} = \mathbf{{{row.jump}}}"
        )
        fields.append(
            rf"{name} r_{{{number}}} = {field} + ({layer.kernel_size}-1)\cdot "
            rf"{layer.dilation_rate}\cdot {jump} = \mathbf{{{row.field}}}"
        )
        field, jump = row.field, row.jump
    for column, lines in zip(st.columns([2, 3]), (jumps, fields), strict=True):
        column.latex(r"\begin{aligned}" + r"\\".join(lines) + r"\end{aligned}")

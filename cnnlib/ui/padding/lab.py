"""The padding laboratory: one small input, its border of zeros, and what a window makes of it."""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution.padding import link_padding, pad_image
from cnnlib.ops.convolution.standard import conv2d, link_conv2d
from cnnlib.ops.formulas import (
    Formula,
    explain_effective_size,
    explain_output_size,
    explain_zeros,
)
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ops.padding_report import PaddingReport, report_padding
from cnnlib.ops.patterns import make_pattern
from cnnlib.ops.windows import Padding
from cnnlib.ui.address import Address, Setting, choice, flag, whole
from cnnlib.ui.anatomy import PREDICT, PREDICT_HELP
from cnnlib.ui.cell_setting import CELL, cell_setting
from cnnlib.ui.edits import EDITS, apply_edits, edits_setting, remember_edit
from cnnlib.ui.linked_grids import Grid, Link, linked_grids

PADDINGS = {"same": "SAME", "valid": "VALID"}
SLIDERS = (
    ("size", "Input size", 12),
    ("kernel", "Kernel size", 7),
    ("stride", "Stride", 4),
    ("dilation", "Dilation", 3),
)
EXAMPLES: dict[str, dict[str, object]] = {
    "5×5 → 7×7 → 5×5": {},
    "An odd zero": {"size": 6, "stride": 2},
    "VALID leaves a row out": {"size": 6, "stride": 2, "padding": "valid"},
    "Dilated": {"size": 8, "dilation": 2},
}
AXES = ("row", "column", "channel")


@dataclass(frozen=True)
class PaddingLab:
    """values, padded, output: (rows, columns, 1); kernel: (k, k, 1, 1); all float32."""

    report: PaddingReport
    values: NDArray[np.float32]
    kernel: NDArray[np.float32]
    padded: NDArray[np.float32]
    output: NDArray[np.float32]
    call: LayerCall


def padding_settings() -> list[Setting]:
    return [
        whole("size", 5, 1, 12),
        whole("kernel", 3, 1, 7),
        whole("stride", 1, 1, 4),
        whole("dilation", 1, 1, 3),
        choice("padding", PADDINGS),
        flag("predict"),
        cell_setting(),
        edits_setting(),
    ]


def choose_padding(address: Address) -> None:
    """Draw the controls; what they set is in `address`."""
    for column, (name, label, high) in zip(st.columns(4), SLIDERS, strict=True):
        column.slider(label, 1, high, key=address.key(name))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="large"):
        st.segmented_control(
            "Padding",
            list(PADDINGS),
            format_func=PADDINGS.__getitem__,
            required=True,
            key=address.key("padding"),
        )
        st.toggle(PREDICT, help=PREDICT_HELP, key=address.key("predict"))


def compute_lab(address: Address) -> PaddingLab:
    """Everything that the page shows for one setting.

    Raises:
        OperatorError: the setting breaks a rule.
    """
    report = _report(address, address["padding"])
    k, size = address["kernel"], address["size"]
    values = make_pattern("random", size, size)
    values = apply_edits(address[EDITS], "input", values)
    kernel = apply_edits(address[EDITS], "kernel", np.ones((k, k, 1, 1), np.float32))
    sliding = {"strides": address["stride"], "dilation_rate": address["dilation"]}
    output = conv2d(values[np.newaxis], kernel, padding=address["padding"], **sliding)[0]
    before, after = (report.before,) * 2, (report.after,) * 2
    arguments = {"filters": 1, "kernel_size": k, **sliding, "padding": address["padding"]}
    call = LayerCall("Conv2D", arguments | {"use_bias": False}, (kernel,))
    return PaddingLab(report, values, kernel, pad_image(values, before, after), output, call)


def _report(address: Address, padding: Padding) -> PaddingReport:
    return report_padding(
        address["size"],
        address["kernel"],
        stride=address["stride"],
        dilation_rate=address["dilation"],
        padding=padding,
    )


def show_grids(address: Address, lab: PaddingLab, *, with_output: bool) -> None:
    """Input → padded → output, with the kernel between them; without padding one step less."""
    size, padded_size = len(lab.values), len(lab.padded)
    grids = [
        Grid("input", "Input", lab.values, axis_names=AXES, editable=True, caption=_square(size))
    ]
    links = []
    source = "input"
    if lab.report.total:
        source = "padded"
        before, after = (lab.report.before,) * 2, (lab.report.after,) * 2
        grids.append(
            Grid(
                "padded",
                "With its zeros",
                lab.padded,
                axis_names=AXES,
                caption=_square(padded_size),
            )
        )
        linkage = link_padding(lab.values.shape, before, after)
        links.append(Link("input", "padded", linkage, reading="pick"))
    axes = ("row", "column", "channel", "filter")
    grids.append(Grid("kernel", "Kernel", lab.kernel, axis_names=axes, editable=True,
                      caption=_square(len(lab.kernel))))  # fmt: skip
    if with_output:
        linkage = link_conv2d(
            lab.padded.shape,
            lab.kernel.shape,
            strides=address["stride"],
            dilation_rate=address["dilation"],
        )
        grids.append(
            Grid("output", "Output", lab.output, axis_names=AXES, caption=_square(len(lab.output)))
        )
        links.append(Link(source, "output", linkage, kernel="kernel"))
    shapes = {grid.id: grid.shape for grid in grids}
    drawn = linked_grids(
        grids,
        links,
        key=address.key("grids"),
        cell=address[CELL],
        on_edit=lambda edit: remember_edit(address, edit, shapes),
    )
    address[CELL] = drawn.cell


def _square(size: int) -> str:
    return f"{size} × {size}"


def describe_report(report: PaddingReport) -> str:
    """The zeros and the cells that nobody reads, in a sentence or two."""
    if not report.total:
        text = "No zeros are added."
    elif report.before == report.after:
        text = f"{_zeros(report.before)} on every side."
    else:
        text = (
            f"{_zeros(report.before)} above and on the left, **{report.after} below and on the "
            f"right**. Of {report.total} zeros, an odd number, Keras puts one more at the end."
        )
    if report.unread:
        places = ", ".join(str(place) for place in report.unread)
        text += f" No window reads row and column {places} of the input."
    return text


def _zeros(count: int) -> str:
    return f"{count} zero" if count == 1 else f"{count} zeros"


def explain_setting(address: Address) -> list[list[Formula]]:
    """What the window spans, the output's size under both rules, and the zeros that SAME adds."""
    size, k, stride, dilation = (address[name] for name, _, _ in SLIDERS)
    rows = [[explain_effective_size(k, dilation)]] if dilation > 1 else []
    sizes = []
    for padding in ("valid", "same"):
        with suppress(OperatorError):  # a window that VALID has no room for
            name = f"Output size, {PADDINGS[padding]}"
            sizes.append(explain_output_size(name, size, k, stride, padding, dilation))
    return [*rows, sizes, list(explain_zeros(size, k, stride, address["padding"], dilation))]


def compare_paddings(address: Address) -> pd.DataFrame:
    """VALID beside SAME for this setting; one that is impossible says so."""
    rows = []
    for padding in ("valid", "same"):
        name = PADDINGS[padding]
        try:
            report = _report(address, padding)
        except OperatorError:
            rows.append({"padding": name, "output": "does not fit"})
            continue
        rows.append(
            {
                "padding": name,
                "output": _square(report.output_size),
                "zeros before": str(report.before),
                "zeros after": str(report.after),
                "unread rows": str(len(report.unread)),
                "cells in the output": f"{report.output_size**2}",
            }
        )
    return pd.DataFrame(rows).fillna("–")

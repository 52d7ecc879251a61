"""One patch of 3 × 3 cells through every pooling: what each gives, and whom it blames."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.ops.pools import POOLS, Options
from cnnlib.ui.address import Address
from cnnlib.ui.edits import EDITS, apply_edits, remember_edit
from cnnlib.ui.linked_grids import Edit, Grid, linked_grids
from cnnlib.ui.pooling import texts

PATCH = "patch"
FIRST = np.array([[1, 0, 2], [5, 6, 9], [3, 4, 7]], np.float32)[..., np.newaxis]
SIDE = len(FIRST)
TOLD: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("average", "Average", {}),
    ("max", "Max", {}),
    ("median", "Median", {}),
    ("mixed", "Mixed", {}),
    ("gated", "Gated", {}),
    ("stochastic", "Stochastic, drawn", {"training": True}),
    ("stochastic", "Stochastic, expected", {"training": False}),
)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Line:
    """output: one number. gradient: (3, 3, 1), of an upstream gradient of 1."""

    title: str
    output: float
    gradient: Floats


def pool_patch(patch: Floats, *, alpha: float, seed: int) -> list[Line]:
    """Every pooling of one window as large as the patch (3, 3, 1)."""
    lines = []
    for name, title, values in TOLD:
        pool = POOLS[name]
        options = Options(pool_size=SIDE, strides=SIDE, alpha=alpha, seed=seed, **values)
        run = pool.run(patch, pool.make_weights(patch, options), options)
        back = pool.turn_back(run, pool.make_upstreams(run))
        lines.append(Line(title, float(run.output.item()), back.gradient))
    return lines


def show_patch(address: Address) -> None:
    """The patch and the gradients as grids, and the same as a table."""
    st.subheader(texts.PATCH, anchor=False)
    st.markdown(texts.PATCH_LEAD)
    patch = apply_edits(address[EDITS], PATCH, FIRST)
    lines = pool_patch(patch, alpha=address["alpha"], seed=address["seed"])
    axes = ("row", "column", "channel")
    grids = [Grid(PATCH, "Patch", patch, axis_names=axes, editable=True, caption="3 × 3")]
    grids += [
        Grid(f"patch_{number}", line.title, line.gradient, axis_names=axes,
             caption=f"gives {write(line.output)}")
        for number, line in enumerate(lines)
    ]  # fmt: skip

    def remember(edit: Edit) -> None:
        remember_edit(address, edit, {PATCH: patch.shape})

    linked_grids(grids, [], key=address.key("patch_grids"), on_edit=remember)
    st.markdown(make_table(lines))
    st.caption(texts.PATCH_CAPTION.format(alpha=address["alpha"]))


def make_table(lines: list[Line]) -> str:
    """Markdown: pooling, output, and the gradient row by row."""
    rows = ["| Pooling | Output | Gradient, row by row |", "|:--|--:|:--|"]
    for line in lines:
        gradient = " / ".join(" ".join(map(write, row)) for row in line.gradient[..., 0])
        rows.append(f"| {line.title} | {write(line.output)} | {gradient} |")
    return "\n".join(rows)


def write(value: float) -> str:
    """At most three decimals, and no zero with a sign."""
    return f"{round(float(value), 3) + 0.0:g}".replace("-", "−")

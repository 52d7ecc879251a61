"""A page that shows linked grids alone: `streamlit run tests/browser/linked_grids_page.py`.

`?case=` names one of `CASES`; `?cell=1,2,0` is the cell that is pinned at the start.
"""

import sys
from pathlib import Path

import numpy as np
import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from cnnlib.ops.linkage import Linkage, Tap, link_all, link_one_to_one
from cnnlib.ops.windows import slide
from cnnlib.ui.linked_grids import Edit, Grid, Link, linked_grids

RGB = ("red", "green", "blue")
SHARPEN = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]], np.float32)


def link_conv(shape, kernel_shape, **window) -> Linkage:
    """A convolution of (h, w, in) with a kernel (kh, kw, in, out)."""
    kh, kw, channels, filters = kernel_shape
    return Linkage(
        shape,
        (
            slide(shape[0], kh, weight_step=kw * channels * filters, **window),
            slide(shape[1], kw, weight_step=channels * filters, **window),
            link_all(channels, filters, source_step=filters, place_step=1),
        ),
    )


def link_depthwise(shape, kh, kw, **window) -> Linkage:
    """Each channel with its own kernel; the kernel is (kh, kw, channels)."""
    return Linkage(
        shape,
        (
            slide(shape[0], kh, weight_step=kw * shape[2], **window),
            slide(shape[1], kw, weight_step=shape[2], **window),
            link_one_to_one(shape[2], weight_step=1),
        ),
    )


def make_numbers(*shape, low=-3, high=4, seed=0):
    return np.random.default_rng(seed).integers(low, high, shape).astype(np.float32)


def make_photo(size):
    """A soft scene, (size, size, 3), 0..255: sky, sun and hill."""
    row, column = np.mgrid[:size, :size] / size
    sun = np.exp(-(((row - 0.3) ** 2 + (column - 0.65) ** 2) / 0.02))
    hill = (row > 0.75 - 0.2 * np.sin(3 * column)).astype(float)
    red = 90 + 80 * row + 150 * sun - 60 * hill
    green = 140 + 60 * row + 90 * sun - 20 * hill
    blue = 230 - 80 * row - 60 * sun - 150 * hill
    return np.clip(np.stack([red, green, blue], -1), 0, 255).round().astype(np.float32)


def convolve(x, kernel, linkage, bias=0.0):
    """Fast, through windows: `Linkage.apply` is slow for large grids."""
    rows = [[tap.source for tap in taps] for taps in linkage.axes[0]]
    columns = [[tap.source for tap in taps] for taps in linkage.axes[1]]
    padded = np.pad(x, ((16, 16), (16, 16), (0, 0)))
    windows = padded[np.array(rows)[:, None, :, None] + 16, np.array(columns)[None, :, None] + 16]
    if kernel.ndim == 3:
        return np.einsum("hwijc,ijc->hwc", windows, kernel) + bias
    return np.einsum("hwijc,ijco->hwo", windows, kernel) + bias


def show_same():
    x = make_numbers(5, 5, 1, low=0, high=10)
    kernel = st.session_state.setdefault("kernel", SHARPEN[:, :, None, None].copy())
    linkage = link_conv(x.shape, kernel.shape, padding="same")

    def take(edit: Edit) -> None:
        kernel[edit.index] = edit.value
        st.session_state["edits"] = [*st.session_state.get("edits", []), edit]

    start = st.query_params.get("cell", "")
    result = linked_grids(
        [
            Grid("input", "Input", x, editable=True, caption="5 × 5 × 1"),
            Grid("kernel", "Kernel", kernel, editable=True, caption="3 × 3"),
            Grid("output", "Output", convolve(x, kernel, linkage), caption="5 × 5 × 1"),
        ],
        [Link("input", "output", linkage, kernel="kernel")],
        key="grids",
        cell=tuple(int(part) for part in start.split(",") if part.isdecimal()) or None,
        on_edit=lambda edit: take(edit) if edit.grid == "kernel" else None,
    )
    if result.cell is None:
        st.query_params.pop("cell", None)
    elif result.cell.grid == "output":
        st.query_params["cell"] = ",".join(map(str, result.cell.index))
    st.text(f"edit: {result.edit}")
    st.text(f"edits: {len(st.session_state.get('edits', []))}")
    st.text(f"pinned: {result.cell}")


def show_rgb():
    x = make_photo(8)
    kernel = make_numbers(3, 3, 3, 2, low=-2, high=3)
    bias = np.array([0.5, -1], np.float32)
    linkage = link_conv(x.shape, kernel.shape)
    linked_grids(
        [
            Grid("input", "Image", x, paint="gray", sheet_names=RGB, caption="8 × 8 × 3"),
            Grid("kernel", "Kernel", kernel, caption="3 × 3 × 3, 2 filters"),
            Grid("bias", "Bias", bias),
            Grid("output", "Output", convolve(x, kernel, linkage, bias), caption="6 × 6 × 2"),
        ],
        [Link("input", "output", linkage, kernel="kernel", bias="bias")],
        key="grids",
    )


def show_large(filters=8, paint="rgb"):
    x = make_photo(32)
    kernel = make_numbers(3, 3, 3, filters, low=-8, high=9) / 8
    bias = make_numbers(filters) / 4
    linkage = link_conv(x.shape, kernel.shape, padding="same")
    output = convolve(x, kernel, linkage, bias)
    linked_grids(
        [
            Grid("input", "Image", x, paint=paint, sheet_names=RGB, caption="32 × 32 × 3"),
            Grid("kernel", "Kernel", kernel, caption=f"3 × 3 × 3, {filters} filters"),
            Grid("bias", "Bias", bias),
            Grid("output", "Output", output, caption=f"32 × 32 × {filters}"),
        ],
        [Link("input", "output", linkage, kernel="kernel", bias="bias")],
        key="grids",
    )


def show_channels():
    show_large(128, "gray")


def show_stages():
    """Depthwise separable: 3 × 3 by channel, then 1 × 1 with 128 filters."""
    x = make_photo(12)
    depthwise = make_numbers(3, 3, 3, low=-1, high=2)
    pointwise = make_numbers(1, 1, 3, 128, low=-2, high=3) / 2
    first = link_depthwise(x.shape, 3, 3)
    middle = convolve(x, depthwise, first)
    second = link_conv(middle.shape, pointwise.shape)
    linked_grids(
        [
            Grid("input", "Image", x, paint="gray", sheet_names=RGB, caption="12 × 12 × 3"),
            Grid("depthwise", "Depthwise kernel", depthwise, sheet_names=RGB),
            Grid("middle", "By channel", middle, sheet_names=RGB, caption="10 × 10 × 3"),
            Grid("pointwise", "1 × 1 kernel", pointwise, rows=2, cols=0),
            Grid("output", "Output", convolve(middle, pointwise, second), caption="10 × 10 × 128"),
        ],
        [
            Link("input", "middle", first, kernel="depthwise"),
            Link("middle", "output", second, kernel="pointwise"),
        ],
        key="grids",
    )


def show_volume():
    x = make_numbers(4, 5, 5, 1)
    kernel = make_numbers(2, 3, 3, 1, 1, low=-1, high=2)
    linkage = Linkage(
        x.shape,
        (
            slide(4, 2, weight_step=9),
            slide(5, 3, weight_step=3),
            slide(5, 3),
            link_all(1, 1),
        ),
    )
    names = ("depth", "row", "column", "channel")
    linked_grids(
        [
            Grid("input", "Video", x, rows=1, cols=2, axis_names=names, caption="4 × 5 × 5 × 1"),
            Grid("kernel", "Kernel", kernel, rows=1, cols=2, axis_names=(*names, "filter")),
            Grid("output", "Output", linkage.apply(x, kernel), rows=1, cols=2, axis_names=names),
        ],
        [Link("input", "output", linkage, kernel="kernel")],
        key="grids",
    )


def show_pool():
    x = make_numbers(6, 6, 2, low=0, high=10)
    axes = tuple(slide(6, 2, stride=2, weight_step=0) for _ in range(2))
    bare = Linkage(x.shape, (*axes, link_one_to_one(2)))
    cells = [bare.cells(output) for output in np.ndindex(*bare.output_shape)]
    weights = np.zeros((len(cells), 4), np.float32)
    for number, taps in enumerate(cells):
        weights[number, np.argmax([x[source] for source, _ in taps])] = 1
    linkage = Linkage(x.shape, bare.axes, weights)
    linked_grids(
        [
            Grid("input", "Input", x, caption="6 × 6 × 2"),
            Grid("output", "Maximum", linkage.apply(x), caption="3 × 3 × 2"),
        ],
        [Link("input", "output", linkage, reading="pick")],
        key="grids",
    )


def show_zeros():
    """Unpooling: most places read nothing, and one axis is folded."""
    places = tuple((Tap(place // 2),) if place % 2 == 0 else () for place in range(8))
    linkage = Linkage((4, 4), (places, places))
    x = make_numbers(4, 4)
    linked_grids(
        [Grid("input", "Small", x), Grid("output", "Large", linkage.apply(x))],
        [Link("input", "output", linkage)],
        key="grids",
    )


def show_sizes():
    """Another size with each press, as a page's sliders do it."""
    if st.button("Another size"):
        st.session_state["size"] = 12 - st.session_state.get("size", 5)
    size = st.session_state.get("size", 5)
    x, kernel = make_numbers(size, size, 1), make_numbers(3, 3, 1, 1)
    linkage = link_conv(x.shape, kernel.shape)
    result = linked_grids(
        [
            Grid("input", "Input", x),
            Grid("kernel", "Kernel", kernel),
            Grid("output", "Output", convolve(x, kernel, linkage)),
        ],
        [Link("input", "output", linkage, kernel="kernel")],
        key="grids",
    )
    st.text(f"pinned: {result.cell}")


CASES = {
    "sizes": show_sizes,
    "same": show_same,
    "rgb": show_rgb,
    "large": show_large,
    "channels": show_channels,
    "stages": show_stages,
    "volume": show_volume,
    "pool": show_pool,
    "zeros": show_zeros,
}

st.set_page_config(layout="wide")
case = st.query_params.get("case", "same")
st.title(f"Linked grids: {case}")
CASES[case]()

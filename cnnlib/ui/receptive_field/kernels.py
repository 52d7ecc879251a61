"""The notes' comparison: two 3×3 kernels against one 5×5, which see the same pixels."""

import numpy as np
import streamlit as st

from cnnlib.figures.counting import make_multiplications_figure
from cnnlib.figures.theme import PLOT_CONFIG
from cnnlib.ops.counting import (
    count_stack_multiplications,
    count_stack_weights,
    derive_multiplications,
    find_crossings,
)
from cnnlib.ui.address import Address, Setting, whole
from cnnlib.ui.prose import show_text

WAYS = {"two 3×3": (3, 3), "one 5×5": (5,)}
SMALLEST, LARGEST, DRAWN = 5, 32, 16


def kernel_settings() -> list[Setting]:
    return [whole("x", 12, SMALLEST, LARGEST)]


def compare_kernels(address: Address) -> None:
    """The sum for an image of x × x pixels, and the two curves with the size where they meet."""
    st.subheader("Two 3 × 3 or one 5 × 5?", anchor=False)
    text, chart = st.columns(2, gap="large")
    with text:
        show_text("receptive_field_kernels")
        st.slider("Pixels a side, x", SMALLEST, LARGEST, key=address.key("x"))
        _show_sums(address["x"])
    with chart:
        sizes = np.arange(SMALLEST, max(DRAWN, address["x"]) + 1)
        curves = {
            name: np.array([count_stack_multiplications(int(size), ks) for size in sizes])
            for name, ks in WAYS.items()
        }
        meeting = int(find_crossings(*map(derive_multiplications, WAYS.values()))[-1])
        count = count_stack_multiplications(meeting, (5,))
        figure = make_multiplications_figure(sizes, curves, (meeting, count), marked=address["x"])
        st.plotly_chart(
            figure, config={**PLOT_CONFIG, "displayModeBar": False}, key=address.key("curves")
        )


def _show_sums(x: int) -> None:
    counts = {name: count_stack_multiplications(x, ks) for name, ks in WAYS.items()}
    weights = {name: count_stack_weights(ks) for name, ks in WAYS.items()}
    small, large = counts.values()
    st.latex(rf"9({x}-2)^2 + 9({x}-4)^2 = {_bold(small)}")
    st.latex(rf"25({x}-4)^2 = {_bold(large)}")
    if small == large:
        st.markdown(f"At {x} × {x} both need **{small:,}** multiplications.")
        return
    cheaper = min(counts, key=lambda name: counts[name])
    st.markdown(
        f"At {x} × {x}, **{cheaper}** needs fewer multiplications: {abs(small - large):,} less. "
        f"Weights: {weights['two 3×3']} for two 3×3, {weights['one 5×5']} for one 5×5."
    )


def _bold(number: int) -> str:
    return rf"\mathbf{{{number:,}}}".replace(",", "{,}")

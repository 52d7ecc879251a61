"""Formulas with numbers that are not whole: in symbols, with this page's numbers, the result."""

from collections.abc import Sequence

import streamlit as st

from cnnlib.ui.anatomy import BY_HAND

Told = tuple[str, str]
"""(name, LaTeX)."""


def tell(name: str, symbols: str, numbers: str, result: float) -> Told:
    """A line each for the rule, the numbers and the result, so that it fits a phone."""
    sign = "=" if float(f"{result:.4g}") == float(result) else r"\approx"
    lines = (rf"& {symbols}", rf"=\; & {numbers}", rf"{sign}\; & \mathbf{{{number(result)}}}")
    body = r" \\[10pt] ".join(lines)
    return name, rf"\begin{{aligned}} {body} \end{{aligned}}"


def tidy(value: float) -> str:
    """Four digits for a sentence; a float32 sum that misses 0 by its last digits is 0."""
    if abs(value) < 1e-6:
        return "0"
    return (f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}").replace("-", "−")


def number(value: float) -> str:
    """Four significant digits in LaTeX: 0.25, 1.2 \\cdot 10^{-7}."""
    text = f"{value:.4g}" if not 1e4 <= abs(value) < 1e7 else f"{value:.0f}"
    if "e" not in text:
        return text
    digits, exponent = text.split("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}"


def bracket(value: float) -> str:
    """A factor or summand: a negative one in brackets."""
    return f"({number(value)})" if value < 0 else number(value)


def show_told(*rows: Sequence[Told]) -> None:
    """The «by hand» part of a page, row by row."""
    st.subheader(BY_HAND, anchor=False)
    for row in rows:
        with st.container(horizontal=True, gap="large"):
            for name, latex in row:
                with st.container(width="content"):
                    st.markdown(f"**{name}**")
                    st.latex(latex, width="content")

"""The parts that every concept page has: predict, by hand, check, code."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.ops.formulas import Formula
from cnnlib.ops.layer_calls import LayerCall, make_keras_code
from cnnlib.ui.checks import register_comparison
from cnnlib.ui.keras_badge import keras_badge

PREDICT = "Predict first"
PREDICT_HELP = "Covers the output until you have said what it will be."
ASK = "Your turn: what will come out?"
REVEAL = "Reveal"
BY_HAND = "By hand"
CODE = "The Keras lines for this setting"


@dataclass(frozen=True)
class Question:
    """A number to predict."""

    name: str
    answer: int


def predict(questions: Sequence[Question], *, key: str, setting: object) -> bool:
    """Ask for the numbers, then say how right they were.

    Args:
        setting: what they belong to; another one asks anew.

    Returns:
        Whether the page may show what came out.
    """
    answered_key = f"{key}__answered"
    fingerprint = repr((setting, [question.name for question in questions]))
    answered = st.session_state.get(answered_key)
    if answered is None or answered[0] != fingerprint:
        given = _ask(questions, key)
        if given is None:
            return False
        st.session_state[answered_key] = (fingerprint, given)
        st.rerun()
    _compare(questions, answered[1])
    return True


def _ask(questions: Sequence[Question], key: str) -> list[int | None] | None:
    with st.form(f"{key}__form"):
        st.markdown(f"**{ASK}**")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            given = [
                st.number_input(
                    question.name, min_value=0, max_value=10**12, value=None, step=1,
                    key=f"{key}__guess_{number}", width=150,
                )
                for number, question in enumerate(questions)
            ]  # fmt: skip
            pressed = st.form_submit_button(REVEAL, type="primary")
    return given if pressed else None


def _compare(questions: Sequence[Question], given: Sequence[int | None]) -> None:
    lines = []
    for question, guess in zip(questions, given, strict=True):
        if guess is None:
            lines.append(f"{question.name}: **{question.answer:,}**.")
        elif guess == question.answer:
            lines.append(f"✓ {question.name}: **{question.answer:,}**, as you said.")
        else:
            lines.append(f"✗ {question.name}: you said {guess:,}; it is **{question.answer:,}**.")
    right = all(guess == q.answer for q, guess in zip(questions, given, strict=True))
    (st.success if right else st.info)("  \n".join(lines))


def by_hand(*rows: Sequence[Formula]) -> None:
    """Each formula in symbols, with this page's numbers, and its result; row by row."""
    st.subheader(BY_HAND, anchor=False)
    for row in rows:
        show_formulas(row)


def show_formulas(formulas: Sequence[Formula]) -> None:
    """Side by side as far as there is room; height and width alike are told once."""
    with st.container(horizontal=True, gap="large"):
        for name, latex in _join_alike(formulas):
            with st.container(width="content"):
                st.markdown(f"**{name}**")
                st.latex(latex, width="content")


def _join_alike(formulas: Sequence[Formula]) -> list[tuple[str, str]]:
    """(name, LaTeX) of each; height and width by the same numbers are told once."""
    told: list[tuple[str, str]] = []
    for formula in formulas:
        latex = formula.to_latex()
        if told and told[-1][1] == latex:
            told[-1] = (f"{told[-1][0]}, {formula.name[0].lower()}{formula.name[1:]}", latex)
        else:
            told.append((formula.name, latex))
    return told


def check_with_keras(
    x: NDArray[np.float32],
    calls: Sequence[LayerCall],
    output: NDArray[np.float32],
    *,
    key: str,
) -> None:
    """The badge «equals Keras …» for what the page shows; x and output without the batch axis."""
    keras_badge(register_comparison(x, calls, output), key=key)


def show_code(calls: Sequence[LayerCall], input_shape: Sequence[int]) -> None:
    """The Keras lines, to copy."""
    st.subheader(CODE, anchor=False)
    st.code(make_keras_code(calls, tuple(input_shape)), language="python")

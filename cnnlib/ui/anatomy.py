"""The parts that every concept page has: predict, by hand, check, code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnlib.ops.formulas import Formula
from cnnlib.ops.layer_calls import Calls, DefinitionCall, LayerCall, make_keras_code
from cnnlib.ui.address import Address
from cnnlib.ui.checks import register_comparison
from cnnlib.ui.keras_badge import keras_badge

PREDICT = "Predict first"
PREDICT_HELP = "Covers the output until you have said what it will be."
ASK = "Your turn: what will come out?"
REVEAL = "Reveal"
WITHIN = 0.00501  # a guess to two decimals
LARGEST_GUESS = 10**12
BY_HAND = "By hand"
CODE = "The Keras lines for this setting"
DEFINITION = "The definition in TensorFlow"
NO_LAYER = "Keras has no layer for it. The badge compares with this very code."

_DEFINITIONS = Path(__file__).parents[1] / "backend" / "definitions"


@dataclass(frozen=True)
class Question:
    """A number to predict; one that is no whole number to two decimals."""

    name: str
    answer: int | float

    def accepts(self, guess: float | None) -> bool:
        if guess is None:
            return False
        return guess == self.answer or (
            isinstance(self.answer, float) and abs(guess - self.answer) < WITHIN
        )

    def describe(self, number: float) -> str:
        return f"{number:,.5g}" if isinstance(self.answer, float) else f"{number:,}"


def offer_examples(address: Address, examples: Mapping[str, Mapping[str, Any]]) -> None:
    """A button for each setting worth looking at; whether to predict first stays as it is.

    Args:
        examples: title -> what differs from the page's defaults.
    """
    with st.container(horizontal=True, gap="small"):
        for title, values in examples.items():
            st.button(
                title,
                key=address.key(f"example_{title}"),
                type="tertiary",
                icon=":material/play_circle:",
                on_click=address.reset,
                args=(values, ("predict",)),
            )


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


def _ask(questions: Sequence[Question], key: str) -> list[float | None] | None:
    with st.form(f"{key}__form"):
        st.markdown(f"**{ASK}**")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            given = [
                _take_guess(question, f"{key}__guess_{number}")
                for number, question in enumerate(questions)
            ]
            pressed = st.form_submit_button(REVEAL, type="primary")
    return given if pressed else None


def _take_guess(question: Question, key: str) -> float | None:
    kind = float if isinstance(question.answer, float) else int
    guess: float | None = st.number_input(
        question.name, min_value=kind(0), max_value=kind(LARGEST_GUESS), value=None,
        step=None if kind is float else 1, key=key, width=150,
    )  # fmt: skip
    return guess


def _compare(questions: Sequence[Question], given: Sequence[float | None]) -> None:
    lines = []
    for question, guess in zip(questions, given, strict=True):
        answer = question.describe(question.answer)
        if guess is None:
            lines.append(f"{question.name}: **{answer}**.")
        elif question.accepts(guess):
            lines.append(f"✓ {question.name}: **{answer}**, as you said.")
        else:
            said = question.describe(guess)
            lines.append(f"✗ {question.name}: you said {said}; it is **{answer}**.")
    right = all(q.accepts(guess) for q, guess in zip(questions, given, strict=True))
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
    calls: Calls,
    output: NDArray[np.float32],
    *,
    key: str,
    batched: bool = False,
    training: bool = False,
    upstream: NDArray[np.float32] | None = None,
    label: str | None = None,
) -> None:
    """The badge «equals Keras …» for what the page shows; see `register_comparison`."""
    token = register_comparison(
        x, calls, output, batched=batched, training=training, upstream=upstream
    )
    keras_badge(token, key=key, label=label)


def show_code(calls: Calls, input_shape: Sequence[int]) -> None:
    """The Keras lines, to copy; of a definition its own file, as the backend runs it."""
    match calls:
        case [DefinitionCall() as call]:
            st.subheader(DEFINITION, anchor=False)
            st.caption(NO_LAYER)
            st.code(make_definition_code(call, tuple(input_shape)), language="python")
        case _:
            layers = [call for call in calls if isinstance(call, LayerCall)]
            st.subheader(CODE, anchor=False)
            st.code(make_keras_code(layers, tuple(input_shape)), language="python")


def make_definition_code(call: DefinitionCall, input_shape: tuple[int, ...]) -> str:
    """The definition's file, and the call with the shapes of its arrays."""
    lines = [f"# x: (1, {', '.join(map(str, input_shape))})"]
    lines += [f"# {name}: {np.shape(array)}" for name, array in call.arrays.items()]
    return "\n".join([_read_definition(call.name), "", *lines, call.to_code()])


@cache
def _read_definition(name: str) -> str:
    """Its text: the web process never imports it."""
    return (_DEFINITIONS / f"{name}.py").read_text(encoding="utf-8")

"""What the quiz draws: the card, the form, the verdict, the score."""

from html import escape
from pathlib import Path

import streamlit as st

from cnnlib.arch.amounts import format_shape
from cnnlib.arch.quiz import Task, Verdict, judge, write_call
from cnnlib.arch.reasons import (
    FIELD_HEIGHT,
    FIELD_WIDTH,
    FIXED,
    LEARNED,
    MACS,
    PARAMS,
    SEEN,
    VALUES,
    explain_layer,
)
from cnnlib.arch.rules import Shape
from cnnlib.arch.tables import ROLES
from cnnlib.figures.architecture.roles import color_of
from cnnlib.ui.anatomy import LARGEST_GUESS, show_formulas
from cnnlib.ui.page import plain_text
from cnnlib.ui.quiz import texts
from cnnlib.ui.quiz.score import Answer, Score

_CSS = Path(__file__).with_name("card.css")
OF_PARAMS = (SEEN, PARAMS, LEARNED, FIXED)
NOT_ASKED = (VALUES, MACS, FIELD_HEIGHT, FIELD_WIDTH)
ARROW = '<div class="lab-quiz-arrow" aria-hidden="true">→</div>'


def show_card(task: Task, *, revealed: bool) -> None:
    """What comes in, the layer, and what comes out, covered until it is revealed."""
    given = "".join(f"<b>{format_shape(shape)}</b>" for shape in task.row.input_shapes)
    origin = texts.FROM.format(origin=task.origin) if task.origin else texts.MADE_UP
    role = ROLES.get(task.row.role, task.row.role)
    shape, params = texts.UNKNOWN, texts.UNKNOWN
    if revealed:
        shape, params = format_shape(task.row.output_shape), f"{task.row.params:,}"
    kind = "lab-quiz-box" if revealed else "lab-quiz-box lab-quiz-open"
    st.html(_CSS)
    st.html(
        f'<div class="lab-quiz">'
        f'<div class="lab-quiz-box"><small>comes in</small>{given}</div>{ARROW}'
        f'<div class="lab-quiz-box" style="--role:{color_of(task.row.role)}">'
        f"<small>{escape(origin)} · {escape(role)}</small>"
        f"<code>{escape(write_call(task.layer))}</code></div>{ARROW}"
        f'<div class="{kind}"><small>comes out</small><b>{shape}</b>'
        f"<small>{texts.PARAMS.lower()}: {params}</small></div></div>"
    )


def ask(task: Task, key: str) -> Answer | None:
    """The form; what was said, once it is handed in or skipped."""
    labels: tuple[str, ...] = (texts.UNITS,)
    if len(task.row.output_shape) == 3:
        labels = (texts.HEIGHT, texts.WIDTH, texts.CHANNELS)
    with st.form(f"{key}_form", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            sizes = [_take_number(label, f"{key}_{label}") for label in labels]
            params = _take_number(texts.PARAMS, f"{key}_params", texts.PARAMS_HELP)
        with st.container(horizontal=True):
            revealed = st.form_submit_button(texts.REVEAL, type="primary")
            skipped = st.form_submit_button(texts.SKIP)
    if skipped:
        return Answer(None, None, skipped=True)
    if not revealed:
        return None
    shape = tuple(size for size in sizes if size is not None)
    said = shape if len(shape) == len(sizes) else None
    verdict = judge(task, said, params)
    return Answer(said, params, verdict.shape, verdict.params)


def _take_number(label: str, key: str, help: str | None = None) -> int | None:
    return st.number_input(
        label, min_value=0, max_value=LARGEST_GUESS, value=None, step=1, key=key, width=150,
        help=help,
    )  # fmt: skip


def show_verdict(task: Task, answer: Answer) -> None:
    """How right it was, and the mistake that it looks like."""
    verdict = judge(task, answer.shape, answer.params)
    lines = [texts.SKIPPED] if answer.skipped else describe(task, answer, verdict)
    (st.success if verdict.right else st.info)("  \n".join(lines))
    for hint in verdict.hints:
        st.warning(plain_text(hint), icon=":material/lightbulb:")


def show_reasons(task: Task) -> None:
    """The formulas with the layer's own numbers."""
    st.markdown(f"**{texts.WHY}**")
    formulas = explain_layer(task.layer, task.row)
    show_formulas([f for f in formulas if f.name not in (*OF_PARAMS, *NOT_ASKED)])
    show_formulas([f for f in formulas if f.name in OF_PARAMS])


def describe(task: Task, answer: Answer, verdict: Verdict) -> list[str]:
    """A line for the shape, one for the parameters."""
    rows: tuple[tuple[str, bool, Shape | int | None, Shape | int], ...] = (
        (texts.SHAPE, verdict.shape, answer.shape, task.row.output_shape),
        (texts.PARAMS, verdict.params, answer.params, task.row.params),
    )
    lines = []
    for name, right, said, truth in rows:
        if right:
            lines.append(f"{texts.RIGHT} {name}: **{_format(truth)}**, as you said.")
        else:
            given = texts.NO_ANSWER if said is None else f"you said {_format(said)}"
            lines.append(f"{texts.WRONG} {name}: {given}; it is **{_format(truth)}**.")
    return lines


def show_score(score: Score) -> None:
    with st.container(horizontal=True, gap="medium"):
        st.metric(texts.SCORE, f"{score.right} of {score.asked}", help=texts.SCORE_HELP,
                  width="content")  # fmt: skip
        st.metric(texts.STREAK, score.streak, width="content")
        st.metric(texts.BEST, score.longest, width="content")


def _format(value: Shape | int) -> str:
    return format_shape(value) if isinstance(value, tuple) else f"{value:,}"

"""Quiz: say a layer's output shape and parameters, then see them with the formulas."""

import random

import streamlit as st

from cnnlib.arch.quiz import LEVELS, MAX_SEED, make_task
from cnnlib.ui.address import Address, choice, whole
from cnnlib.ui.navigation import QUIZ
from cnnlib.ui.page import friendly_errors, page_heading, page_setup
from cnnlib.ui.quiz import texts
from cnnlib.ui.quiz.score import Score
from cnnlib.ui.quiz.views import ask, show_card, show_reasons, show_score, show_verdict

SCORE = "quiz_score"


def choose_task(address: Address) -> None:
    """Draw the level and the question's number."""
    with st.container(horizontal=True, vertical_alignment="bottom", border=True):
        st.selectbox(texts.LEVEL, LEVELS, format_func=texts.LEVELS.__getitem__,
                     key=address.key("level"), width=380)  # fmt: skip
        st.number_input(texts.NUMBER, 0, MAX_SEED, key=address.key("seed"),
                        help=texts.NUMBER_HELP, width=160)  # fmt: skip
        st.button(texts.SHUFFLE, icon=":material/shuffle:", on_click=shuffle, args=(address,))
        st.button(texts.ANEW, icon=":material/restart_alt:", on_click=count_anew)


def shuffle(address: Address) -> None:
    address["seed"] = random.randint(0, MAX_SEED)


def go_on(address: Address) -> None:
    address["seed"] = (address["seed"] + 1) % (MAX_SEED + 1)


def count_anew() -> None:
    st.session_state[SCORE] = Score()


page_setup(QUIZ.title, icon=QUIZ.icon)
with friendly_errors():
    page_heading(QUIZ.title, texts.LEAD)
    address = Address("quiz", [choice("level", LEVELS), whole("seed", 1, 0, MAX_SEED)])
    score: Score = st.session_state.setdefault(SCORE, Score())
    see = st.container()  # above the controls, and filled with what they say
    choose_task(address)
    address.write()
    with see, friendly_errors():
        question = (address["level"], address["seed"])
        task, answer = make_task(question[1], question[0]), score.answers.get(question)
        show_card(task, revealed=answer is not None)
        if answer is None:
            given = ask(task, f"quiz_{question[0]}_{question[1]}")
            if given is not None:
                score.add(question, given)
                st.rerun()
        else:
            show_verdict(task, answer)
            st.button(texts.NEXT, type="primary", icon=":material/arrow_forward:",
                      on_click=go_on, args=(address,))  # fmt: skip
            show_reasons(task)
    show_score(score)

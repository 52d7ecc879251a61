"""Where to start from: nothing, a classic network, a saved one; undo and redo."""

import streamlit as st

from cnnlib.arch import zoo
from cnnlib.arch.history import History
from cnnlib.arch.pieces import make_empty_network
from cnnlib.arch.spec import Spec
from cnnlib.ui.address import Address
from cnnlib.ui.builder import texts
from cnnlib.ui.builder.state import PAGE, Place, choose, edit, get_history, make_own, step
from cnnlib.ui.network_choice import find_network, list_choices

EMPTY = "empty"
SAVED = "saved."  # what `list_choices` puts before the name of one


def choose_start(address: Address) -> None:
    """Draw the choice, and the buttons for undo and redo."""
    key = f"{PAGE}_start"
    choices = [EMPTY, *list_choices(zoo.names(), zoo.names()[0], "")]
    if st.session_state.get(key) not in choices:  # at first, or no longer saved
        st.session_state[key] = EMPTY
    history = get_history()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(texts.START, choices, format_func=_describe, key=key, width=290)
        st.button(texts.START_BUTTON, key=f"{PAGE}_begin", on_click=_begin, args=(address, key))
        for label, icon, way, there in (
            (texts.UNDO, "undo", History.undo, history.past),
            (texts.REDO, "redo", History.redo, history.future),
        ):
            st.button(label, key=f"{PAGE}_{icon}", icon=f":material/{icon}:", disabled=not there,
                      on_click=step, args=(address, way))  # fmt: skip


def _describe(name: str) -> str:
    if name == EMPTY:
        return texts.EMPTY
    saved = name not in zoo.names()  # by its name alone: a title would cost reading its file
    return texts.SAVED.format(name=name.removeprefix(SAVED)) if saved else zoo.describe(name).title


def _begin(address: Address, key: str) -> None:
    name = st.session_state[key]
    if edit(address, lambda _: _find(name)):
        choose(address, Place())


def _find(name: str) -> Spec:
    return make_empty_network() if name == EMPTY else make_own(find_network(name, ""))

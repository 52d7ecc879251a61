"""What can be done with the ticked runs: open, compare, stop, tag, delete."""

from collections.abc import Callable, Sequence

import streamlit as st

from cnnlib.runs.records import Run
from cnnlib.runs.store.rows import MAX_TAG
from cnnlib.ui.navigation import COMPARE_RUNS, TRAIN
from cnnlib.ui.page import friendly_errors, plain_text
from cnnlib.ui.people import may_control
from cnnlib.ui.run_control import actions
from cnnlib.ui.run_control.deleting import count_runs, delete_form
from cnnlib.ui.runs_table import texts

MOST_COMPARED = 12


def offer_actions(runs: Sequence[Run], forget_ticks: Callable[[], None]) -> None:
    """The buttons, which stay where they are; without ticked runs they are grey."""
    ids = [run.id for run in runs]
    own = [run for run in runs if may_control(run)]
    if _button(texts.OPEN, "open_in_full", disabled=len(runs) != 1):
        st.switch_page(TRAIN.path, query_params={"run": ids[0]})
    if _button(
        texts.COMPARE,
        "compare_arrows",
        help=texts.COMPARE_HELP.format(most=MOST_COMPARED),
        disabled=not 1 < len(runs) <= MOST_COMPARED,
    ):
        st.switch_page(COMPARE_RUNS.path, query_params={"runs": ",".join(ids)})
    unended = [run.id for run in own if not run.has_ended and not run.wishes.stop]
    if _button(texts.STOP, "stop", help=texts.STOP_HELP, disabled=not unended):
        with friendly_errors():
            actions.stop_all(unended)
            st.rerun()
    if own:
        with st.popover(texts.TAGS, icon=":material/label:", key="box_tag"):
            _tag_form([run.id for run in own])
        with st.popover(texts.DELETE, icon=":material/delete:", key="box_delete"):
            if delete_form(runs, key=f"delete_many_{hash(tuple(sorted(ids)))}"):
                forget_ticks()
                st.rerun()
    else:  # no popover: one that was open would stay open, and empty
        _button(texts.TAGS, "label", disabled=True)
        _button(texts.DELETE, "delete", disabled=True)
    if runs:
        st.caption(texts.CHOSEN.format(runs=count_runs(len(runs))), width="content")


def _tag_form(ids: Sequence[str]) -> None:
    with st.form("runs_tag_form", border=False, clear_on_submit=True):
        tag = (
            st.text_input(texts.ADD_TAG, max_chars=MAX_TAG, help=texts.ADD_TAG_HELP) or ""
        ).strip()
        with st.container(horizontal=True):
            add = st.form_submit_button(texts.ADD, icon=":material/new_label:")
            remove = st.form_submit_button(texts.REMOVE, icon=":material/label_off:")
    if tag and (add or remove):
        with friendly_errors():
            actions.tag_all(ids, add=[tag] if add else [], remove=[tag] if remove else [])
            done = texts.ADDED if add else texts.REMOVED
            words = done.format(tag=tag, runs=count_runs(len(ids)))
            st.toast(plain_text(words), icon=":material/check:")
            st.rerun()


def _button(label: str, icon: str, *, help: str | None = None, disabled: bool) -> bool:
    return st.button(label, icon=f":material/{icon}:", help=help, disabled=disabled)

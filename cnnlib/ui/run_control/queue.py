"""The runs that wait: whose turn is when, and the buttons that move one's own."""

import math
from collections.abc import Mapping

import streamlit as st

from cnnlib import settings
from cnnlib.arch.amounts import format_seconds
from cnnlib.runs.disk import is_disk_full
from cnnlib.runs.estimating.forecast import expect_starts
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store
from cnnlib.ui.navigation import TRAIN
from cnnlib.ui.page import friendly_errors, plain_text
from cnnlib.ui.people import describe_person, is_host, may_control, person_names
from cnnlib.ui.run_control import actions, texts

SHOWN = 12  # runs in the list; more are counted
SOON_SECONDS = 5.0  # as the live page has it


def describe_start(seconds: float | None) -> str:
    """ "starts in about 6 min", as roughly as it is known."""
    if seconds is None:
        return texts.UNKNOWN
    if seconds < SOON_SECONDS:
        return texts.SOON
    return texts.STARTS.format(wait=format_seconds(round_roughly(seconds)))


def round_roughly(seconds: float) -> float:
    """Up to the next 5 s; from a minute on 30 s, from 10 min on a minute, from 2 h on 10 min.

    The live view rounds like this too: the same start reads the same wherever it is said.
    """
    unit = 5 if seconds < 60 else 30 if seconds < 600 else 60 if seconds < 7200 else 600
    return unit * math.ceil(seconds / unit)


def describe_place(place: int) -> str:
    """ "2 runs wait before it in the queue"; `place` is 1 for the next."""
    before = place - 1
    words = texts.BEFORE.format(count=before) if before > 1 else texts.BEFORE_ONE
    return words if before else texts.NEXT


def warn_of_full_disk() -> None:
    """Why nothing starts, where that is why."""
    if is_disk_full(settings.home()):
        st.warning(texts.DISK_FULL, icon=":material/hard_drive:")


def show_queue() -> bool:
    """The first runs that wait, with buttons on those that may be moved; False when none waits."""
    waiting = {run.id: run for run in open_store().list_unended() if run.status == "queued"}
    order = [run_id for run_id in open_store().queue.list_waiting() if run_id in waiting]
    starts, names = expect_starts(open_store()), person_names()
    own = [run_id for run_id in order if is_host() or may_control(waiting[run_id])]
    for place, run_id in enumerate(order[:SHOWN], start=1):
        with st.container(
            key=f"queue_{run_id}",
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
        ):
            run = waiting[run_id]
            st.markdown(_describe(run, place, starts.get(run_id), names), width="content")
            if run_id in own:
                _offer_moves(run_id, first=run_id == own[0], last=run_id == own[-1])
    if len(order) > SHOWN:
        st.caption(texts.FURTHER.format(count=len(order) - SHOWN))
    return bool(order)


def _describe(run: Run, place: int, seconds: float | None, names: Mapping[str, str]) -> str:
    title = f"[{plain_text(run.title)}]({TRAIN.address}?run={run.id})"
    owner = plain_text(describe_person(run.owner, dict(names)))
    return f"{place}. {title}{f' · {owner}' if owner else ''} · {describe_start(seconds)}"


def _offer_moves(run_id: str, *, first: bool, last: bool) -> None:
    """Earlier, later, cancel; each is one click."""
    with st.container(horizontal=True, width="content", gap="small"):
        _move(run_id, "up", ":material/arrow_upward:", texts.EARLIER_HELP, -1, disabled=first)
        _move(run_id, "down", ":material/arrow_downward:", texts.LATER_HELP, 1, disabled=last)
        if st.button(
            texts.CANCEL,
            key=f"cancel_{run_id}",
            icon=":material/close:",
            help=texts.CANCEL_HELP,
            type="tertiary",
        ):
            with friendly_errors():
                actions.stop(run_id)
                st.rerun()


def _move(run_id: str, name: str, icon: str, help: str, places: int, *, disabled: bool) -> None:
    label = texts.EARLIER if places < 0 else texts.LATER
    if st.button(
        label, key=f"{name}_{run_id}", icon=icon, help=help, type="tertiary", disabled=disabled
    ):
        with friendly_errors():
            actions.move(run_id, places)
            st.rerun()

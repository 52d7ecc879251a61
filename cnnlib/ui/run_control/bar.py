"""The buttons of a run's page, and what has been asked for already.

They look at the run again every few seconds: it may have started, or somebody may have asked for
something elsewhere. What can be pressed is checked again when it is.
"""

from collections.abc import Callable

import streamlit as st

from cnnlib.data import available
from cnnlib.errors import RunNotFoundError
from cnnlib.runs.config import MAX_EPOCHS
from cnnlib.runs.files import read_checkpoint
from cnnlib.runs.records import Run
from cnnlib.runs.setting_words import format_number
from cnnlib.runs.store import open_store
from cnnlib.ui.navigation import RUNS
from cnnlib.ui.page import friendly_errors
from cnnlib.ui.people import may_control
from cnnlib.ui.run_address import make_run_query, read_number
from cnnlib.ui.run_control import actions, texts
from cnnlib.ui.run_control.about import about_form
from cnnlib.ui.run_control.deleting import delete_form
from cnnlib.ui.run_control.going import PLACE
from cnnlib.ui.run_control.queue import describe_place, show_queue, warn_of_full_disk
from cnnlib.ui.run_control.sharing import share
from cnnlib.ui.run_control.wishes import count_epochs, describe_wishes

LOOK_SECONDS = 2.0


def control_bar(run: Run) -> None:
    """Draw what may be done with the run; it follows the run by itself until that ends."""
    own = may_control(run)
    if not own:
        st.caption(texts.OTHERS)
    every = LOOK_SECONDS if own and not run.has_ended else None
    st.fragment(_draw, run_every=every)(run.id, run.has_ended)


def _draw(run_id: str, had_ended: bool) -> None:
    with friendly_errors():
        try:
            run = open_store().get(run_id)
        except RunNotFoundError:
            st.rerun()  # the page says so
        if run.has_ended and not had_ended:
            st.rerun()  # the page now offers its files
        own = may_control(run)
        with st.container(key="run_controls", horizontal=True, gap="small"):
            if own and not run.has_ended:
                _offer_control(run)
            elif run.has_ended:
                _offer_epoch(run)
            _offer_forks(run)
            with st.popover(texts.SHARE, icon=":material/share:"):
                share(run)
            if own:
                with st.popover(texts.MORE, icon=":material/more_horiz:"):
                    _offer_more(run)
        if wishes := describe_wishes(run):
            st.caption(f":material/schedule: {' '.join(wishes)}")
        if run.status == "queued":
            _show_place(run)


def _offer_control(run: Run) -> None:
    """The buttons of a run that waits or trains."""
    stopping = run.wishes.stop
    if run.status == "queued":
        if _button(texts.CANCEL, "close", texts.CANCEL_HELP, disabled=stopping):
            _act(lambda: actions.stop(run.id))
        return
    if run.wishes.pause:
        if _button(texts.RESUME, "play_arrow", texts.RESUME_HELP, disabled=stopping):
            _act(lambda: actions.set_paused(run.id, False))
    elif _button(texts.PAUSE, "pause", texts.PAUSE_HELP, disabled=stopping):
        _act(lambda: actions.set_paused(run.id, True))
    if _button(texts.STOP, "stop", texts.STOP_HELP, disabled=stopping):
        _act(lambda: actions.stop(run.id))
    with st.popover(texts.CHANGE, icon=":material/tune:", disabled=stopping):
        _change_form(run)


def _change_form(run: Run) -> None:
    """Another learning rate; more or fewer epochs."""
    rate = run.wishes.learning_rate or run.config.learning_rate
    with st.form(f"rate_{run.id}", border=False):
        text = st.text_input(texts.RATE, format_number(rate), help=texts.RATE_HELP)
        if st.form_submit_button(texts.SET_RATE):
            _act(
                lambda: actions.set_learning_rate(run.id, read_number("learning_rate", text or ""))
            )
    epochs = count_epochs(run)
    with st.form(f"epochs_{run.id}", border=False):
        chosen = st.number_input(texts.EPOCHS, 1, MAX_EPOCHS, epochs, help=texts.EPOCHS_HELP)
        if st.form_submit_button(texts.SET_EPOCHS):
            _act(lambda: actions.set_epochs(run.id, int(chosen)))
    if _button(texts.EPOCH, "plus_one", texts.EPOCH_HELP, disabled=epochs >= MAX_EPOCHS):
        _act(lambda: actions.add_epoch(run.id))


def _offer_epoch(run: Run) -> None:
    """One more epoch, in a new run that goes on from an ended one."""
    if read_checkpoint(run.id, "last") and _button(texts.EPOCH, "plus_one", texts.EPOCH_AFTER_HELP):
        with friendly_errors():
            PLACE.go_to(run=actions.continue_run(run, epochs=1, checkpoint="last").id)


def _offer_forks(run: Run) -> None:
    if _button(texts.SAME, "fork_right", texts.SAME_HELP):
        with friendly_errors():
            PLACE.go_to(**make_run_query(run.config, here=next(iter(available())).name))
    if st.button(texts.NEW, icon=":material/add:"):
        PLACE.go_to(new="1")


def _offer_more(run: Run) -> None:
    """What people say about a run; and its end."""
    if about_form(run):
        st.toast(texts.SAVED, icon=":material/check:")
        st.rerun()
    st.markdown(f"**{texts.DELETE}**")
    if run.wishes.delete:
        st.caption(texts.DELETING)
    elif delete_form([run], key=f"delete_{run.id}"):
        if run.has_ended or run.status == "queued":
            st.switch_page(RUNS.path)
        st.rerun()


def _show_place(run: Run) -> None:
    place = open_store().queue.find_position(run.id)
    if place is not None:
        warn_of_full_disk()
        icon = ":material/format_list_numbered:"
        with st.expander(describe_place(place), icon=icon, key=f"queue_of_{run.id}"):
            show_queue()


def _button(label: str, icon: str, help: str, *, disabled: bool = False) -> bool:
    return st.button(label, icon=f":material/{icon}:", help=help, disabled=disabled)


def _act(action: Callable[[], object]) -> None:
    """Do it and draw the buttons anew; what is refused is one line."""
    with friendly_errors():
        action()
        st.rerun()

"""Data sets on pages: opened once for all sessions, chosen, and CIFAR-10 brought here."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cnnlib import settings
from cnnlib.data import Dataset, Progress, available, import_path, load
from cnnlib.data.importing import tidy_path
from cnnlib.errors import LabError
from cnnlib.ui.address import ARRIVED
from cnnlib.ui.jobs import LOOK_SECONDS, Job, JobState, start_mine
from cnnlib.ui.page import show_error
from cnnlib.ui.trail import Trail

CHOICE = "dataset"
FIRST = "first_dataset"
LEFT = "left_dataset"  # session state: what `choose_dataset` left in the address
ASKED = "cifar10_asked"  # session state: the token of the job that this session started
PROBLEM = "cifar10_problem"  # session state: what is wrong with the path that was typed
TYPED = "cifar10_path"
WAITING_SECONDS = 5.0  # how often an open page looks whether somebody brings it

NOTICE = (
    "**You are looking at the synthetic set**: small drawings of CIFAR-10's ten classes, made by "
    "the lab itself. Everything works with it; the real photographs are one click away."
)
NOTICE_LINE = "This is the **synthetic set**, drawn by the lab; real photos are one click away."
HAVE_FILE = "I have the file, or this machine has no internet"
FILE_HELP = (
    "A path on the machine that runs the lab: the official cifar-10-python.tar.gz, its "
    "unpacked folder cifar-10-batches-py, or a folder that holds one of them."
)


def open_dataset(name: str) -> Dataset:
    """The data set `name`, opened once for all sessions: treat it as read-only.

    Nothing is downloaded. A set that was imported anew is opened anew.

    Raises:
        DatasetError: there is no such data set, or it is damaged.
    """
    fingerprint = next((info.fingerprint for info in available() if info.name == name), "")
    return _open(name, fingerprint, settings.datasets_dir())


@st.cache_resource(max_entries=8, show_spinner="Opening the data set")
def _open(name: str, fingerprint: str, place: Path) -> Dataset:
    """`fingerprint` and `place` only tell one content from another."""
    return load(name, download=False)


def forget_opened() -> None:
    """Let go of all opened data sets, so that the room of a removed one is free again."""
    _open.clear()


def choose_dataset(
    label: str = "Data set", *, on_change: Callable[[], None] | None = None
) -> Dataset:
    """A box to choose an installed data set; the choice is in the address as ``?dataset=…``.

    Another page of the same visit begins with it. An `Address` of the page names it as `beside`.

    Raises:
        DatasetError: the chosen data set is damaged.
    """
    titles = {info.name: info.title for info in available()}
    names = list(titles)
    chosen, first = st.session_state.get(CHOICE), st.session_state.get(FIRST)
    trail, arrived = Trail(LEFT), bool(st.session_state.get(ARRIVED))
    said, left = st.query_params.get(CHOICE), trail.last
    if trail.hear(said, arrived=arrived) or (said is None and arrived):
        said = left  # the browser is behind, or came by the menu: go on with the same set
    if chosen not in names or said != left:  # said != left: by a link or the Back button
        st.session_state[CHOICE] = said if said in names else names[0]
    elif chosen == first != names[0]:  # a better one has arrived, CIFAR-10 say
        st.session_state[CHOICE] = names[0]
        if on_change:
            on_change()
    else:  # said anew in every run, for a browser that is slow to draw the box: see `Address`
        st.session_state[CHOICE] = chosen
    st.session_state[FIRST] = names[0]
    name: str = st.selectbox(
        label,
        names,
        format_func=lambda name: titles.get(name, name),
        key=CHOICE,
        on_change=on_change,
    )
    trail.write(name if name != names[0] else None)
    if name != names[0]:
        st.query_params[CHOICE] = name
    elif CHOICE in st.query_params:
        del st.query_params[CHOICE]
    return open_dataset(name)


def _bring(path: str | None, progress: Progress) -> None:
    if path is None:
        load("cifar10", progress=progress)
    else:
        import_path(path, progress=progress)


fetch_job = Job("CIFAR-10 could not be brought here")


def offer_cifar10(*, compact: bool = False) -> None:
    """While only the synthetic set is here: say so, and offer the real one. Else draw nothing.

    An open page notices by itself when the real one has come, whoever asked for it.

    Args:
        compact: one line and a quiet button, for a page that has its own first thing to press.
    """
    if all(info.synthetic for info in available()):
        running = fetch_job.state.status == "running"
        every = LOOK_SECONDS if running else WAITING_SECONDS
        st.fragment(_draw_offer, run_every=every)(compact, running)


def _draw_offer(compact: bool, was_running: bool) -> None:
    state = fetch_job.state
    running = state.status == "running"
    arrived = not all(info.synthetic for info in available())
    if arrived or running != was_running:  # the page is drawn anew, and its pace is another
        st.rerun()
    problem = _find_problem(state)
    with st.container(border=True, key="cifar10_offer"):
        with st.container(
            horizontal=compact, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.markdown(NOTICE_LINE if compact else NOTICE, width="content")
            st.button(
                "Get the real CIFAR-10 (170 MB)",
                type="secondary" if compact else "primary",
                icon=":material/download:",
                disabled=running,
                on_click=_ask,
            )
        with st.container():
            if running:
                st.progress(state.fraction, text=f"{state.text} …")
            elif problem:
                show_error(problem)
        importing = running and _is_mine(state) and bool(st.session_state.get(TYPED))
        _draw_form(compact, running, opened=importing or problem is not None)


def _draw_form(compact: bool, running: bool, *, opened: bool) -> None:
    """Drawn while a job runs too, whoever asked for it: what is typed is there when it fails."""
    with (
        st.expander(
            HAVE_FILE,
            expanded=opened,
            icon=":material/folder_open:",
            type="compact" if compact else "default",
        ),
        st.form("cifar10_file", border=False),
    ):
        st.text_input(
            "File or folder",
            placeholder="~/Downloads/cifar-10-python.tar.gz",
            help=FILE_HELP,
            key=TYPED,
        )
        st.form_submit_button(
            "Import", icon=":material/input:", disabled=running, on_click=_ask_for_typed
        )


def _ask(path: str | None = None) -> None:
    st.session_state[PROBLEM] = None
    start_mine(fetch_job, lambda progress: _bring(path, progress), ASKED)


def _ask_for_typed() -> None:
    typed = st.session_state[TYPED]
    try:
        tidy_path(typed)
    except LabError as error:
        st.session_state[PROBLEM] = str(error)
    else:
        _ask(typed)


def _find_problem(state: JobState) -> str | None:
    """What went wrong with what this session asked for last; others need not see it."""
    if problem := st.session_state.get(PROBLEM):
        return str(problem)
    return state.text if state.status == "failed" and _is_mine(state) else None


def _is_mine(state: JobState) -> bool:
    return state.token == st.session_state.get(ASKED)

"""Data sets on pages: opened once for all sessions, chosen, and CIFAR-10 brought here."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from cnnlib import settings
from cnnlib.data import Dataset, Progress, available, import_path, load
from cnnlib.errors import LabError
from cnnlib.ui.page import show_error

CHOICE = "dataset"
FIRST = "first_dataset"
POLL_SECONDS = 0.5

NOTICE = (
    "**You are looking at the synthetic set**: small drawings of CIFAR-10's ten classes, made by "
    "the lab itself. Everything works with it; the real photographs are one click away."
)
HAVE_FILE = "I have the file, or this machine has no internet"
FILE_HELP = (
    "A path on the machine that runs the lab: the official cifar-10-python.tar.gz, or its "
    "unpacked folder cifar-10-batches-py."
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


def choose_dataset(
    label: str = "Data set", *, on_change: Callable[[], None] | None = None
) -> Dataset:
    """A box to choose an installed data set; the choice is in the address as ``?dataset=…``.

    Raises:
        DatasetError: the chosen data set is damaged.
    """
    titles = {info.name: info.title for info in available()}
    names = list(titles)
    chosen, first = st.session_state.get(CHOICE), st.session_state.get(FIRST)
    if chosen not in names:
        wanted = st.query_params.get(CHOICE)
        st.session_state[CHOICE] = wanted if wanted in names else names[0]
    elif chosen == first != names[0]:  # a better one has arrived, CIFAR-10 say
        st.session_state[CHOICE] = names[0]
    st.session_state[FIRST] = names[0]
    name: str = st.selectbox(
        label,
        names,
        format_func=lambda name: titles.get(name, name),
        key=CHOICE,
        on_change=on_change,
    )
    if name != names[0]:
        st.query_params[CHOICE] = name
    elif CHOICE in st.query_params:
        del st.query_params[CHOICE]
    return open_dataset(name)


@dataclass(frozen=True)
class JobState:
    status: Literal["idle", "running", "done", "failed"]
    fraction: float = 0.0
    text: str = ""


class FetchJob:
    """Brings CIFAR-10 here in a background thread: one for the whole process, whoever asks.

    It goes on while pages rerun and tabs close.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = JobState("idle")

    @property
    def state(self) -> JobState:
        with self._lock:
            return self._state

    def start(self, path: str | None = None) -> bool:
        """Start importing `path`, or finding or downloading; False when one is under way."""
        with self._lock:
            if self._state.status == "running":
                return False
            self._state = JobState("running", 0.0, "Starting")
        threading.Thread(target=self._run, args=(path,), name="cifar10-fetch", daemon=True).start()
        return True

    def _run(self, path: str | None) -> None:
        try:
            _bring(path, self._report)
        except LabError as error:
            self._set(JobState("failed", text=str(error)))
        except Exception as error:
            self._set(JobState("failed", text=f"CIFAR-10 could not be brought here: {error!r}."))
            raise  # the server's log gets the traceback
        else:
            self._set(JobState("done", 1.0, "CIFAR-10 is here"))

    def _report(self, fraction: float, text: str) -> None:
        self._set(JobState("running", min(max(fraction, 0.0), 1.0), text))

    def _set(self, state: JobState) -> None:
        with self._lock:
            self._state = state


def _bring(path: str | None, progress: Progress) -> None:
    if path is None:
        load("cifar10", progress=progress)
    else:
        import_path(path, progress=progress)


fetch_job = FetchJob()


def offer_cifar10() -> None:
    """While only the synthetic set is here: say so, and offer the real one. Else draw nothing."""
    if all(info.synthetic for info in available()):
        running = fetch_job.state.status == "running"
        st.fragment(_draw_offer, run_every=POLL_SECONDS if running else None)()


def _draw_offer() -> None:
    if not all(info.synthetic for info in available()):  # it has just arrived
        st.rerun()
    state = fetch_job.state
    with st.container(border=True, key="cifar10_offer"):
        st.markdown(NOTICE)
        if state.status == "running":
            st.progress(state.fraction, text=f"{state.text} …")
            return
        if state.status == "failed":
            show_error(state.text)
        if st.button("Get the real CIFAR-10 (170 MB)", type="primary", icon=":material/download:"):
            fetch_job.start()
            st.rerun()
        with (
            st.expander(
                HAVE_FILE, expanded=state.status == "failed", icon=":material/folder_open:"
            ),
            st.form("cifar10_file", border=False),
        ):
            path = st.text_input(
                "File or folder", placeholder="~/Downloads/cifar-10-python.tar.gz", help=FILE_HELP
            )
            if st.form_submit_button("Import", icon=":material/input:"):
                if path.strip():
                    fetch_job.start(path.strip())
                    st.rerun()
                show_error("Name a file or folder first.")

"""Work that takes longer than a page may: one background thread a job, for the whole process.

A job goes on while pages rerun and tabs close, and everybody who looks sees the same progress.
What it makes, it leaves on the disk; here is only how far it has come.
"""

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from cnnlib.data import Progress
from cnnlib.errors import LabError
from cnnlib.ui.page import show_error

Work = Callable[[Progress], object]
LOOK_SECONDS = 0.5  # how often an open page looks at a job that runs


@dataclass(frozen=True)
class JobState:
    status: Literal["idle", "running", "done", "failed"]
    fraction: float = 0.0
    text: str = ""
    token: str = ""  # tells one start from another: who started it knows it


class Job:
    """One thing at a time: `start` while it runs does nothing.

    Args:
        what: a few words for people, «CIFAR-10 could not be brought here», of a failure that is
            nobody's mistake.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._lock = threading.Lock()
        self._state = JobState("idle")

    @property
    def state(self) -> JobState:
        with self._lock:
            return self._state

    def start(self, work: Work) -> str | None:
        """Begin; `work` is called with a function that takes a fraction 0..1 and a short text.

        Returns:
            The token of this start, as in `state`; None when the job is under way already.
        """
        with self._lock:
            if self._state.status == "running":
                return None
            token = uuid.uuid4().hex
            self._state = JobState("running", 0.0, "Starting", token)
        threading.Thread(target=self._run, args=(work,), name="lab-job", daemon=True).start()
        return token

    def _run(self, work: Work) -> None:
        try:
            work(self._report)
        except LabError as error:
            self._set("failed", text=str(error))
        except Exception as error:
            self._set("failed", text=f"{self._what}: {error!r}.")
            raise  # the server's log gets the traceback
        else:
            self._set("done", 1.0, "Done")

    def _report(self, fraction: float, text: str) -> None:
        self._set("running", min(max(fraction, 0.0), 1.0), text)

    def _set(
        self, status: Literal["running", "done", "failed"], fraction: float = 0.0, text: str = ""
    ) -> None:
        with self._lock:
            self._state = JobState(status, fraction, text, self._state.token)


_jobs: dict[str, Job] = {}
_jobs_lock = threading.Lock()


def get_job(key: str, what: str) -> Job:
    """The job of that key, the same one for all sessions.

    Args:
        key: what it makes and of what: «statistics 3f2a…».
        what: as for `Job`.
    """
    with _jobs_lock:
        return _jobs.setdefault(key, Job(what))


def start_mine(job: Job, work: Work, asked: str) -> None:
    """Start `job` and remember that this session did, for `show_job`'s `mine`.

    A second click, while it is under way, changes nothing: whose it is stays known.

    Args:
        asked: the key of the start's token in the session's state.
    """
    if token := job.start(work):
        st.session_state[asked] = token


def show_job(job: Job, *, key: str, mine: str | None = None) -> None:
    """A progress bar while the job runs, and the page drawn anew when it ends.

    Args:
        mine: the token of this session's start; its failure is shown as one error line.
    """
    state = job.state
    if state.status == "running":
        st.fragment(_draw_job, run_every=LOOK_SECONDS)(job, key)
    elif state.status == "failed" and state.token == mine:
        show_error(state.text)


def _draw_job(job: Job, key: str) -> None:
    state = job.state
    if state.status != "running":
        st.rerun()
    with st.container(key=f"job_{key}"):
        st.progress(state.fraction, text=f"{state.text} …")

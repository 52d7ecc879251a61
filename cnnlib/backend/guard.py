"""Ends training processes that hang: asked to stop and still there, or without a sign of life."""

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess

import psutil

from cnnlib import settings
from cnnlib.runs import liveness
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.truth import NEVER_BEGUN, describe_kept

COUNTED_SECONDS = 2.0  # between two looks at most so much counts
SPAWN_SECONDS = 120.0  # how long a worker may take to come up
ORPHAN_SECONDS = 10.0  # a worker that was started takes its lock within this time
TERM_SECONDS = 2.0  # between SIGTERM and SIGKILL
KILL_SECONDS = 5.0

logger = logging.getLogger(__name__)


@dataclass
class _Watch:
    """What was seen of a run: its last signs of life, and for how many seconds since."""

    signs: tuple[float | None, float | None] = (None, None)
    silent: float = 0.0
    stopping: float = 0.0
    orphaned: float = 0.0
    told: set[str] = field(default_factory=set)  # what the log has said already

    def warn(self, run_id: str, text: str, *, trace: bool = False) -> None:
        """Once a run, and not at every look."""
        if text not in self.told:
            self.told.add(text)
            logger.warning("Run %s: %s", run_id, text, exc_info=trace)


class Guard:
    """Watches every run that has a process, also those of an earlier supervisor.

    Time is what passes on this process's own clock between two looks, and of a long gap only
    `COUNTED_SECONDS`. So it cannot be held against a worker that somebody set the clock, that the
    machine slept, or that the store was locked and the supervisor itself had to wait.

    Attributes:
        watched: how many runs had a process at the last look.
    """

    def __init__(self, store: RunStore, clock: Callable[[], float] = time.monotonic) -> None:
        self.watched = 0
        self._store = store
        self._clock = clock
        self._looked = clock()
        self._watches: dict[str, _Watch] = {}

    def look(self, own: Mapping[str, BaseProcess]) -> None:
        """Look once at all active runs. `own`: the supervisor's own children by their runs."""
        now = self._clock()
        passed = min(now - self._looked, COUNTED_SECONDS)
        self._looked = now
        runs = self._store.list_active()
        self.watched = len(runs)
        self._watches = {run.id: self._watches.get(run.id, _Watch()) for run in runs}
        for run in runs:
            try:
                self._judge(run, own.get(run.id), self._watches[run.id], passed)
            except sqlite3.Error:  # the store does not answer; each run would have to wait for it
                raise
            except Exception as error:  # the other runs need their guard
                self._watches[run.id].warn(run.id, f"it cannot be watched ({error!r}).", trace=True)

    def _judge(self, run: Run, child: BaseProcess | None, watch: _Watch, passed: float) -> None:
        signs = (run.heartbeat, liveness.read_beat(run.id))
        watch.silent = watch.silent + passed if signs == watch.signs else 0.0
        watch.signs = signs
        watch.stopping = watch.stopping + passed if run.wishes.stop else 0.0
        if run.heartbeat is None and child is None and not liveness.is_run_alive(run.id):
            watch.orphaned += passed
            if watch.orphaned > ORPHAN_SECONDS:
                self._put_back(run)
            return
        grace, silence = settings.grace_seconds(), float(settings.silence_seconds())
        if run.heartbeat is None:
            silence = max(silence, SPAWN_SECONDS)
        if watch.stopping > grace:
            sentence = f"It did not stop within {grace} s of being asked, so its process was ended."
            self._end_by_force(run, child, watch, "stopped", sentence)
        elif watch.silent > silence and not _is_suspended(_find_process(run, child)):
            sentence = f"Its process gave no sign of life for {silence:g} s and was ended."
            self._end_by_force(run, child, watch, "failed", sentence)

    def _put_back(self, run: Run) -> None:
        """A supervisor claimed the run and died before it started a worker: it waits again."""
        logger.info("Run %s has no worker; it waits again.", run.id)
        if run.wishes.stop:
            self._store.end(run.id, "stopped", NEVER_BEGUN)
        else:
            self._store.queue.requeue(run.id)

    def _end_by_force(
        self, run: Run, child: BaseProcess | None, watch: _Watch, status: str, sentence: str
    ) -> None:
        process = _find_process(run, child)
        if process is None:
            watch.warn(run.id, f"its process was not found. {sentence}")
            return
        logger.warning("Run %s, process %s: %s", run.id, process.pid, sentence)
        message = f"{sentence} {describe_kept(run.id)}"
        if not run.wishes.delete:  # before it dies: who finds it dead would say something else
            self._store.end(run.id, status, message)
        with suppress(psutil.Error):
            process.terminate()
            if not _wait_until_gone(process, TERM_SECONDS):
                process.kill()  # a stopped process, for one, hears nothing else
        if _wait_until_gone(process, KILL_SECONDS):  # otherwise the next look tries again
            self._store.end(run.id, status, message)


def _find_process(run: Run, child: BaseProcess | None) -> psutil.Process | None:
    if child is not None and child.exitcode is None:
        with suppress(psutil.Error):
            return psutil.Process(child.pid)
    return liveness.find_worker(run.id, run.facts.get("worker") or {})


def _is_suspended(process: psutil.Process | None) -> bool:
    """Whether somebody holds the process at their terminal, by Ctrl-Z: it will go on, or end with
    the terminal. Workers of a supervisor have no terminal."""
    with suppress(psutil.Error):
        return (
            process is not None
            and process.status() == psutil.STATUS_STOPPED
            and hasattr(process, "terminal")  # not on Windows
            and process.terminal() is not None
        )
    return False


def _wait_until_gone(process: psutil.Process, seconds: float) -> bool:
    """Wait for a process to end; whether it did in time. A zombie counts as ended.

    Its lock would not do: the run may be deleted meanwhile, with the lock's file. `psutil`'s own
    wait would not do either: it takes the exit code away from whose child it is.
    """
    deadline = time.monotonic() + seconds
    with suppress(psutil.NoSuchProcess):
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
    return True

"""A training step measured in the background, where nothing else tells how long a run takes.

One measurement at a time for the whole server, and only while no run trains: it would disturb the
run, and be disturbed. What is found is kept in the run store, so it is measured once for everybody;
once more only if other programs were at work the first time, and are not now.
Nothing waits in a queue: a form that is still open asks again when the machine is free.
"""

import logging
import sqlite3
import time

import psutil

from cnnlib.arch.spec import Spec
from cnnlib.data import Progress
from cnnlib.errors import LabError
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.estimating.calibrations import QUIET, Step, keep_calibration, read_calibration
from cnnlib.runs.store import open_store
from cnnlib.ui.jobs import get_job

UNDER_WAY, LATER, REFUSED = "under way", "later", "refused"
REFUSED_SECONDS = 600.0  # so long a failure counts: a step too large is not tried again and again
MOST_REFUSED = 1_000
LISTEN_SECONDS = 0.5  # how long it looks what other programs do
FAILED = "A training step could not be measured"

_refused: dict[str, float] = {}
_log = logging.getLogger(__name__)


def want_measurement(config: RunConfig, spec: Spec) -> str:
    """Have a step of this network measured, unless it cannot be now.

    Returns:
        `UNDER_WAY`: this one or another is being measured; `LATER`: when no run trains;
        `REFUSED`: it failed a short while ago, because it is too large for instance.
    """
    step = Step(spec, config.batch_size, config.optimizer, config.augmentation)
    if time.monotonic() < _refused.get(step.key, 0.0):
        return REFUSED
    if any(run.status != "paused" for run in open_store().list_unended()):
        return LATER

    def work(progress: Progress) -> None:
        _measure(step)

    get_job(f"time step {open_store().path}", FAILED).start(work)
    return UNDER_WAY


def _measure(step: Step) -> None:
    # A supervisor that is still loading TensorFlow has better to do; without one, nobody trains.
    known = read_calibration(step)
    if (known and not known.disturbed) or not client.is_warm():
        return
    others = psutil.cpu_percent(LISTEN_SECONDS) / 100
    if known and others > QUIET:  # no better moment than the last time
        return
    try:
        answer = client.ask(
            "time_step", spec=step.spec.to_dict(), batch_size=step.batch_size,
            optimizer=step.optimizer, augmentation=step.augmentation, saving=True,
        )  # fmt: skip
        keep_calibration(step, answer, others)
    except (LabError, sqlite3.Error) as error:
        _log.info("%s: %s", FAILED, error)
        if len(_refused) >= MOST_REFUSED:
            _refused.clear()
        _refused[step.key] = time.monotonic() + REFUSED_SECONDS

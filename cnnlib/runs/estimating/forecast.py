"""When the runs that wait may be expected to start: the queue, played ahead.

What is not known, a run's length for instance, counts as without end. So a forecast is the time at
which a run starts at the latest, if what trains now takes as long as it says and nobody stops,
moves or resumes anything.
"""

import heapq
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cnnlib.errors import LabError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.estimating.estimates import estimate_run
from cnnlib.runs.records import TRAINING, Run
from cnnlib.runs.store import RunStore, open_store
from cnnlib.runs.store.queueing import Limits

ESTIMATE_SECONDS = 30.0  # how long an estimate is kept
_NEW = "new"  # the id of a run that is not there yet


@dataclass(frozen=True)
class Load:
    """What is still to be trained of a run: `seconds` in a slot, None when that is not known."""

    id: str
    owner: str
    seconds: float | None


def forecast_starts(
    training: Sequence[Load],
    waiting: Sequence[Load],
    limits: Limits,
    *,
    resuming: Sequence[Load] = (),
) -> dict[str, float | None]:
    """Seconds from now until each waiting run starts, None where no slot is known to get free.

    The rules are those of `Queue.claim_next`: the first in the queue whose owner has room takes a
    free slot, and paused runs that want to go on come before all that wait.

    Args:
        training: the runs that have a slot now; there may be more than slots.
        waiting: in the order of the queue.
        resuming: paused runs that want to go on.
    """
    ends = [(_length(load), load.owner) for load in training]
    heapq.heapify(ends)
    owners = Counter(load.owner for load in training)
    returning, queue = list(resuming), list(waiting)
    starts: dict[str, float | None] = {load.id: None for load in waiting}
    now = 0.0

    def take(runs: list[Load], slots: int) -> Load | None:
        """Start the first of `runs` that may, if fewer than `slots` are in use."""
        if len(ends) >= slots:
            return None
        for place, load in enumerate(runs):
            if not load.owner or not limits.per_person or owners[load.owner] < limits.per_person:
                owners[load.owner] += 1
                heapq.heappush(ends, (now + _length(load), load.owner))
                return runs.pop(place)
        return None

    while queue:
        while take(returning, limits.slots):
            pass
        # What returns and could not be taken has no room: nobody keeps a slot free for it.
        while load := take(queue, limits.slots):
            starts[load.id] = now
        if not ends or math.isinf(ends[0][0]):
            break
        now = ends[0][0]
        while ends and ends[0][0] <= now:
            owners[heapq.heappop(ends)[1]] -= 1
    return starts


def _length(load: Load) -> float:
    return math.inf if load.seconds is None else max(0.0, load.seconds)


def expect_starts(store: RunStore, *new: Load) -> dict[str, float | None]:
    """`forecast_starts` of the runs in the store, from what they say and what is estimated.

    Args:
        new: runs that are not there yet, at the queue's end.
    """
    runs = store.list_unended()
    waiting = sorted((r for r in runs if r.status == "queued"), key=lambda r: (r.place, r.id))
    resuming = [r for r in runs if r.status == "paused" and not (r.wishes.pause or r.wishes.stop)]
    return forecast_starts(
        [_weigh(run) for run in runs if run.status in TRAINING],
        [*(_weigh(run) for run in waiting), *new],
        Limits.from_settings(),
        resuming=[_weigh(run) for run in resuming],
    )


def expect_start(store: RunStore, run: Run) -> float | None:
    """Seconds until a waiting run starts; None when it does not wait or nobody can say.

    As of a second ago at most, for all who ask.
    """
    return _expect_starts_at(store.path, int(time.monotonic())).get(run.id)


def expect_new_start(store: RunStore, owner: str) -> float | None:
    """Seconds until a run that `owner` adds now would start; likewise a second old at most."""
    return _expect_starts_at(store.path, int(time.monotonic()), owner)[_NEW]


@lru_cache(maxsize=64)
def _expect_starts_at(path: Path, second: int, owner: str | None = None) -> dict[str, float | None]:
    store = open_store()
    new = [] if owner is None else [Load(_NEW, owner, None)]
    return expect_starts(store if store.path == path else RunStore(path), *new)


def _weigh(run: Run) -> Load:
    return Load(run.id, run.owner, _find_seconds_left(run, time.time()))


def _find_seconds_left(run: Run, now: float) -> float | None:
    """In a slot, from `now` on; what a worker said some seconds ago is less by as much."""
    if run.wishes.stop:
        return 0.0
    said = (run.progress or {}).get("seconds_left")
    if said is not None:
        silent = now - (run.heartbeat or now) if run.status in TRAINING else 0.0
        return max(0.0, float(said) - max(0.0, silent))
    whole = _estimate_seconds(run.config, int(time.monotonic() / ESTIMATE_SECONDS))
    if whole is None or run.status == "queued":
        return whole
    return max(0.0, whole - max(0.0, now - (run.started or now)))


@lru_cache(maxsize=512)
def _estimate_seconds(config: RunConfig, period: int) -> float | None:
    try:
        estimate = estimate_run(config)
    except LabError:  # its data set is gone, for instance: it will fail as soon as it starts
        return None
    return None if estimate is None else estimate.seconds

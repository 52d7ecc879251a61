"""What live charts are told of a run: made once for everybody who looks at it.

A class of fifty that watches one run asks fifty times a second. The store is read twice a second,
whoever asks; in between, the same bytes go out again. What was read is kept while somebody looks.
"""

import json
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.data import DatasetInfo, available
from cnnlib.errors import RunNotFoundError
from cnnlib.runs.diagnosis import diagnose
from cnnlib.runs.estimating.forecast import expect_start
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore, open_store
from cnnlib.runs.store.curves import Curve
from cnnlib.runs.store.people import read_names
from cnnlib.runs.store.thinning import thin

FRESH_SECONDS = 0.5  # a worker writes no more often
FIRST_SECONDS = 0.2  # the same, while the first point is awaited
IDLE_SECONDS = 30.0  # after the last look, what was read of a run is forgotten
POINTS = 1_500  # of a curve, for a browser that looks for the first time
KEPT_POINTS = 20_000  # of a curve, in memory
KEPT_READS = 90  # of the newest reads, that browsers can go on from: those of 45 s
DIGITS = 6


class LiveAnswers:
    """The answers to polls, for all runs; safe to share between threads.

    Args:
        clock: seconds, ever growing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._feeds: dict[tuple[Path, str], _Feed] = {}

    def peek(self, run_id: str, after: int) -> bytes | None:
        """The answer if it is ready: never reads, never waits."""
        feed = self._feeds.get((open_store().path, run_id))
        return None if feed is None else feed.peek(after, self._clock())

    def get(self, run_id: str, after: int) -> bytes:
        """State, progress and findings of a run, and its points after the cursor `after`; JSON.

        `whole` says that the points are all there are, thinned, in place of any got before: for
        a first look (`after` 0), and for a cursor that is too old to go on from.

        Raises:
            RunNotFoundError: there is no such run.
            sqlite3.Error: the store cannot be read now.
        """
        store = open_store()
        key, now = (store.path, run_id), self._clock()
        with self._lock:
            for name in [name for name, feed in self._feeds.items() if feed.is_idle(now)]:
                del self._feeds[name]
            feed = self._feeds.setdefault(key, _Feed(store, run_id, now))
        try:
            return feed.get(after, now)
        except RunNotFoundError:
            with self._lock:
                self._feeds.pop(key, None)
            raise


class _Feed:
    """One run, as those see it who look at it now."""

    def __init__(self, store: RunStore, run_id: str, now: float) -> None:
        self._store = store
        self._run_id = run_id
        self._lock = threading.Lock()
        self._asked = now
        self._read_at = -math.inf
        self._cursor = 0
        self._curves: dict[str, Curve] = {}
        self._news: deque[tuple[int, dict[str, Curve]]] = deque(maxlen=KEPT_READS)
        self._datasets: dict[str, DatasetInfo] = {}
        self._state: dict[str, Any] = {}
        self._bodies: dict[int, bytes] = {}

    def is_idle(self, now: float) -> bool:
        return now - self._asked > IDLE_SECONDS

    def peek(self, after: int, now: float) -> bytes | None:
        bodies = self._bodies  # before the look at the clock: another thread may renew them
        return bodies.get(after) if self._is_fresh(now) else None

    def get(self, after: int, now: float) -> bytes:
        with self._lock:
            self._asked = now
            if not self._is_fresh(now):
                self._read()
                self._bodies, self._read_at = {}, now
            after = after if after in self._list_cursors() else 0  # made once for all such
            if after not in self._bodies:
                self._bodies[after] = self._make_body(after)
            return self._bodies[after]

    def _list_cursors(self) -> list[int]:
        """Those that a browser can go on from."""
        return [*(start for start, _ in self._news), self._cursor]

    def _is_fresh(self, now: float) -> bool:
        return now - self._read_at < (FRESH_SECONDS if self._curves else FIRST_SECONDS)

    def _read(self) -> None:
        run = self._store.get(self._run_id)
        cursor, news = self._store.curves.read(run.id, after=self._cursor)
        if self._goes_back(news):
            self._curves, self._cursor = {}, 0
            self._news.clear()
            cursor, news = self._store.curves.read(run.id)
        if news:
            self._news.append((self._cursor, news))
            self._cursor = cursor
            for key, curve in news.items():
                self._curves[key] = _append(self._curves.get(key), curve, key)
        self._state = {"run": self._describe(run), "server_time": time.time()}

    def _goes_back(self, news: dict[str, Curve]) -> bool:
        """Whether the run was set back to a checkpoint: its curves were written anew."""
        return any(
            key in self._curves and curve.epochs[0] <= self._curves[key].epochs[-1]
            for key, curve in news.items()
            if not key.startswith("machine/")
        )

    def _describe(self, run: Run) -> dict[str, Any]:
        waits = run.status == "queued"
        info = self._find_dataset(run)
        classes = run.facts.get("classes") or (len(info.class_names) if info else None)
        findings = diagnose(self._curves, run.config, run.status, classes=classes)
        return {
            "id": run.id,
            "name": run.name,
            "title": f"{run.config.title} on {info.title if info else run.config.dataset}",
            "owner": read_names(self._store.database).get(run.owner, "") if run.owner else "",
            "status": run.status,
            "message": run.message,
            "queue_position": self._store.queue.find_position(run.id) if waits else None,
            "expected_start": expect_start(self._store, run) if waits else None,
            "created": run.created,
            "started": run.started,
            "ended": run.ended,
            "heartbeat": run.heartbeat,
            "wishes": {
                name: getattr(run.wishes, name)
                for name in ("stop", "pause", "learning_rate", "epochs")
            },
            "learning_rate": self._find_rate(run),
            "progress": run.progress,
            "findings": [vars(finding) for finding in findings],
        }

    def _find_rate(self, run: Run) -> float:
        """The one in use; before the first step of its own, the one that the run is set to."""
        rates = self._curves.get("learning_rate")
        begun = run.progress.get("first_epoch", 0.0) if run.progress else math.inf
        own = rates is not None and rates.epochs[-1] > begun
        return float(rates.values[-1]) if rates and own else run.config.learning_rate

    def _find_dataset(self, run: Run) -> DatasetInfo | None:
        """None once it is gone. Looked up once: a feed does not live long."""
        if not self._datasets:
            self._datasets = {info.name: info for info in available()}
        return self._datasets.get(run.config.dataset)

    def _make_body(self, after: int) -> bytes:
        whole = after == 0
        if whole:
            points = {key: _write(_thin(curve, key, POINTS)) for key, curve in self._curves.items()}
        else:
            points = {}
            for start, news in self._news:
                if start >= after:
                    for key, curve in news.items():
                        lists = points.setdefault(key, {})
                        for name, values in _write(curve).items():
                            lists.setdefault(name, []).extend(values)
        answer = {**self._state, "cursor": self._cursor, "whole": whole, "points": points}
        return json.dumps(_without_nan(answer), allow_nan=False, separators=(",", ":")).encode()


def _append(before: Curve | None, more: Curve, key: str) -> Curve:
    if before is not None:
        more = Curve(*(np.concatenate(pair) for pair in zip(before, more, strict=True)))
    return more if len(more.values) <= KEPT_POINTS else _thin(more, key, KEPT_POINTS // 2)


def _thin(curve: Curve, key: str, most: int) -> Curve:
    if key.startswith("epoch/"):
        return curve
    kept = thin(curve.values, most)
    return Curve(*(column[kept] for column in curve))


def _write(curve: Curve) -> dict[str, list[float | None]]:
    """{"epoch", "seconds", "value": lists}; what JSON cannot hold becomes null."""
    return {
        "epoch": np.round(curve.epochs, DIGITS).tolist(),
        "seconds": np.round(curve.seconds, 2).tolist(),
        "value": list_values(curve.values),
    }


def list_values(values: NDArray[np.float64]) -> list[float | None]:
    """To `DIGITS` significant digits."""
    finite = np.isfinite(values)
    with np.errstate(all="ignore"):
        scale = 10.0 ** (DIGITS - 1 - np.floor(np.log10(np.abs(values))))
        rounded = np.where(np.isfinite(scale), np.round(values * scale) / scale, values)
    listed: list[float | None] = rounded.tolist()
    if finite.all():
        return listed
    return [value if known else None for value, known in zip(listed, finite, strict=True)]


def _without_nan(answer: Mapping[str, Any]) -> dict[str, Any]:
    """A worker's progress may hold a number that JSON cannot."""
    run = dict(answer["run"])
    for name, value in (run["progress"] or {}).items():
        if isinstance(value, float) and not math.isfinite(value):
            run["progress"] = {**run["progress"], name: None}
    if not math.isfinite(run["learning_rate"]):
        run["learning_rate"] = None
    return {**answer, "run": run}

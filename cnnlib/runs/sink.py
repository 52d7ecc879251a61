"""Where a run's news go: a sink gathers them and, twice a second, writes them to the run store."""

import json
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cnnlib.runs import liveness
from cnnlib.runs.records import Event, Histogram, Point, Wishes
from cnnlib.runs.store import RunStore

FLUSH_SECONDS = 0.5
LAST_TRIES = 60
Listener = Callable[[dict[str, Any], list[Point], list[Event]], None]


class StoreSink:
    """Writes one run's points, events and progress from a thread of its own, and reads its wishes.

    The training thread only appends to lists. A store that cannot be written for a moment (a full
    disk, a long lock) costs nothing but delay: what was gathered stays until it is written.

    Attributes:
        wishes: what people want of the run; a new object each time it is read.

    Args:
        describe_progress: called at each flush; what it returns is what pages show.
        listener: also told what was written, for a program that prints it.
    """

    def __init__(
        self,
        store: RunStore,
        run_id: str,
        describe_progress: Callable[[], dict[str, Any]],
        listener: Listener | None = None,
    ) -> None:
        self.wishes = Wishes()
        self._store = store
        self._run_id = run_id
        self._describe_progress = describe_progress
        self._listener = listener
        self._points: list[Point] = []
        self._events: list[Event] = []
        self._histograms: list[Histogram] = []
        self._facts: dict[str, Any] | None = None
        self._result: dict[str, Any] | None = None
        self._hurry = threading.Event()
        self._closing = False
        self._gone = False
        self._thread = threading.Thread(target=self._flush_until_closed, daemon=True)

    def __enter__(self) -> "StoreSink":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._closing = True
        self._hurry.set()
        self._thread.join()

    def point(self, key: str, step: int, epoch: float, value: float, seconds: float = 0.0) -> None:
        self._points.append(Point(key, step, epoch, value, seconds))

    def histogram(self, histogram: Histogram) -> None:
        self._histograms.append(histogram)

    def set_facts(self, facts: dict[str, Any]) -> None:
        """What is known of the run before it trains: see `Run.facts`."""
        self._facts = _make_plain(facts)
        self.hurry()

    def set_result(self, result: dict[str, Any]) -> None:
        """The best epoch so far: see `Run.result`."""
        self._result = _make_plain(result)

    def event(self, kind: str, text: str) -> None:
        self._events.append(Event(time.time(), kind, text))
        self.hurry()

    def read_wishes(self) -> None:
        """Look now what people want, instead of at the next write."""
        with suppress(sqlite3.Error):
            wishes = self._store.read_wishes(self._run_id)
            if not self._gone:
                self.wishes = wishes

    def hurry(self) -> None:
        """Write soon: the first point of a run, the end of an epoch."""
        self._hurry.set()

    def _flush_until_closed(self) -> None:
        while not self._closing:
            self._try_to_flush()
            self._hurry.wait(FLUSH_SECONDS)
            self._hurry.clear()
        for _ in range(LAST_TRIES):
            if self._try_to_flush():
                return
            time.sleep(FLUSH_SECONDS)

    def _try_to_flush(self) -> bool:
        """Whatever goes wrong, this thread goes on: without it the run would be deaf and dumb."""
        try:
            return self._flush()
        except Exception:
            traceback.print_exc()  # into the run's log
            return False

    def _flush(self) -> bool:
        """Write what has gathered; False when the store did not take it."""
        # Copies: the training thread goes on adding.
        points, events, histograms = self._points[:], self._events[:], self._histograms[:]
        facts, result = self._facts, self._result
        progress = self._describe_progress()
        liveness.beat(self._run_id)
        self.read_wishes()  # first: a store that is locked can be read
        try:
            known = self._store.report(
                self._run_id,
                progress=progress,
                points=points,
                events=events,
                histograms=histograms,
                facts=facts,
                result=result,
            )
        except sqlite3.Error:
            return False
        if not known:  # a run that has ended, or is gone, has nothing to train for
            self._gone = True
            self.wishes = Wishes(stop=True, delete=True)
        if self._listener is not None:
            try:
                self._listener(progress, points, events)
            except OSError:  # nobody reads what it prints any more; the store still does
                self._listener = None
        del self._points[: len(points)], self._events[: len(events)]
        del self._histograms[: len(histograms)]
        self._facts = None if self._facts is facts else self._facts
        self._result = None if self._result is result else self._result
        return True


def _make_plain(data: dict[str, Any]) -> dict[str, Any]:
    """A copy, NumPy's numbers as plain ones. What is no JSON fails here, not in the thread."""
    plain: dict[str, Any] = json.loads(json.dumps(data, default=float))
    return plain

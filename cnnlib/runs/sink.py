"""Where a run's news go: a sink gathers them and, twice a second, writes them to the run store."""

import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

from cnnlib.runs.records import Event, Point
from cnnlib.runs.store import RunStore

FLUSH_SECONDS = 0.5
LAST_TRIES = 20
Listener = Callable[[dict[str, Any], list[Point], list[Event]], None]


class StoreSink:
    """Writes one run's points, events and progress from a thread of its own, and reads its wishes.

    The training thread only appends to lists. A store that cannot be written for a moment (a full
    disk, a long lock) costs nothing but delay: what was gathered stays until it is written.

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
        self.stop_requested = False
        self._store = store
        self._run_id = run_id
        self._describe_progress = describe_progress
        self._listener = listener
        self._points: list[Point] = []
        self._events: list[Event] = []
        self._hurry = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._flush_until_closed, daemon=True)

    def __enter__(self) -> "StoreSink":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._closing = True
        self._hurry.set()
        self._thread.join()

    def point(self, key: str, step: int, epoch: float, value: float) -> None:
        self._points.append(Point(key, step, epoch, value))

    def event(self, kind: str, text: str) -> None:
        self._events.append(Event(time.time(), kind, text))
        self.hurry()

    def hurry(self) -> None:
        """Write soon: the first point of a run, the end of an epoch."""
        self._hurry.set()

    def _flush_until_closed(self) -> None:
        while not self._closing:
            self._flush()
            self._hurry.wait(FLUSH_SECONDS)
            self._hurry.clear()
        for _ in range(LAST_TRIES):
            if self._flush():
                return
            time.sleep(FLUSH_SECONDS)

    def _flush(self) -> bool:
        """Write what has gathered; False when the store did not take it."""
        points, events = self._points, self._events
        count_points, count_events = len(points), len(events)  # the training thread goes on adding
        progress = self._describe_progress()
        try:
            self._store.report(
                self._run_id,
                progress=progress,
                points=points[:count_points],
                events=events[:count_events],
            )
            self.stop_requested = self._store.is_stop_requested(self._run_id)
        except sqlite3.Error:
            return False
        if self._listener is not None:
            try:
                self._listener(progress, points[:count_points], events[:count_events])
            except OSError:  # nobody reads what it prints any more; the store still does
                self._listener = None
        del points[:count_points], events[:count_events]
        return True

"""The run store: runs, their curves and events, and the wishes that pages write for workers."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from cnnlib import settings
from cnnlib.errors import RunNotFoundError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import remove_unfinished
from cnnlib.runs.records import ACTIVE, ENDED, TRAINING, Event, Histogram, Point, Run, Wishes
from cnnlib.runs.store.creating import create_run
from cnnlib.runs.store.curves import Curves, write_points
from cnnlib.runs.store.database import Database
from cnnlib.runs.store.deleting import delete_run, remove_folder
from cnnlib.runs.store.ending import ask_to_stop, end_run
from cnnlib.runs.store.events import insert_event, read_events
from cnnlib.runs.store.histograms import Histograms, write_histograms
from cnnlib.runs.store.queueing import Queue
from cnnlib.runs.store.rows import check_annotations, read_runs, run_from_row, write_progress
from cnnlib.runs.store.truth import describe_lost_worker, seems_dead
from cnnlib.runs.store.wishes import check_wish, insert_wishes, read_all_wishes, read_wishes


class RunStore:
    """Access to one store file; safe to share between threads, not to carry through a fork.

    Attributes:
        queue: the runs that wait. curves, histograms: what runs have measured.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or settings.database_path()
        self.database = Database(self.path)
        self.queue = Queue(self.database)
        self.curves = Curves(self.database)
        self.histograms = Histograms(self.database)

    # -- runs ------------------------------------------------------------------------------------

    def create(
        self,
        config: RunConfig,
        *,
        status: str = "queued",
        owner: str = "",
        name: str = "",
        sweep: str | None = None,
    ) -> Run:
        """Add a run. It waits in the queue, unless the caller trains it: `status="starting"`.

        A run that continues another begins with a copy of that run's points up to the checkpoint,
        and has links to its checkpoints, so that it is whole even when the older run is deleted.

        Raises:
            RunError: `config.continue_from` names no run, or one without that checkpoint; the
                owner has too many runs that wait; a name that is too long.
        """
        parent = None if config.continue_from is None else self.get(config.continue_from)
        return self.get(
            create_run(self.database, config, parent=parent, status=status, owner=owner, name=name,
                       sweep=sweep)
        )  # fmt: skip

    def get(self, run_id: str) -> Run:
        """One run, its status made true first.

        Raises:
            RunNotFoundError: there is no such run.
        """
        row = self._db().execute("SELECT * FROM runs WHERE id = ?", (run_id,)).fetchone()
        if row is None:
            raise RunNotFoundError(
                f"There is no run {run_id!r}. The Runs page lists those that exist."
            )
        return self._made_true(run_from_row(row, self.read_wishes(run_id)))

    def list_runs(
        self, *, limit: int = 500, owner: str | None = None, sweep: str | None = None
    ) -> list[Run]:
        """The newest runs first, at most `limit`; only those of an owner or a sweep if given."""
        rows = self._db().execute(
            "SELECT * FROM runs WHERE (? IS NULL OR owner = ?) AND (? IS NULL OR sweep = ?) "
            "ORDER BY created DESC, id DESC LIMIT ?",
            (owner, owner, sweep, sweep, limit),
        )
        wishes = read_all_wishes(self._db())
        return [self._made_true(run) for run in read_runs(rows.fetchall(), wishes)]

    def list_unended(self) -> list[Run]:
        """The runs that wait or have a process, the oldest first."""
        query = "SELECT * FROM runs WHERE status NOT IN (?, ?, ?) ORDER BY created"
        rows = self._db().execute(query, ENDED).fetchall()
        read = read_runs(rows, read_all_wishes(self._db()))
        self._end_unreadable(rows, read)
        return [run for run in map(self._made_true, read) if not run.has_ended]

    def list_active(self) -> list[Run]:
        """The runs that have a process, the oldest first."""
        return [run for run in self.list_unended() if run.status in ACTIVE]

    def end(self, run_id: str, status: str, message: str | None) -> None:
        """Write a run's end; a run that has already ended keeps its first word.

        A run whose deletion was wished is deleted.
        """
        if self.database.write_for_sure(lambda db: end_run(db, run_id, status, message)):
            remove_folder(run_id)
        else:
            remove_unfinished(run_id)

    def annotate(
        self,
        run_id: str,
        *,
        name: str | None = None,
        note: str | None = None,
        tags: Sequence[str] | None = None,
    ) -> None:
        """Change what people say about a run; what is None stays.

        Raises:
            RunError: a text is too long, or there are too many tags.
        """
        changes = check_annotations(name=name, note=note, tags=tags)
        with self.database.transaction() as db:
            for column, text in changes.items():
                db.execute(f"UPDATE runs SET {column} = ? WHERE id = ?", (text, run_id))

    def delete(self, run_ids: Iterable[str]) -> None:
        """Delete runs with all their files; one that trains is stopped first, and goes then.

        What continues a deleted run has files of its own.
        """
        for run_id in run_ids:
            delete_run(self.database, run_id)

    # -- wishes ------------------------------------------------------------------------------------

    def wish(self, run_id: str, **wishes: float | bool | None) -> None:
        """Ask something of a run that waits or trains; None or False takes a wish back.

        Args:
            wishes: fields of `Wishes`: stop, pause, learning_rate, epochs.

        Raises:
            RunError: no such wish, or a value that breaks its rule.
        """
        checked = {name: check_wish(name, value) for name, value in wishes.items()}
        with self.database.transaction() as db:
            if db.execute(
                "SELECT 1 FROM runs WHERE id = ? AND status NOT IN (?, ?, ?)", (run_id, *ENDED)
            ).fetchone():
                insert_wishes(db, run_id, checked)

    def request_stop(self, run_id: str) -> None:
        """Ask a run to stop after its current batch; a waiting run is stopped at once."""
        self.database.write_for_sure(lambda db: ask_to_stop(db, run_id))

    def read_wishes(self, run_id: str) -> Wishes:
        return read_wishes(self._db(), run_id)

    # -- what a worker writes, what a page reads ---------------------------------------------------

    def report(
        self,
        run_id: str,
        *,
        progress: dict[str, Any],
        points: Iterable[Point] = (),
        events: Iterable[Event] = (),
        histograms: Iterable[Histogram] = (),
        facts: Mapping[str, Any] | None = None,
        result: Mapping[str, Any] | None = None,
    ) -> bool:
        """A worker's news in one transaction: points, events, progress and a heartbeat.

        Args:
            facts, result: see `Run`; they take the place of what was there.

        Returns:
            False when the run has ended, or is not there any more; nothing is written then.
        """
        with self.database.transaction() as db:
            if not write_progress(db, run_id, progress, facts, result):
                return False
            write_points(db, run_id, points)
            for event in events:
                insert_event(db, run_id, event.kind, event.text, event.time)
            write_histograms(db, run_id, histograms)
        return True

    def set_paused(self, run_id: str) -> None:
        """A worker says that its run rests; `queue.try_resume` makes it run again."""
        with self.database.transaction() as db:
            db.execute(
                "UPDATE runs SET status = 'paused' WHERE id = ? AND status IN (?, ?)",
                (run_id, *TRAINING),
            )

    def points(self, run_id: str, *, after: int = 0) -> tuple[int, list[Point]]:
        """(cursor, points written after the cursor `after`), curve by curve.

        A page that draws them takes `curves.read`, which is quick.
        """
        cursor, curves = self.curves.read(run_id, after=after)
        return cursor, [
            Point(key, int(step), epoch, None if value != value else value, seconds)
            for key, curve in curves.items()
            for step, epoch, seconds, value in zip(*(c.tolist() for c in curve), strict=True)
        ]

    def add_event(self, run_id: str, kind: str, text: str) -> None:
        with self.database.transaction() as db:
            insert_event(db, run_id, kind, text)

    def events(self, run_id: str) -> list[Event]:
        return read_events(self._db(), run_id)

    # -- the truth about a run ---------------------------------------------------------------------

    def _made_true(self, run: Run) -> Run:
        """End a run in the store whose process is gone, and return it as it really is."""
        if run.status not in ACTIVE or not seems_dead(run):
            return run
        message = describe_lost_worker(run.id)
        ended = replace(run, status="failed", message=message)
        try:
            self.end(run.id, "failed", message)
        except sqlite3.OperationalError:  # a full disk: the page is told the truth all the same
            return ended
        return ended if run.wishes.delete else self.get(run.id)

    def _end_unreadable(self, rows: Sequence[sqlite3.Row], read: Sequence[Run]) -> None:
        """End those of `rows` that this lab could not read and that have lost their process: they
        hold slots."""
        known = {run.id for run in read}
        for row in rows:
            if row["id"] not in known and row["status"] in ACTIVE:
                stand_in = run_from_row({**row, "config": json.dumps({})}, Wishes())
                if seems_dead(stand_in):
                    with suppress(sqlite3.OperationalError):
                        self.end(row["id"], "failed", describe_lost_worker(row["id"]))

    def _db(self) -> sqlite3.Connection:
        return self.database.connect()


@cache
def _open_store(path: Path) -> RunStore:
    return RunStore(path)


def open_store() -> RunStore:
    """The store of this CNNLIB_HOME, opened once a process: what pages and routes use."""
    return _open_store(settings.database_path())

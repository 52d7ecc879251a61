"""The run store: runs, their points and events, and the wishes that pages write for workers.

One SQLite file in WAL mode: many readers and one writer at a time never block one another for long.
A NaN value is stored as NULL and read back as None, which charts draw as a gap.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from secrets import token_hex
from typing import Any

from cnnlib import settings
from cnnlib.errors import RunError, RunNotFoundError
from cnnlib.runs import liveness
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import Checkpoint, link_checkpoint, read_checkpoint, run_folder
from cnnlib.runs.records import ACTIVE, ENDED, Event, Point, Run
from cnnlib.runs.truth import describe_lost_worker, seems_dead

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY, config TEXT NOT NULL, status TEXT NOT NULL, message TEXT,
    created REAL NOT NULL, started REAL, ended REAL, heartbeat REAL, progress TEXT,
    stop_requested INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_by_status ON runs (status, created);
CREATE TABLE points (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, key TEXT NOT NULL, step INTEGER NOT NULL,
    epoch REAL NOT NULL, value REAL
);
CREATE INDEX points_by_run ON points (run, id);
CREATE TABLE events (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, time REAL NOT NULL, kind TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX events_by_run ON events (run, id);
"""
ORPHAN_SECONDS = 1.0  # a worker takes its lock within this time of being claimed


class RunStore:
    """Access to one store file; safe to share between threads, not to carry through a fork."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or settings.database_path()
        self._local = threading.local()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self._read_version() == 0:
            with self._transaction() as db:
                if self._read_version() == 0:  # nobody was quicker
                    for statement in SCHEMA.split(";"):
                        db.execute(statement)
                    db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        if (version := self._read_version()) > SCHEMA_VERSION:
            raise RunError(
                f"{self.path} was written by a newer CNN Lab (its version {version}, ours "
                f"{SCHEMA_VERSION}). Update the lab, or set CNNLIB_HOME to another folder."
            )

    # -- runs ------------------------------------------------------------------------------------

    def create(self, config: RunConfig, *, status: str = "queued") -> Run:
        """Add a run. It waits in the queue, unless the caller trains it: `status="starting"`.

        A run that continues another begins with a copy of that run's points up to the checkpoint,
        and has links to its checkpoints, so that it is whole even when the older run is deleted.

        Raises:
            RunError: `config.continue_from` names no run, or one without that checkpoint.
        """
        now = time.time()
        run_id = f"{time.strftime('%Y%m%d-%H%M%S')}-{config.network}-{token_hex(2)}"
        start = self._find_start(config)
        started = now if status in ACTIVE else None
        run_folder(run_id).mkdir(parents=True, exist_ok=True)
        if start is not None and config.continue_from is not None:
            link_checkpoint(config.continue_from, config.checkpoint, run_id, "start")
            best = read_checkpoint(config.continue_from, "best")
            if best is not None and best.epoch <= start.epoch:
                link_checkpoint(config.continue_from, "best", run_id, "best")
        with self._transaction() as db:
            db.execute(
                "INSERT INTO runs (id, config, status, created, started) VALUES (?, ?, ?, ?, ?)",
                (run_id, json.dumps(config.to_dict()), status, now, started),
            )
            if start is not None:
                db.execute(
                    "INSERT INTO points (run, key, step, epoch, value) SELECT ?, key, step, epoch,"
                    " value FROM points WHERE run = ? AND epoch <= ? + 1e-9 ORDER BY id",
                    (run_id, config.continue_from, start.epoch),
                )
        self.add_event(run_id, "created", f"Created: {config.network} on {config.dataset}.")
        return self.get(run_id)

    def _find_start(self, config: RunConfig) -> Checkpoint | None:
        if config.continue_from is None:
            return None
        parent = self.get(config.continue_from)
        if (parent.config.network, parent.config.spec) != (config.network, config.spec):
            raise RunError(
                f"network must be {parent.config.network}, layer by layer as in the run to "
                f"continue. Received: {config.network!r}."
            )
        checkpoint = read_checkpoint(parent.id, config.checkpoint)
        if checkpoint is None:
            raise RunError(
                f"Run {parent.id} has no {config.checkpoint} checkpoint to continue from. "
                f"Choose another run, or start anew."
            )
        return checkpoint

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
        return self._made_true(_run_from_row(row))

    def list_runs(self, *, limit: int = 500) -> list[Run]:
        """The newest runs first, at most `limit`."""
        rows = self._db().execute(
            "SELECT * FROM runs ORDER BY created DESC, id DESC LIMIT ?", (limit,)
        )
        return [self._made_true(_run_from_row(row)) for row in rows.fetchall()]

    def claim_next(self, slots: int) -> Run | None:
        """Take the oldest waiting run if fewer than `slots` are active; None otherwise.

        One transaction: two supervisors on one store never get the same run.
        """
        with self._transaction() as db:
            active = db.execute(
                "SELECT COUNT(*) FROM runs WHERE status IN (?, ?)", ACTIVE
            ).fetchone()[0]
            row = db.execute(
                "SELECT id FROM runs WHERE status = 'queued' ORDER BY created, id LIMIT 1"
            ).fetchone()
            if row is None or active >= slots:
                return None
            db.execute(
                "UPDATE runs SET status = 'starting', started = ? WHERE id = ?",
                (time.time(), row["id"]),
            )
        return self.get(row["id"])

    def requeue(self, run_id: str) -> None:
        """Put a claimed run whose worker did not come up back into its place in the queue."""
        with self._transaction() as db:
            db.execute(
                "UPDATE runs SET status = 'queued', started = NULL "
                "WHERE id = ? AND status = 'starting' AND heartbeat IS NULL",
                (run_id,),
            )

    def requeue_orphans(self) -> None:
        """Put back the runs that a supervisor claimed before it died, and started no worker for."""
        claimed_before = time.time() - ORPHAN_SECONDS
        rows = self._db().execute(
            "SELECT id FROM runs WHERE status = 'starting' AND heartbeat IS NULL AND started < ?",
            (claimed_before,),
        )
        for row in rows.fetchall():
            if not liveness.is_run_alive(row["id"]):
                self.requeue(row["id"])

    def queue_position(self, run: Run) -> int | None:
        """How many runs wait before this one, plus one; None when it does not wait."""
        if run.status != "queued":
            return None
        before = self._db().execute(
            "SELECT COUNT(*) FROM runs WHERE status = 'queued' AND (created, id) < (?, ?)",
            (run.created, run.id),
        )
        return int(before.fetchone()[0]) + 1

    def request_stop(self, run_id: str) -> None:
        """Ask a run to stop after its current batch; a waiting run is stopped at once."""
        with self._transaction() as db:
            db.execute("UPDATE runs SET stop_requested = 1 WHERE id = ?", (run_id,))
            db.execute(
                "UPDATE runs SET status = 'stopped', ended = ?, message = ? "
                "WHERE id = ? AND status = 'queued'",
                (time.time(), "Stopped while it waited; nothing was trained.", run_id),
            )

    def is_stop_requested(self, run_id: str) -> bool:
        row = self._db().execute("SELECT stop_requested FROM runs WHERE id = ?", (run_id,))
        found = row.fetchone()
        return found is not None and bool(found[0])

    def end(self, run_id: str, status: str, message: str | None) -> None:
        """Write a run's end; a run that has already ended keeps its first word."""
        with self._transaction() as db:
            changed = db.execute(
                "UPDATE runs SET status = ?, message = ?, ended = ? "
                "WHERE id = ? AND status NOT IN (?, ?, ?)",
                (status, message, time.time(), run_id, *ENDED),
            ).rowcount
            if changed:
                _insert_event(db, run_id, status, message or f"The run {status}.")

    # -- what a worker writes, what a page reads ---------------------------------------------------

    def report(
        self,
        run_id: str,
        *,
        progress: dict[str, Any],
        points: Iterable[Point] = (),
        events: Iterable[Event] = (),
    ) -> None:
        """A worker's news in one transaction: points, events, progress and a heartbeat."""
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO points (run, key, step, epoch, value) VALUES (?, ?, ?, ?, ?)",
                [(run_id, p.key, int(p.step), float(p.epoch), _number(p.value)) for p in points],
            )
            for event in events:
                _insert_event(db, run_id, event.kind, event.text, event.time)
            db.execute(
                "UPDATE runs SET heartbeat = ?, progress = ?, "
                "status = CASE status WHEN 'starting' THEN 'running' ELSE status END WHERE id = ?",
                (time.time(), json.dumps(progress), run_id),
            )

    def points(self, run_id: str, *, after: int = 0) -> tuple[int, list[Point]]:
        """(cursor, points written after the cursor `after`), in the order of writing."""
        rows = self._db().execute(
            "SELECT id, key, step, epoch, value FROM points WHERE run = ? AND id > ? ORDER BY id",
            (run_id, after),
        )
        found = rows.fetchall()
        points = [Point(row["key"], row["step"], row["epoch"], row["value"]) for row in found]
        return (found[-1]["id"] if found else after), points

    def add_event(self, run_id: str, kind: str, text: str) -> None:
        with self._transaction() as db:
            _insert_event(db, run_id, kind, text)

    def events(self, run_id: str) -> list[Event]:
        rows = self._db().execute(
            "SELECT time, kind, text FROM events WHERE run = ? ORDER BY id", (run_id,)
        )
        return [Event(*row) for row in rows.fetchall()]

    # -- the truth about a run ---------------------------------------------------------------------

    def _made_true(self, run: Run) -> Run:
        """End a run in the store whose process is gone, and return it as it really is."""
        if run.status not in ACTIVE or not seems_dead(run):
            return run
        message = describe_lost_worker(run.id)
        try:
            self.end(run.id, "failed", message)
        except sqlite3.OperationalError:  # a full disk: the page is told the truth all the same
            return replace(run, status="failed", message=message)
        return self.get(run.id)

    # -- SQLite ------------------------------------------------------------------------------------

    def _db(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = connection
        return connection

    def _read_version(self) -> int:
        try:
            return int(self._db().execute("PRAGMA user_version").fetchone()[0])
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise RunError(
                f"The run store {self.path} is damaged ({error}). Move it away: the lab makes "
                f"a new one, and the runs' own folders stay."
            ) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A write: all of it or nothing."""
        db = self._db()
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


@cache
def _open_store(path: Path) -> RunStore:
    return RunStore(path)


def open_store() -> RunStore:
    """The store of this CNNLIB_HOME, opened once a process: what pages and routes use."""
    return _open_store(settings.database_path())


def _insert_event(
    db: sqlite3.Connection, run_id: str, kind: str, text: str, at: float | None = None
) -> None:
    db.execute(
        "INSERT INTO events (run, time, kind, text) VALUES (?, ?, ?, ?)",
        (run_id, at or time.time(), kind, text),
    )


def _number(value: float | None) -> float | None:
    """A plain float: sqlite3 would silently store NumPy's numbers as blobs."""
    return None if value is None else float(value)


def _run_from_row(row: sqlite3.Row) -> Run:
    return Run(
        id=row["id"],
        config=RunConfig.from_dict(json.loads(row["config"])),
        status=row["status"],
        message=row["message"],
        created=row["created"],
        started=row["started"],
        ended=row["ended"],
        heartbeat=row["heartbeat"],
        progress=json.loads(row["progress"]) if row["progress"] else None,
        stop_requested=bool(row["stop_requested"]),
    )

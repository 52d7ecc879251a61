"""The SQLite file of the run store: connections, transactions, the schema and its older versions.

One file in WAL mode: many readers and one writer at a time never block one another for long.
"""

import shutil
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import numpy as np

from cnnlib.errors import RunError
from cnnlib.runs.files import replacing
from cnnlib.runs.store.troubles import is_full, told_in_words

BUSY_SECONDS = 30.0  # how long a write waits for another writer
RESERVE_BYTES = 1_000_000  # kept free for the last words of runs on a disk that is full
CURVE_ROWS = 4  # step, epoch, seconds, value
Result = TypeVar("Result")


class Database:
    """One store file; safe to share between threads, not to carry through a fork."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        path.parent.mkdir(parents=True, exist_ok=True)
        if (version := self.read_version()) < len(UPGRADES):
            self._upgrade()
        elif version > len(UPGRADES):
            raise RunError(
                f"{path} was written by a newer CNN Lab (its version {version}, ours "
                f"{len(UPGRADES)}). Update the lab, or set CNNLIB_HOME to another folder."
            )

        self._keep_reserve()

    @property
    def _reserve(self) -> Path:
        return self.path.with_suffix(".reserve")

    def _keep_reserve(self, size: int = RESERVE_BYTES) -> None:
        """Take some space of the disk while there is some; `_use_reserve` gives it back."""
        with suppress(OSError):
            if not self._reserve.exists() or self._reserve.stat().st_size < size:
                with replacing(self._reserve) as temporary:
                    temporary.write_bytes(b"\0" * size)

    def _use_reserve(self) -> None:
        """Make room for a write on a disk that is full."""
        self._reserve.unlink(missing_ok=True)
        with suppress(sqlite3.Error):
            self.connect().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def connect(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with told_in_words(self.path):
                connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
                connection.row_factory = sqlite3.Row
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = connection
        return connection

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write: all of it or nothing.

        Raises:
            StoreError: the disk is full, another program holds the store, or it is to be read only.
        """
        db = self.connect()
        with told_in_words(self.path):
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise

    def write_for_sure(self, write: Callable[[sqlite3.Connection], Result]) -> Result:
        """`write` in a transaction; on a full disk in the space that is kept for it.

        For what ends runs or frees the disk: these must go then too.
        """
        try:
            with self.transaction() as db:
                return write(db)
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
        self._use_reserve()
        try:
            with self.transaction() as db:
                return write(db)
        finally:  # what is left is for the next
            free = shutil.disk_usage(self.path.parent).free
            self._keep_reserve(min(free, RESERVE_BYTES))

    def read_version(self) -> int:
        """The schema's version, 0 for a new file.

        Raises:
            RunError: the file is no store, or a damaged one.
        """
        try:
            return int(self.connect().execute("PRAGMA user_version").fetchone()[0])
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise RunError(
                f"The run store {self.path} is damaged ({error}). Move it away: the lab makes "
                f"a new one, and the runs' own folders stay."
            ) from error

    def _upgrade(self) -> None:
        """Bring the schema up to date, all of it or nothing; somebody else may be quicker."""
        with self.transaction() as db:
            for upgrade in UPGRADES[self.read_version() :]:
                upgrade(db)
            db.execute(f"PRAGMA user_version = {len(UPGRADES)}")


def _create(db: sqlite3.Connection) -> None:
    """Version 1."""
    _execute_each(
        db,
        """
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
CREATE INDEX events_by_run ON events (run, id)
""",
    )


def _serve_many_people(db: sqlite3.Connection) -> None:
    """Version 2: owners, names, places in the queue, wishes, and curves in pieces.

    A piece is what a worker writes at once of one curve: reading 100,000 points takes some
    milliseconds, where a row for each took a second.
    """
    _execute_each(
        db,
        """
ALTER TABLE runs ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE runs ADD COLUMN sweep TEXT;
ALTER TABLE runs ADD COLUMN place REAL NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';
ALTER TABLE runs ADD COLUMN result TEXT NOT NULL DEFAULT '{}';
UPDATE runs SET place = created;
CREATE INDEX runs_by_sweep ON runs (sweep);
CREATE TABLE wishes (
    run TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL, asked REAL NOT NULL,
    PRIMARY KEY (run, name)
);
INSERT INTO wishes SELECT id, 'stop', 1, created FROM runs WHERE stop_requested
    AND status NOT IN ('finished', 'stopped', 'failed');
ALTER TABLE runs DROP COLUMN stop_requested;
CREATE TABLE curves (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL
);
CREATE INDEX curves_by_run ON curves (run, id);
CREATE TABLE histograms (
    run TEXT NOT NULL, kind TEXT NOT NULL, layer TEXT NOT NULL, epoch REAL NOT NULL,
    data TEXT NOT NULL, PRIMARY KEY (run, kind, layer, epoch)
);
CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE calibrations (key TEXT PRIMARY KEY, data TEXT NOT NULL, measured REAL NOT NULL)
""",
    )
    pieces: dict[tuple[str, str], list[tuple[float, ...]]] = defaultdict(list)
    for run, key, step, epoch, value in db.execute(
        "SELECT run, key, step, epoch, value FROM points ORDER BY id"
    ):
        pieces[run, key].append((step, epoch, 0.0, np.nan if value is None else value))
    db.executemany(
        "INSERT INTO curves (run, key, data) VALUES (?, ?, ?)",
        [(run, key, np.array(rows).T.tobytes()) for (run, key), rows in pieces.items()],
    )
    db.execute("DROP TABLE points")


UPGRADES: tuple[Callable[[sqlite3.Connection], None], ...] = (_create, _serve_many_people)
"""Each takes the schema from the version that is its place here to the next."""


def _execute_each(db: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):  # `executescript` would end the transaction
        db.execute(statement)

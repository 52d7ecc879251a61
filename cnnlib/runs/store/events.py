"""What happened to a run, in words, as rows of the run store."""

import sqlite3
import time

from cnnlib.runs.records import Event


def insert_event(
    db: sqlite3.Connection, run_id: str, kind: str, text: str, at: float | None = None
) -> None:
    """Write an event, inside the transaction of `db`; of now, unless `at` says when (Unix time)."""
    db.execute(
        "INSERT INTO events (run, time, kind, text) VALUES (?, ?, ?, ?)",
        (run_id, at or time.time(), kind, text),
    )


def read_events(db: sqlite3.Connection, run_id: str) -> list[Event]:
    """The oldest first."""
    rows = db.execute("SELECT time, kind, text FROM events WHERE run = ? ORDER BY id", (run_id,))
    return [Event(*row) for row in rows.fetchall()]

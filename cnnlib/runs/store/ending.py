"""The ends of runs, as rows of the run store."""

import sqlite3
import time

from cnnlib.runs.records import ENDED
from cnnlib.runs.store.deleting import erase_run
from cnnlib.runs.store.events import insert_event
from cnnlib.runs.store.wishes import insert_wishes, read_wishes


def end_run(db: sqlite3.Connection, run_id: str, status: str, message: str | None) -> bool:
    """Write a run's end, inside the transaction of `db`; whether the run was erased with it.

    A run that has already ended keeps its first word; one whose deletion was wished is erased.
    """
    changed = db.execute(
        "UPDATE runs SET status = ?, message = ?, ended = ? "
        "WHERE id = ? AND status NOT IN (?, ?, ?)",
        (status, message, time.time(), run_id, *ENDED),
    ).rowcount
    deleted = read_wishes(db, run_id).delete
    if changed:
        insert_event(db, run_id, status, message or f"The run {status}.")
        db.execute("DELETE FROM wishes WHERE run = ?", (run_id,))
    if deleted:
        erase_run(db, run_id)
    return deleted


def ask_to_stop(db: sqlite3.Connection, run_id: str) -> None:
    """Write the wish that a run stops, inside the transaction of `db`; one that waits has
    stopped with that."""
    row = db.execute("SELECT status FROM runs WHERE id = ?", (run_id,)).fetchone()
    if row is None or row["status"] in ENDED:
        return
    if row["status"] == "queued":
        end_run(db, run_id, "stopped", "Stopped while it waited; nothing was trained.")
    else:
        insert_wishes(db, run_id, {"stop": 1.0})

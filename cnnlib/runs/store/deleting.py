"""Runs that go: out of the run store, and off the disk."""

import shutil
import sqlite3

from cnnlib.runs.files import run_folder
from cnnlib.runs.records import ACTIVE
from cnnlib.runs.store.database import Database
from cnnlib.runs.store.wishes import insert_wishes

REMOVE_TRIES = 5


def delete_run(database: Database, run_id: str) -> None:
    """Delete a run with its files; one that trains is asked to stop, and goes then."""

    def delete(db: sqlite3.Connection) -> bool:
        row = db.execute("SELECT status FROM runs WHERE id = ?", (run_id,)).fetchone()
        if row is None:
            return False
        if row["status"] in ACTIVE:
            insert_wishes(db, run_id, {"stop": 1.0, "delete": 1.0})
            return False
        erase_run(db, run_id)
        return True

    if database.write_for_sure(delete):
        remove_folder(run_id)


def erase_run(db: sqlite3.Connection, run_id: str) -> None:
    """Take a run out of the store, inside the transaction of `db`; its files stay."""
    for table in ("curves", "events", "histograms", "wishes"):
        db.execute(f"DELETE FROM {table} WHERE run = ?", (run_id,))
    db.execute("DELETE FROM runs WHERE id = ?", (run_id,))


def remove_folder(run_id: str) -> None:
    """Take a run's folder away, also where somebody who continues it makes its lock file anew."""
    folder = run_folder(run_id)
    for _ in range(REMOVE_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return

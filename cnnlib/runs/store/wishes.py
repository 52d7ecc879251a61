"""What people want of runs, as rows of the run store: asked by pages, read by workers."""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping

from cnnlib.errors import RunError
from cnnlib.runs.config import MAX_EPOCHS
from cnnlib.runs.records import Wishes

NAMES = ("stop", "pause", "delete", "learning_rate", "epochs")


def check_wish(name: str, value: float | bool | None) -> float | None:
    """A wish as the store keeps it; None takes it back.

    Raises:
        RunError: no such wish, or a value that breaks its rule.
    """
    if name not in NAMES:
        raise RunError(f"A wish is one of {', '.join(NAMES)}. Received: {name!r}.")
    if value is None or value is False:
        return None
    if name == "learning_rate" and not 0 < value <= 10:
        raise RunError(f"learning_rate must be above 0 and at most 10. Received: {value!r}.")
    if name == "epochs" and not 1 <= value <= MAX_EPOCHS:
        raise RunError(f"epochs must be from 1 to {MAX_EPOCHS:,}. Received: {value!r}.")
    return float(value)


def insert_wishes(db: sqlite3.Connection, run_id: str, wishes: Mapping[str, float | None]) -> None:
    """Write checked wishes, inside the transaction of `db`."""
    for name, value in wishes.items():
        if value is None:
            db.execute("DELETE FROM wishes WHERE run = ? AND name = ?", (run_id, name))
        else:  # the first time that it was asked for stays
            db.execute(
                "INSERT INTO wishes (run, name, value, asked) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (run, name) DO UPDATE SET value = excluded.value",
                (run_id, name, value, time.time()),
            )


def read_wishes(db: sqlite3.Connection, run_id: str) -> Wishes:
    rows = db.execute("SELECT name, value, asked FROM wishes WHERE run = ?", (run_id,))
    return _make_wishes(rows.fetchall())


def read_all_wishes(db: sqlite3.Connection) -> dict[str, Wishes]:
    """{run id: its wishes} of the runs of which something is wished."""
    found = defaultdict(list)
    for row in db.execute("SELECT run, name, value, asked FROM wishes"):
        found[row["run"]].append(row)
    return {run_id: _make_wishes(rows) for run_id, rows in found.items()}


def _make_wishes(rows: Iterable[sqlite3.Row]) -> Wishes:
    found = {row["name"]: row for row in rows}
    values = {name: row["value"] for name, row in found.items()}
    return Wishes(
        stop="stop" in found,
        pause="pause" in found,
        delete="delete" in found,
        learning_rate=values.get("learning_rate"),
        epochs=int(values["epochs"]) if "epochs" in values else None,
        stop_asked=found["stop"]["asked"] if "stop" in found else None,
    )

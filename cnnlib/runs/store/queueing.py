"""The queue: runs that wait in the run store for one of the machine's slots.

There is no broker: a run is taken in one transaction, so that two supervisors, or a supervisor and
its successor, never get the same one.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cnnlib import settings
from cnnlib.errors import RunError
from cnnlib.runs.records import TRAINING
from cnnlib.runs.store.database import Database


@dataclass(frozen=True)
class Limits:
    """How many runs may train at once: on this machine, and of one person (0: no limit)."""

    slots: int
    per_person: int = 0

    @classmethod
    def from_settings(cls) -> "Limits":
        return cls(settings.slots(), settings.runs_per_person())


class Queue:
    """Access to the runs that wait."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_waiting(self) -> list[str]:
        """The ids of the waiting runs, the next one first."""
        rows = self._database.connect().execute(
            "SELECT id FROM runs WHERE status = 'queued' ORDER BY place, id"
        )
        return [row["id"] for row in rows]

    def find_position(self, run_id: str) -> int | None:
        """The run's place among those that wait, 1 for the next; None when it does not wait."""
        waiting = self.list_waiting()
        return waiting.index(run_id) + 1 if run_id in waiting else None

    def claim_next(self, limits: Limits) -> str | None:
        """Take the first waiting run whose owner has room, if a slot is free; its id or None.

        A paused run that wants to go on is served before any that waits.
        """
        with self._database.transaction() as db:
            owners = _count_training(db)
            _count_resuming(db, owners, limits)
            if owners.total() >= limits.slots:
                return None
            rows = db.execute(
                "SELECT id, owner FROM runs WHERE status = 'queued' ORDER BY place, id"
            )
            for row in rows.fetchall():
                if _has_room(owners, row["owner"], limits):
                    db.execute(
                        "UPDATE runs SET status = 'starting', started = ? WHERE id = ?",
                        (time.time(), row["id"]),
                    )
                    return str(row["id"])
        return None

    def try_resume(self, run_id: str, limits: Limits) -> bool:
        """Let a paused run train again, unless its pause is still wished or no slot is free."""
        with self._database.transaction() as db:
            row = db.execute(
                "SELECT owner FROM runs WHERE id = ? AND status = 'paused' AND NOT EXISTS "
                "(SELECT 1 FROM wishes WHERE run = runs.id AND name = 'pause')",
                (run_id,),
            ).fetchone()
            owners = _count_training(db)
            if row is None or owners.total() >= limits.slots:
                return False
            if not _has_room(owners, row["owner"], limits):
                return False
            db.execute("UPDATE runs SET status = 'running' WHERE id = ?", (run_id,))
        return True

    def requeue(self, run_id: str) -> None:
        """Put a claimed run whose worker did not come up back into its place in the queue."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE runs SET status = 'queued', started = NULL "
                "WHERE id = ? AND status = 'starting' AND heartbeat IS NULL",
                (run_id,),
            )

    def rearrange(self, run_ids: Sequence[str]) -> None:
        """Let these waiting runs have this order, in the places that they hold together.

        Nobody else's run moves. Runs of `run_ids` that no longer wait are passed over.

        Raises:
            RunError: a run is named twice.
        """
        if len(set(run_ids)) != len(run_ids):
            raise RunError(f"run_ids must name each run once. Received: {list(run_ids)}.")
        with self._database.transaction() as db:
            places = {
                row["id"]: row["place"]
                for row in db.execute("SELECT id, place FROM runs WHERE status = 'queued'")
            }
            waiting = [run_id for run_id in run_ids if run_id in places]
            db.executemany(
                "UPDATE runs SET place = ? WHERE id = ?",
                zip(sorted(places[run_id] for run_id in waiting), waiting, strict=True),
            )


def find_last_place(db: sqlite3.Connection, now: float) -> float:
    """The place behind all that wait: the time of coming, unless the clock was set back."""
    row = db.execute("SELECT MAX(place) FROM runs WHERE status = 'queued'").fetchone()
    return now if row[0] is None else max(now, row[0] + 1e-3)


def _count_training(db: sqlite3.Connection) -> Counter[str]:
    rows = db.execute("SELECT owner FROM runs WHERE status IN (?, ?)", TRAINING)
    return Counter(row["owner"] for row in rows)


def _count_resuming(db: sqlite3.Connection, owners: Counter[str], limits: Limits) -> None:
    """Add to `owners` the paused runs that go on as soon as there is a slot."""
    rows = db.execute(
        "SELECT owner FROM runs WHERE status = 'paused' AND NOT EXISTS "
        "(SELECT 1 FROM wishes WHERE run = runs.id AND name IN ('pause', 'stop')) ORDER BY place"
    )
    for row in rows:
        if _has_room(owners, row["owner"], limits):  # the others wait for their owner's own runs
            owners[row["owner"]] += 1


def _has_room(owners: Counter[str], owner: str, limits: Limits) -> bool:
    return not owner or not limits.per_person or owners[owner] < limits.per_person

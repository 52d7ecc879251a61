"""The curves of runs in the run store: written in pieces, read whole, thinned for a chart."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnnlib.runs.records import Point
from cnnlib.runs.store.database import Database
from cnnlib.runs.store.pieces import insert_piece, read_piece
from cnnlib.runs.store.thinning import thin


class Curve(NamedTuple):
    """One curve of n points; each array is (n,) float64.

    steps: training steps since the run began. epochs: where on the epoch axis.
    seconds: of training since the run began, pauses left out; 0 where unknown.
    values: NaN where a value is missing or is no number.
    """

    steps: NDArray[np.float64]
    epochs: NDArray[np.float64]
    seconds: NDArray[np.float64]
    values: NDArray[np.float64]


class Curves:
    """Access to all runs' curves."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(
        self,
        run_id: str,
        *,
        after: int = 0,
        most: int | None = None,
        keys: Collection[str] | None = None,
    ) -> tuple[int, dict[str, Curve]]:
        """(cursor, {key: curve}) of what was written after the cursor `after`.

        A cursor is good for a minute of training. After that, pieces may have been merged, and
        an old one gets points that it had before.

        Args:
            most: points of a curve at most; spikes are kept. Curves of epochs ("epoch/…"), which
                have few points, are never thinned.
            keys: the curves to read; None for all.
        """
        pieces: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
        cursor = after
        only = "" if keys is None else f"AND key IN ({', '.join('?' * len(keys))}) "
        rows = self._database.connect().execute(
            f"SELECT id, key, data FROM curves WHERE run = ? AND id > ? {only}ORDER BY id",
            (run_id, after, *(keys or ())),
        )
        for row_id, key, data in rows:
            cursor = row_id
            pieces[key].append(read_piece(data))
        found = {}
        for key, arrays in pieces.items():
            curve = Curve(*np.concatenate(arrays, axis=1))
            if most is not None and not key.startswith("epoch/"):
                kept = thin(curve.values, most)
                curve = Curve(*(column[kept] for column in curve))
            found[key] = curve
        return cursor, found

    def copy(self, db: sqlite3.Connection, source: str, target: str, *, until_epoch: float) -> None:
        """Give a run a copy of another's curves up to an epoch, in the transaction of `db`."""
        _, curves = self.read(source)
        for key, curve in curves.items():
            kept = curve.epochs <= until_epoch + 1e-9
            insert_piece(db, target, key, np.stack(curve)[:, kept])

    def cut(self, run_id: str, *, until_epoch: float) -> None:
        """Forget what a run's curves say beyond an epoch."""
        with self._database.transaction() as db:
            cursor, curves = self.read(run_id)
            for key, curve in curves.items():
                kept = curve.epochs <= until_epoch + 1e-9
                insert_piece(db, run_id, key, np.stack(curve)[:, kept])
            db.execute("DELETE FROM curves WHERE run = ? AND id <= ?", (run_id, cursor))


def write_points(db: sqlite3.Connection, run_id: str, points: Iterable[Point]) -> None:
    """Add points to a run's curves, inside the transaction of `db`."""
    rows: dict[str, list[tuple[float, float, float, float]]] = defaultdict(list)
    for point in points:
        value = np.nan if point.value is None else float(point.value)
        rows[point.key].append((point.step, float(point.epoch), point.seconds, value))
    for key, piece in rows.items():
        insert_piece(db, run_id, key, np.array(piece, np.float64).T)

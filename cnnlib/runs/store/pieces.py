"""The pieces in which curves are stored: one a write of a worker; old ones are merged.

A worker writes twice a second. So a run of some hours has 100,000 pieces, of 5 µs each to read.
"""

import sqlite3
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from cnnlib.runs.store.database import CURVE_ROWS

# Pieces of all runs between two looks whether this one has many small ones. A prime: else, of
# runs that write in turn, it would always be the same one's turn.
MERGE_EVERY = 251
KEEP = 120  # the newest pieces of a curve, a minute's, stay: readers go on from their ids
LARGE_BYTES = 32_000  # 1,000 points; such a piece stays as it is

Piece = NDArray[np.float64]  # (CURVE_ROWS, n)


def read_piece(data: bytes) -> Piece:
    return np.frombuffer(data).reshape(CURVE_ROWS, -1)


def insert_piece(db: sqlite3.Connection, run_id: str, key: str, piece: Piece) -> None:
    """Add to a curve, inside the transaction of `db`."""
    if not piece.size:
        return
    row_id = db.execute(
        "INSERT INTO curves (run, key, data) VALUES (?, ?, ?)", (run_id, key, piece.tobytes())
    ).lastrowid
    if row_id is not None and row_id % MERGE_EVERY == 0:
        merge_small_pieces(db, run_id)


def merge_small_pieces(db: sqlite3.Connection, run_id: str) -> None:
    """Make one piece of a curve's many, where there are as many as `KEEP` besides the newest.

    It gets the id of the last of them, so whoever has read as far gets nothing twice.
    """
    rows = db.execute(
        "SELECT id, key FROM curves WHERE run = ? AND length(data) < ? ORDER BY id",
        (run_id, LARGE_BYTES),
    )
    small: dict[str, list[int]] = defaultdict(list)
    for row_id, key in rows.fetchall():
        small[key].append(row_id)
    for key, ids in small.items():
        old = ids[:-KEEP]
        if len(old) < KEEP:
            continue
        pieces = [_take(db, row_id) for row_id in old]
        db.execute(
            "INSERT INTO curves (id, run, key, data) VALUES (?, ?, ?, ?)",
            (old[-1], run_id, key, np.concatenate(pieces, axis=1).tobytes()),
        )


def _take(db: sqlite3.Connection, row_id: int) -> Piece:
    """Read a piece and delete it."""
    (data,) = db.execute("SELECT data FROM curves WHERE id = ?", (row_id,)).fetchone()
    db.execute("DELETE FROM curves WHERE id = ?", (row_id,))
    return read_piece(data)

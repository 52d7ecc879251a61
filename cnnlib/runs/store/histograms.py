"""How the values of layers spread, epoch by epoch, in the run store."""

import json
import sqlite3
from collections.abc import Iterable

from cnnlib.runs.records import Histogram
from cnnlib.runs.store.database import Database


class Histograms:
    """Access to all runs' histograms."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_layers(self, run_id: str, kind: str) -> list[str]:
        """The layers that have histograms of a kind, as they came."""
        rows = self._database.connect().execute(
            "SELECT layer FROM histograms WHERE run = ? AND kind = ? "
            "GROUP BY layer ORDER BY MIN(rowid)",
            (run_id, kind),
        )
        return [row["layer"] for row in rows]

    def read(
        self, run_id: str, kind: str, *, layer: str | None = None, most: int | None = None
    ) -> list[Histogram]:
        """The histograms of a kind, as they came: epoch by epoch, each layer by layer.

        Args:
            layer: the only one; None for all.
            most: epochs at most, 2 or more: the first, the last, and some evenly between them.
        """
        rows = self._database.connect().execute(
            "SELECT layer, epoch, data FROM histograms "
            "WHERE run = ? AND kind = ? AND (? IS NULL OR layer = ?) ORDER BY rowid",
            (run_id, kind, layer, layer),
        ).fetchall()  # fmt: skip
        epochs = sorted({row["epoch"] for row in rows})
        if most is not None and len(epochs) > most:
            epochs = [epochs[i * (len(epochs) - 1) // (most - 1)] for i in range(most)]
        kept = set(epochs)
        found = []
        for row in rows:
            if row["epoch"] in kept:
                low, high, *counts = json.loads(row["data"])
                found.append(Histogram(kind, row["layer"], row["epoch"], low, high, tuple(counts)))
        return found


def write_histograms(db: sqlite3.Connection, run_id: str, histograms: Iterable[Histogram]) -> None:
    """Add histograms to a run's, inside the transaction of `db`."""
    db.executemany(
        "INSERT OR REPLACE INTO histograms (run, kind, layer, epoch, data) VALUES (?, ?, ?, ?, ?)",
        [
            (run_id, each.kind, each.layer, each.epoch,
             json.dumps([each.low, each.high, *each.counts]))
            for each in histograms
        ],
    )  # fmt: skip

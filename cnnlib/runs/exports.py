"""A run's results in forms that other programs read, made from the run store."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from cnnlib.runs.store import open_store

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("loss", "accuracy", "val_loss", "val_accuracy")
Curve = tuple[np.ndarray, np.ndarray]


def read_curves(run_id: str) -> dict[str, Curve]:
    """A run's points, {key: (epochs (n,), values (n,))}, float64, NaN for a missing value."""
    _, curves = open_store().curves.read(run_id)
    return {key: (curve.epochs, curve.values) for key, curve in curves.items()}


def make_history_table(curves: Mapping[str, Curve]) -> "pd.DataFrame":
    """One row an epoch: epoch, loss, accuracy, val_loss, val_accuracy, as far as they are known."""
    import pandas as pd  # here: it takes 0.2 s, which a server's first page need not wait for

    known = {name: curves[f"epoch/{name}"] for name in COLUMNS if f"epoch/{name}" in curves}
    table = pd.DataFrame({name: pd.Series(y, index=x) for name, (x, y) in known.items()})
    return table.rename_axis("epoch").reset_index()

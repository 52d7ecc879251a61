"""Runs in forms that other programs read: CSV, JSON, and TensorBoard's own files.

The JSON document, UTF-8; every number is finite, what JSON cannot hold (NaN, infinity) is null:

    {"format": "cnnlab-runs", "version": 1, "runs": [{
        "id": str, "name": str, "title": str (of the network), "note": str, "tags": [str],
        "sweep": str | null, "status": str, "message": str | null,
        "created": s, "started": s | null, "ended": s | null,      (seconds since 1970)
        "config": {every setting of RunConfig},
        "facts": {see Run.facts}, "result": {see Run.result},
        "curves": {key: {"step": [int], "epoch": [float], "seconds": [float],
                         "value": [float | null]}},                (see Curve; equally long)
        "events": [{"time": s, "kind": str, "text": str}]}]}

Whose a run is stays here.
"""

import csv
import io
import json
import math
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cnnlib import settings
from cnnlib.errors import RunError, RunNotFoundError
from cnnlib.runs.comparing.measures import measure_run
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import run_folder
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore, open_store
from cnnlib.runs.store.curves import Curve

if TYPE_CHECKING:
    import pandas as pd

FORMAT, VERSION = "cnnlab-runs", 1
TENSORBOARD = "tensorboard"  # folder of a run's event files
MAX_ZIP_BYTES = 100_000_000  # of what is packed, in memory, for each who asks
COLUMNS = ("loss", "accuracy", "val_loss", "val_accuracy")
POINT_COLUMNS = ("run", "curve", "step", "epoch", "seconds", "value")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a spreadsheet's formula begins
Series = tuple[np.ndarray, np.ndarray]


def read_curves(run_id: str) -> dict[str, Series]:
    """A run's points, {key: (epochs (n,), values (n,))}, float64, NaN for a missing value."""
    _, curves = open_store().curves.read(run_id)
    return {key: (curve.epochs, curve.values) for key, curve in curves.items()}


def make_history_table(curves: Mapping[str, Series]) -> "pd.DataFrame":
    """One row an epoch: epoch, loss, accuracy, val_loss, val_accuracy, as far as they are known."""
    import pandas as pd  # here: it takes 0.2 s, which a server's first page need not wait for

    known = {name: curves[f"epoch/{name}"] for name in COLUMNS if f"epoch/{name}" in curves}
    table = pd.DataFrame({name: pd.Series(y, index=x) for name, (x, y) in known.items()})
    return table.rename_axis("epoch").reset_index()


def make_json(runs: Iterable[Run], store: RunStore | None = None) -> str:
    """Runs with all that was measured, as the JSON document above."""
    store = store or open_store()
    document = {
        "format": FORMAT,
        "version": VERSION,
        "runs": [_describe(run, store) for run in runs],
    }
    return json.dumps(make_finite(document), allow_nan=False) + "\n"


def make_points_csv(runs: Iterable[Run], store: RunStore | None = None) -> str:
    """A row for each point of each curve of the runs: see `POINT_COLUMNS`; no value for NaN."""
    store = store or open_store()
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(POINT_COLUMNS)
    for run in runs:
        _, curves = store.curves.read(run.id)
        for key, curve in curves.items():
            for step, epoch, seconds, value in _list_points(curve):
                rows.writerow((run.id, key, int(step), epoch, seconds, value))
    return text.getvalue()


def make_runs_csv(runs: Sequence[Run]) -> str:
    """A row for each run: who, what, every setting, and what it reached and cost.

    Texts of people that a spreadsheet would take for a formula begin with an apostrophe.
    """
    rows = [_make_row(run) for run in runs]
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]) if rows else ["run"], lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def list_tensorboard_files(run_id: str) -> list[Path]:
    """The event files that a run's worker has written; they lie in folders."""
    files = sorted((run_folder(run_id) / TENSORBOARD).glob("**/*"))
    return [path for path in files if path.is_file()]


def make_tensorboard_zip(runs: Iterable[Run]) -> bytes:
    """TensorBoard's event files, a folder for each run, for `tensorboard --logdir` when unpacked.

    Raises:
        RunNotFoundError: none of the runs wrote any.
        RunError: they are too large to be packed here.
    """
    files = {run.id: list_tensorboard_files(run.id) for run in runs}
    if not any(files.values()):
        raise RunNotFoundError(
            "These runs have no TensorBoard files: they trained with TensorBoard switched off."
        )
    if sum(path.stat().st_size for paths in files.values() for path in paths) > MAX_ZIP_BYTES:
        raise RunError(
            f"These TensorBoard files are larger than {MAX_ZIP_BYTES // 10**6} MB. Take fewer runs "
            f"at once, or open them where they are: tensorboard --logdir {settings.runs_dir()}."
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for run_id, paths in files.items():
            folder = run_folder(run_id) / TENSORBOARD
            for path in paths:
                archive.write(path, f"{run_id}/{path.relative_to(folder).as_posix()}")
    return packed.getvalue()


def make_finite(value: Any) -> Any:
    """`value` as plain data with null for each number that JSON cannot hold."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): make_finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [make_finite(item) for item in value]
    return value


def list_settings(config: RunConfig) -> dict[str, Any]:
    """Every setting, as plain data."""
    found = {field.name: getattr(config, field.name) for field in fields(config)}
    return {**found, "spec": config.spec and config.spec.to_dict()}


def _describe(run: Run, store: RunStore) -> dict[str, Any]:
    _, curves = store.curves.read(run.id)
    return {
        "id": run.id,
        "name": run.name,
        "title": run.config.title,
        **{name: getattr(run, name) for name in
           ("note", "tags", "sweep", "status", "message", "created", "started", "ended")},
        "config": list_settings(run.config),
        "facts": run.facts,
        "result": run.result,
        "curves": {
            key: {
                "step": [int(step) for step in curve.steps],
                "epoch": curve.epochs.tolist(),
                "seconds": curve.seconds.tolist(),
                "value": curve.values.tolist(),
            }
            for key, curve in curves.items()
        },
        "events": [asdict(event) for event in store.events(run.id)],
    }  # fmt: skip


def _list_points(curve: Curve) -> Iterable[tuple[float, float, float, float | str]]:
    for step, epoch, seconds, value in zip(*(row.tolist() for row in curve), strict=True):
        yield step, epoch, seconds, value if math.isfinite(value) else ""


def _make_row(run: Run) -> dict[str, Any]:
    config = list_settings(run.config)
    del config["spec"]
    row = {
        "run": run.id,
        "name": run.name,
        "title": run.config.title,
        "tags": " ".join(run.tags),
        "note": run.note,
        "status": run.status,
        **config,
        **asdict(measure_run(run)),
        "dataset_fingerprint": run.facts.get("dataset_fingerprint"),
        **{f"{name}_version": (run.facts.get("versions") or {}).get(name)
           for name in ("python", "keras", "tensorflow", "numpy")},
        "command": run.facts.get("command"),
    }  # fmt: skip
    return {name: _make_cell(value) for name, value in row.items()}


def _make_cell(value: Any) -> Any:
    """Nothing for None and NaN; a text that is no formula."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if value is None or (isinstance(value, float) and not math.isfinite(value)) else value

"""Sweeps that were started: their titles and declarations, one JSON file each; and their runs.

The runs themselves are in the run store, each with its sweep's id.
"""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from cnnlib import settings
from cnnlib.data import available
from cnnlib.errors import LabError, RunError
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import read_checkpoint, replacing
from cnnlib.runs.records import ENDED, Run
from cnnlib.runs.store import open_store
from cnnlib.runs.sweeps import MAX_TITLE, Sweep

MAX_LISTED = 200
MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class SweepRecord:
    """A sweep that was started. `title` is as people gave it, so escape it."""

    id: str
    title: str
    owner: str
    created: float
    sweep: Sweep


def submit_sweep(sweep: Sweep, *, title: str = "", owner: str = "") -> SweepRecord:
    """Put all runs of a sweep into the queue, or none, and wake the supervisor.

    Raises:
        LabError: too many runs, a network that does not go with the data, or a title too long.
    """
    configs = check_sweep(sweep, owner=owner)
    title = " ".join(title.split())
    if len(title) > MAX_TITLE:
        raise RunError(f"title must have at most {MAX_TITLE} letters. Received: {len(title)}.")
    stamp = time.strftime("%Y%m%d-%H%M%S")
    record = SweepRecord(f"sweep-{stamp}-{token_hex(2)}", title, owner, time.time(), sweep)
    store = open_store()
    made: list[str] = []
    try:
        _write(record)
        for config in configs:
            name = sweep.name_run(config)[:MAX_TITLE]
            made.append(store.create(config, owner=owner, name=name, sweep=record.id).id)
    except Exception:
        store.delete(made)
        with suppress(OSError):
            _path(record.id).unlink(missing_ok=True)
        raise
    client.wake()
    return record


def check_sweep(sweep: Sweep, *, owner: str = "") -> list[RunConfig]:
    """The settings of its runs, if they may be put into the queue now.

    Raises:
        LabError: too many runs, or a network that does not go with the data.
    """
    most = settings.waiting_per_person()
    waiting = sum(
        run.status == "queued" and run.owner == owner for run in open_store().list_unended()
    )
    room = most - (waiting if owner else 0)
    if sweep.size > room:
        raise RunError(
            f"A sweep makes at most {most} runs, less those of yours that wait ({most - room}). "
            f"Received: {sweep.size:,} runs. Take fewer values, fewer seeds or a random search."
        )
    configs = sweep.list_configs()
    infos = {info.name: info for info in available()}
    for config in configs:
        if config.dataset not in infos:
            raise RunError(f"There is no data set {config.dataset!r} here. Choose another.")
        info = infos[config.dataset]
        config.make_spec(info.image_shape, len(info.class_names))
    return configs


def list_sweeps() -> list[SweepRecord]:
    """The newest first, at most `MAX_LISTED`; a damaged file is passed over."""
    names = sorted((path.stem for path in _folder().glob("sweep-*.json")), reverse=True)
    found = []
    for name in names[:MAX_LISTED]:
        with suppress(LabError):
            found.append(read_sweep(name))
    return sorted(found, key=lambda record: record.created, reverse=True)


def read_sweep(sweep_id: str) -> SweepRecord:
    """
    Raises:
        RunError: there is no such sweep, or its file is damaged.
    """
    path = _path(sweep_id)
    try:
        data = json.loads(path.read_bytes()[:MAX_BYTES])
        return SweepRecord(
            sweep_id,
            str(data["title"]),
            str(data["owner"]),
            float(data["created"]),
            Sweep.from_dict(data["sweep"]),
        )
    except OSError as error:
        raise RunError(
            f"There is no sweep {sweep_id[:60]!r}. The Sweeps page lists those that exist."
        ) from error
    except (LabError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RunError(f"The file of the sweep {sweep_id!r} is damaged.") from error


@dataclass(frozen=True)
class Tally:
    """Of a sweep: how many runs there are, how many have ended, the best accuracy so far."""

    runs: int = 0
    ended: int = 0
    best: float | None = None


def tally_sweeps() -> dict[str, Tally]:
    """By sweeps' ids, in one question; sweeps without runs are missing."""
    rows = open_store().database.connect().execute(
        "SELECT sweep, COUNT(*), SUM(status IN (?, ?, ?)), "
        "MAX(json_extract(result, '$.best_val_accuracy')) "
        "FROM runs WHERE sweep IS NOT NULL GROUP BY sweep",
        ENDED,
    )  # fmt: skip
    return {row[0]: Tally(*row[1:]) for row in map(tuple, rows)}


def list_runs(sweep_id: str) -> list[Run]:
    """The runs of a sweep that are not deleted, in the order in which they were made."""
    return open_store().list_runs(limit=10_000, sweep=sweep_id)[::-1]


def stop_rest(runs: Sequence[Run]) -> int:
    """Ask those runs to stop that have not ended; how many there were.

    Those that wait go first, so that none of them takes a place that gets free.
    """
    rest = [run for run in runs if not run.has_ended]
    for run in sorted(rest, key=lambda run: run.status != "queued"):
        open_store().request_stop(run.id)
    return len(rest)


def read_accuracy(run: Run) -> float | None:
    """The best validation accuracy so far, 0 to 1; None before the first epoch's end."""
    value = run.result.get("best_val_accuracy")
    if value is None and (best := read_checkpoint(run.id, "best")) is not None:
        value = best.val_accuracy
    return None if value is None else float(value)


def _write(record: SweepRecord) -> None:
    path = _path(record.id)
    data = {"title": record.title, "owner": record.owner, "created": record.created,
            "sweep": record.sweep.to_dict()}  # fmt: skip
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(data, indent=1), "utf-8")
    except OSError as error:
        raise RunError(f"The sweep could not be saved ({error.strerror}).") from error


def _folder() -> Path:
    return settings.home() / "sweeps"


def _path(sweep_id: str) -> Path:
    """Raises RunError for what is no id, a path for instance."""
    plain = sweep_id.isascii() and all(c.isalnum() or c == "-" for c in sweep_id)
    if not plain or not sweep_id.startswith("sweep-") or len(sweep_id) > 60:
        raise RunError(
            f"There is no sweep {sweep_id[:60]!r}. The Sweeps page lists those that exist."
        )
    return _folder() / f"{sweep_id}.json"

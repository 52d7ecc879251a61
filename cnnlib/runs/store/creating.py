"""A new run in the run store: its row, its folder, and what it takes over from an older run."""

import json
import sqlite3
import time
from pathlib import Path
from secrets import token_hex

from cnnlib import settings
from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import run_folder
from cnnlib.runs.records import ACTIVE, Run
from cnnlib.runs.store.continuing import take_over
from cnnlib.runs.store.curves import Curves
from cnnlib.runs.store.database import Database
from cnnlib.runs.store.deleting import remove_folder
from cnnlib.runs.store.events import insert_event
from cnnlib.runs.store.queueing import find_last_place
from cnnlib.runs.store.rows import check_annotations


def create_run(
    database: Database,
    config: RunConfig,
    *,
    parent: Run | None,
    status: str,
    owner: str,
    name: str,
    sweep: str | None,
) -> str:
    """Add a run; its id. See `RunStore.create`.

    Args:
        parent: the run that `config.continue_from` names.
    """
    now = time.time()
    run_id = f"{time.strftime('%Y%m%d-%H%M%S')}-{config.network}-{token_hex(4)}"
    name = check_annotations(name=name)["name"]
    if status == "queued" and owner:
        _check_waiting(database.connect(), owner)
    _make_folder(run_folder(run_id))
    row = (run_id, json.dumps(config.to_dict()), status, now,
           now if status in ACTIVE else None, owner, name, sweep)  # fmt: skip
    try:
        start = None if parent is None else take_over(parent, config, run_id)
        # All at once: nobody can claim a run that does not have its curves yet.
        with database.transaction() as db:
            if parent is not None and start is not None:
                _check_there(db, parent.id)  # else its curves would be missing
                Curves(database).copy(db, parent.id, run_id, until_epoch=start.epoch)
            db.execute(
                "INSERT INTO runs (id, config, status, created, started, owner, name, sweep, "
                "place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, find_last_place(db, now)),
            )
            insert_event(db, run_id, "created", f"Created: {config.network} on {config.dataset}.")
    except BaseException:
        remove_folder(run_id)
        raise
    return run_id


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # a disk that is full, or to be read only
        raise RunError(
            f"The folder {folder} could not be made ({error.strerror}). Free some space, or make "
            f"{settings.home()} writable; then try again."
        ) from error


def _check_there(db: sqlite3.Connection, run_id: str) -> None:
    if db.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone() is None:
        raise RunError(f"Run {run_id} has just been deleted. Continue another one.")


def _check_waiting(db: sqlite3.Connection, owner: str) -> None:
    row = db.execute("SELECT COUNT(*) FROM runs WHERE status = 'queued' AND owner = ?", (owner,))
    if (count := row.fetchone()[0]) >= (most := settings.waiting_per_person()):
        raise RunError(
            f"At most {most} runs of one person may wait. {count} of yours do: let some end, "
            f"or cancel some."
        )

"""Rows of the run store as records, and what people may write into them."""

import json
import logging
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from cnnlib.errors import LabError, RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import ENDED, Run, Wishes

logger = logging.getLogger(__name__)

MAX_NAME, MAX_NOTE, MAX_TAG, MAX_TAGS = 80, 2_000, 30, 12  # letters, and tags


def run_from_row(row: sqlite3.Row | Mapping[str, Any], wishes: Wishes) -> Run:
    """A row of `runs`, with its wishes, as a record."""
    return Run(
        id=row["id"],
        config=_read_config(row["config"]),
        status=row["status"],
        message=row["message"],
        created=row["created"],
        started=row["started"],
        ended=row["ended"],
        heartbeat=row["heartbeat"],
        progress=json.loads(row["progress"]) if row["progress"] else None,
        owner=row["owner"],
        name=row["name"],
        note=row["note"],
        tags=tuple(json.loads(row["tags"])),
        sweep=row["sweep"],
        place=row["place"],
        facts=json.loads(row["facts"]),
        result=json.loads(row["result"]),
        wishes=wishes,
    )


def read_runs(rows: Iterable[sqlite3.Row], wishes: Mapping[str, Wishes]) -> list[Run]:
    """Rows as records. One that this lab cannot read, of a newer one perhaps, is passed over: it
    must not hide the others."""
    found = []
    for row in rows:
        try:
            found.append(run_from_row(row, wishes.get(row["id"], Wishes())))
        except LabError as error:
            _tell_once(row["id"], str(error))
    return found


@lru_cache(maxsize=1024)
def _tell_once(run_id: str, reason: str) -> None:
    logger.warning("Run %s cannot be read: %s", run_id, reason)


@lru_cache(maxsize=4096)
def _read_config(text: str) -> RunConfig:
    """Checking a network takes a tenth of a millisecond and more, and rows are read again often."""
    return RunConfig.from_dict(json.loads(text))


def write_progress(
    db: sqlite3.Connection,
    run_id: str,
    progress: Mapping[str, Any],
    facts: Mapping[str, Any] | None,
    result: Mapping[str, Any] | None,
) -> bool:
    """A worker's sign of life, inside the transaction of `db`; whether the run goes on.

    One that was ended, because its worker was taken for lost, is not trained further: nobody would
    see it, and its slot is another's by now.
    """
    columns = {"heartbeat": time.time(), "progress": json.dumps(progress)}
    columns |= {} if facts is None else {"facts": json.dumps(facts)}
    columns |= {} if result is None else {"result": json.dumps(result)}
    changes = ", ".join(f"{name} = ?" for name in columns)
    # «queued»: given up for lost too early, by a supervisor that is new or hard pressed.
    known = db.execute(
        f"UPDATE runs SET {changes}, started = COALESCE(started, ?), status = CASE "
        f"WHEN status IN ('starting', 'queued') THEN 'running' ELSE status END "
        f"WHERE id = ? AND status NOT IN (?, ?, ?)",
        (*columns.values(), time.time(), run_id, *ENDED),
    ).rowcount
    return bool(known)


def check_annotations(
    *, name: str | None = None, note: str | None = None, tags: Sequence[str] | None = None
) -> dict[str, str]:
    """{column: text} of what people say about a run; what is None is left out.

    Raises:
        RunError: a text is too long, or there are too many tags.
    """
    changes: dict[str, str] = {}
    if name is not None:
        changes["name"] = _check_length("name", name, MAX_NAME)
    if note is not None:
        changes["note"] = _check_length("note", note, MAX_NOTE)
    if tags is not None:
        kept = dict.fromkeys(_check_length("tag", tag, MAX_TAG) for tag in tags if tag.strip())
        if len(kept) > MAX_TAGS:
            raise RunError(f"tags must be at most {MAX_TAGS}. Received: {len(kept)}.")
        changes["tags"] = json.dumps(list(kept))
    return changes


def _check_length(argument: str, text: str, most: int) -> str:
    text = text.strip()
    if len(text) > most:
        raise RunError(f"{argument} must have at most {most:,} letters. Received: {len(text):,}.")
    return text

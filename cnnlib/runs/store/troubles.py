"""What keeps the run store from being opened or written, in words for people."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnnlib.errors import RunError


class StoreError(RunError, sqlite3.OperationalError):
    """The store cannot be opened or written now: a full disk, a long lock, a folder to read only.

    It is SQLite's error too, for those that wait and try again.
    """


_SENTENCES = {
    sqlite3.SQLITE_FULL: "The disk that holds {home} is full. Delete runs that nobody needs, or "
    "free some space otherwise; then try again.",
    sqlite3.SQLITE_BUSY: "Another program has held the run store {path} for a long while. Try "
    "again in a moment.",
    sqlite3.SQLITE_READONLY: "{home} can only be read. Make it writable, or set CNNLIB_HOME to "
    "another folder.",
    sqlite3.SQLITE_CANTOPEN: "The run store {path} cannot be opened. Make its folder writable, "
    "free some space if the disk is full, or set CNNLIB_HOME to another folder.",
}


@contextmanager
def told_in_words(path: Path) -> Iterator[None]:
    """Raise what the machine does to the store at `path` as a `StoreError`, the rest as it is."""
    try:
        yield
    except StoreError:
        raise
    except sqlite3.OperationalError as error:
        sentence = _SENTENCES.get(_read_code(error))
        if sentence is None:
            raise
        told = StoreError(sentence.format(home=path.parent, path=path))
        told.sqlite_errorcode = error.sqlite_errorcode
        raise told from error


def is_full(error: sqlite3.Error) -> bool:
    return _read_code(error) == sqlite3.SQLITE_FULL


def _read_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where there is none."""
    return (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF

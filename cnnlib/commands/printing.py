"""What the commands print alike, and the files that they read and write."""

import json
import sys
from pathlib import Path
from typing import Any

from cnnlib.errors import RunError

MAX_SPEC_BYTES = 1_000_000


def print_json(message: Any) -> None:
    """One line, at once, for a program that reads along."""
    print(json.dumps(message), flush=True)


def print_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    for row in rows:
        print(json.dumps(row) if as_json else "  ".join(str(value) for value in row.values()))


def print_progress(share: float, text: str) -> None:
    """A line that is written over and over, where somebody looks."""
    if sys.stderr.isatty():
        end = "\n" if share >= 1 else ""
        print(f"\r{share:4.0%} {text:60.60}", end=end, file=sys.stderr, flush=True)


def read_json(path: Path) -> Any:
    """What a JSON file of a network's size holds.

    Raises:
        RunError: it cannot be read, is too large, or is no JSON.
    """
    try:
        with open(path, "rb") as file:
            text = file.read(MAX_SPEC_BYTES + 1)
        if len(text) > MAX_SPEC_BYTES:
            raise RunError(f"{path} must be at most {MAX_SPEC_BYTES:,} bytes.")
        return json.loads(text)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path} is no JSON file: {error}.") from error


def write_file(path: str, text: str) -> None:
    """Write a file, or print it where the path is "-".

    Raises:
        RunError: it cannot be written.
    """
    if path == "-":
        print(text, end="")
        return
    try:
        Path(path).write_text(text, "utf-8", newline="")
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror}.") from error

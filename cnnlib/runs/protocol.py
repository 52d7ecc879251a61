"""How the web process and the supervisor talk: a JSON object a line over loopback, plain data only.

A loopback socket works on every system and with any length of CNNLIB_HOME, where a Unix socket's
path may hold some 100 characters. Only who can read the address file knows the secret.

A request is `{"secret": …, "op": …, …}`. Answers are zero or more `{"progress": 0..1, "text": …}`,
then one `{"ok": true, …}` or `{"error": sentence}`.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import cnnlib
from cnnlib import settings

HOST = "127.0.0.1"
MAX_LINE = 16_000_000  # bytes; a question may bring arrays
PING_SECONDS = 2.0  # how often a held line carries a word
ANSWER_SECONDS = 600.0  # between two words about a question


class Stream(Protocol):
    """What `socket.makefile("rwb")` gives, as far as it is used here."""

    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...

    def readline(self, limit: int, /) -> bytes: ...


@dataclass(frozen=True)
class Address:
    """Where the supervisor listens, and which code it runs."""

    port: int
    secret: str
    code: str


def address_path() -> Path:
    return settings.home() / "supervisor.json"


def read_address() -> Address | None:
    """The address that a supervisor left, which need not be alive; None when there is none."""
    try:
        return Address(**json.loads(address_path().read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_address(address: Address) -> None:
    """Publish the address, readable by this user only."""
    temporary = address_path().with_suffix(f".{os.getpid()}")
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(asdict(address)), "utf-8")
    os.replace(temporary, address_path())


def write_line(stream: Stream, message: dict[str, Any]) -> None:
    stream.write(json.dumps(message).encode() + b"\n")
    stream.flush()


def read_line(stream: Stream) -> dict[str, Any] | None:
    """The next message; None at the end of the stream or for a line that is no JSON object."""
    line = stream.readline(MAX_LINE)
    if not line.endswith(b"\n"):
        return None
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def library_root() -> Path:
    """The folder of the library that this process runs, which a checkout of its own tells apart."""
    return Path(cnnlib.__file__).resolve().parent


def code_fingerprint() -> str:
    """A short hash of the library's files, by which a supervisor of older code is told apart."""
    root = library_root()
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(f"{path.relative_to(root)} {path.stat().st_mtime_ns};".encode())
    return digest.hexdigest()[:16]

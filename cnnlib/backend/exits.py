"""Why a worker process ended that could not say so itself."""

import signal
from contextlib import suppress
from pathlib import Path

from cnnlib.runs.files import LOG, run_folder

TAIL_BYTES = 20_000
OUT_OF_MEMORY = "there was not enough memory: take a smaller batch size or a smaller network"
MEMORY_SIGNS = (
    b"bad_alloc", b"MemoryError", b"Cannot allocate memory", b"out of memory", b"mmap error: 12",
)  # fmt: skip


def count_memory_kills() -> int:
    """How many processes Linux has killed for lack of memory since it booted; 0 elsewhere."""
    with suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text("ascii").splitlines():
            name, _, value = line.partition(" ")
            if name == "oom_kill":
                return int(value)
    return 0


def describe_exit(run_id: str, code: int | None, *, memory_kill: bool) -> str:
    """A few words on the end of a run's process.

    Args:
        code: its exit code; negative for a signal.
        memory_kill: whether the system has killed a process for lack of memory meanwhile.
    """
    if code == -signal.SIGKILL and memory_kill:
        return OUT_OF_MEMORY
    if code and any(sign in _read_log_end(run_id) for sign in MEMORY_SIGNS):
        return OUT_OF_MEMORY
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"ended by signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def _read_log_end(run_id: str) -> bytes:
    with suppress(OSError), open(run_folder(run_id) / LOG, "rb") as log:
        log.seek(max(0, log.seek(0, 2) - TAIL_BYTES))
        return log.read()
    return b""

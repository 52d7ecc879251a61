"""The web process's way to the supervisor: start it, keep it, wake it, ask it.

The supervisor runs Keras; this module never does.
"""

import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import cnnlib
from cnnlib import settings
from cnnlib.errors import RunError
from cnnlib.runs import protocol
from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store

START_SECONDS = 20.0
CONNECT_SECONDS = 3.0
ANSWER_SECONDS = protocol.ANSWER_SECONDS + 10.0  # the supervisor gives up first, with a sentence
RETIRE_SECONDS = 0.5  # between a supervisor's last answer and its end
RETRY_SECONDS = 5.0  # after a start that failed: each costs a second of a core
FULL_DISK_BYTES = 100_000  # with less than this left, a failed start is a full disk's fault
Progress = Callable[[float, str], None]

logger = logging.getLogger(__name__)


def submit(config: RunConfig, *, owner: str = "", name: str = "", sweep: str | None = None) -> Run:
    """Put a run into the queue and wake the supervisor; the words are those of `RunStore.create`.

    Raises:
        RunError: the settings name a checkpoint that is not there, or too many runs wait.
    """
    run = open_store().create(config, owner=owner, name=name, sweep=sweep)
    try:
        wake()
    except RunError as error:  # the run waits all the same: the app tries again every second
        logger.warning("%s", error)
        open_store().add_event(run.id, "delayed", str(error))
    return run


def wake() -> None:
    """Tell the supervisor, started if need be, that a run waits; it also looks by itself."""
    ensure_supervisor()
    try:
        with _conversation({"op": "wake"}, CONNECT_SECONDS) as stream:
            protocol.read_line(stream)
    except (OSError, RunError) as error:  # it ended just now: its successor looks at the queue
        logger.info("The supervisor was not woken (%s).", error)
        ensure_supervisor()


def is_warm() -> bool:
    """Whether a supervisor answers and has TensorFlow loaded, so that a run starts at once."""
    try:
        with _conversation({"op": "hello"}, CONNECT_SECONDS) as stream:
            answer = protocol.read_line(stream)
    except (OSError, RunError):
        return False
    return bool(answer and answer.get("warm"))


def ask(question: str, *, progress: Progress | None = None, **arguments: Any) -> dict[str, Any]:
    """Put a question to the supervisor's Keras and wait for the answer.

    Args:
        question: a name of `cnnlib.backend.inference.QUESTIONS`.
        progress: called with (share done 0..1, what is being done).

    Raises:
        RunError: the supervisor does not answer, or the question cannot be answered.
    """
    request = {"op": "ask", "question": question, "arguments": arguments}
    try:
        with _conversation_for_sure(request, ANSWER_SECONDS) as stream:
            while (message := protocol.read_line(stream)) is not None:
                if "error" in message:
                    raise RunError(str(message["error"]))
                if "progress" in message:
                    if progress is not None:
                        progress(float(message["progress"]), str(message.get("text", "")))
                else:
                    return message
    except OSError as error:
        raise RunError(f"The background process did not answer ({error}). Try again.") from error
    raise RunError("The background process ended before it answered. Try again.")


def ensure_supervisor() -> None:
    """Start the supervisor of this CNNLIB_HOME unless one answers; return when one does.

    Raises:
        RunError: none can be started, or none answers within `START_SECONDS`.
    """
    if _answers():
        return
    process = _spawn_supervisor()
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if _answers():
            return
        if process.poll() is not None:
            if process.returncode:
                raise RunError(_explain_failed_start())
            time.sleep(0.2)  # another one was quicker, and may end just now
            if not _answers():
                process = _spawn_supervisor()
        time.sleep(0.05)
    raise RunError(
        f"The background process did not start within {START_SECONDS:g} s. "
        f"Its log {settings.home() / 'supervisor.log'} says why."
    )


def _explain_failed_start() -> str:
    home = settings.home()
    if shutil.disk_usage(home).free < FULL_DISK_BYTES:
        return (
            f"The disk that holds {home} is full, so the background process cannot start. Delete "
            f"runs that nobody needs, or free some space otherwise."
        )
    return f"The background process could not start. Its log {home / 'supervisor.log'} says why."


class SupervisorKeeper(threading.Thread):
    """Holds a line to the supervisor while the app runs, and starts a new one when it dies.

    The supervisor counts these lines: when there is none left and nothing to do, it ends. One of
    older code is told to retire, and its successor watches over its runs.

    Args:
        delay: seconds to wait first. Loading TensorFlow takes a core for a while, which the app's
            first page has better use for; a run that is started meanwhile does not wait.
    """

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__(name="supervisor-keeper", daemon=True)
        self._delay = delay
        self._stopped = threading.Event()

    def run(self) -> None:
        self._stopped.wait(self._delay)
        while not self._stopped.is_set():
            try:
                ensure_supervisor()
            except (OSError, RunError) as error:
                logger.warning("%s", error)
                self._stopped.wait(RETRY_SECONDS)
                continue
            with suppress(OSError, RunError):  # it died, or is just ending
                self._hold_line()
            self._stopped.wait(1.0)

    def stop(self) -> None:
        self._stopped.set()

    def _hold_line(self) -> None:
        request = {
            "op": "lease",
            "code": protocol.code_fingerprint(),
            "root": str(protocol.library_root()),
        }
        with _conversation(request, CONNECT_SECONDS + protocol.PING_SECONDS) as stream:
            while not self._stopped.is_set() and protocol.read_line(stream) is not None:
                pass  # the supervisor says a word now and then; silence means that it died


@contextmanager
def _conversation_for_sure(request: dict[str, Any], timeout: float) -> Iterator[protocol.Stream]:
    """With a supervisor that is started if need be; one may just be ending, so it asks twice."""
    with ExitStack() as stack:
        ensure_supervisor()
        try:
            stream = stack.enter_context(_conversation(request, timeout))
        except (OSError, RunError):
            time.sleep(RETIRE_SECONDS)
            ensure_supervisor()
            stream = stack.enter_context(_conversation(request, timeout))
        yield stream


def _answers() -> bool:
    try:
        with _conversation({"op": "hello"}, CONNECT_SECONDS) as stream:
            return protocol.read_line(stream) is not None
    except (OSError, RunError):
        return False


@contextmanager
def _conversation(request: dict[str, Any], timeout: float) -> Iterator[protocol.Stream]:
    """Connect, send `request` with the secret, and give the stream that the answers come on."""
    address = protocol.read_address()
    if address is None:
        raise RunError("The background process has not started yet.")
    with socket.create_connection((protocol.HOST, address.port), CONNECT_SECONDS) as connection:
        connection.settimeout(timeout)
        with connection.makefile("rwb") as stream:
            protocol.write_line(stream, {"secret": address.secret, **request})
            yield stream


def _spawn_supervisor() -> "subprocess.Popen[bytes]":
    settings.home().mkdir(parents=True, exist_ok=True)
    root = Path(cnnlib.__file__).parents[1]
    python_path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    with open(settings.home() / "supervisor.log", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cnnlib.backend.supervisor"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=settings.home(),
            env={**os.environ, "CNNLIB_HOME": str(settings.home()), "PYTHONPATH": python_path},
            start_new_session=True,  # a Ctrl-C in the app's terminal is not meant for runs
        )
    threading.Thread(target=process.wait, daemon=True).start()  # its end leaves no zombie
    return process

"""The supervisor's rounds, questions and retirement, in this process and without a worker."""

import io
import json
import multiprocessing
import sqlite3
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cnnlib.backend.serving import Handler
from cnnlib.backend.supervisor import Supervisor
from cnnlib.runs import protocol
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore


class Child:
    """A process that is started and never says a word."""

    def __init__(self, **settings: Any) -> None:
        self.ended: list[str] = []

    def start(self) -> None: ...

    def kill(self) -> None:
        self.ended.append("killed")

    def join(self) -> None:
        self.ended.append("joined")


@pytest.fixture
def supervisor(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    monkeypatch.setenv("CNNLIB_PRELOAD", "0")
    monkeypatch.setenv("CNNLIB_IDLE_SECONDS", "0")
    monkeypatch.setattr("cnnlib.backend.supervisor.TICK_SECONDS", 0.01)
    return Supervisor()


def test_what_one_part_of_a_round_meets_holds_up_no_other(supervisor, monkeypatch, caplog) -> None:
    """The store is locked and the guard surprised in each round; waiting runs start all the same,
    and the log hears of it once."""
    supervisor.leases["an app"] = True
    rounds = []

    def fail(error: Exception) -> None:
        raise error

    def start_waiting_runs() -> None:
        rounds.append("started")
        if len(rounds) == 3:
            supervisor.leases.clear()

    locked = sqlite3.OperationalError("database is locked")
    monkeypatch.setattr(supervisor, "_reap", lambda: fail(locked))
    monkeypatch.setattr(supervisor._guard, "look", lambda own: fail(ValueError("a surprise")))
    monkeypatch.setattr(supervisor, "_start_waiting_runs", start_waiting_runs)
    # Without the mend nothing starts, and it would go on for ever.
    limit = iter(range(50))
    may_end = supervisor._may_end
    monkeypatch.setattr(supervisor, "_may_end", lambda: may_end() or next(limit, None) is None)
    supervisor.supervise()
    assert len(rounds) >= 3
    assert sum("database is locked" in message for message in caplog.messages) == 1
    assert sum("a surprise" in message for message in caplog.messages) == 1


def test_on_a_full_disk_what_waits_goes_on_waiting(supervisor, monkeypatch, caplog) -> None:
    store = RunStore()
    waiting = store.create(RunConfig())
    started: list[str] = []

    def make(target: Any, args: tuple[str, ...], name: str) -> SimpleNamespace:
        return SimpleNamespace(start=lambda: started.append(name), pid=4711)

    supervisor._context = SimpleNamespace(Process=make)
    with monkeypatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1000))
        for _ in range(2):
            supervisor._try("start", supervisor._start_waiting_runs)
    assert (started, store.get(waiting.id).status) == ([], "queued")
    assert sum("The disk is full" in message for message in caplog.messages) == 1
    supervisor._try("start", supervisor._start_waiting_runs)
    assert started == [waiting.id]


def test_a_question_that_hangs_has_its_time(supervisor, monkeypatch) -> None:
    monkeypatch.setattr(protocol, "ANSWER_SECONDS", 0.05)
    child = Child()
    receiver, sender = multiprocessing.Pipe(duplex=False)  # its other end stays open and silent
    supervisor._context = SimpleNamespace(
        Pipe=lambda duplex: (receiver, SimpleNamespace(close=lambda: None)),
        Process=lambda target, args: child,
    )
    threading.Timer(5, sender.close).start()  # without the limit it would wait for this
    stream = io.BytesIO()
    supervisor.answer("export_weights", {"run": "any"}, stream)
    assert "no answer within" in json.loads(stream.getvalue())["error"]
    assert child.ended == ["killed", "joined"]
    assert not supervisor._asking


def test_who_retires_does_not_keep_the_queue_waiting_for_an_answer(supervisor) -> None:
    question = object()
    supervisor._asking.add(question)
    assert not supervisor._may_end()
    supervisor.retiring = True
    assert supervisor._may_end()
    threading.Timer(0.1, supervisor._asking.clear).start()
    supervisor.finish_answers()
    assert not supervisor._asking


class Line:
    """An app's line, on which the supervisor says some words and then ends."""

    def __init__(self, supervisor: Supervisor, words: int = 3) -> None:
        self.supervisor, self.words = supervisor, words

    def write(self, data: bytes) -> int:
        self.words -= 1
        self.supervisor.ended = self.words == 0
        return len(data)

    def flush(self) -> None: ...


@pytest.mark.parametrize(
    ("own_folder", "newer_code", "own_app_there", "retires"),
    [
        (True, False, False, False),
        (True, True, True, True),
        (False, True, True, False),  # another checkout's app would bring its own, without end
        (False, True, False, True),  # nobody else needs the code of this folder
        (False, False, False, False),
    ],
)
def test_who_makes_a_supervisor_retire(
    supervisor, monkeypatch, own_folder, newer_code, own_app_there, retires
) -> None:
    monkeypatch.setattr(protocol, "PING_SECONDS", 0.0)
    if own_app_there:
        supervisor.leases["an app of this folder"] = True
    request = {
        "code": "newer" if newer_code else supervisor.code,
        "root": supervisor.root if own_folder else "/another/checkout/cnnlib",
    }
    Handler.__new__(Handler)._hold(supervisor, request, Line(supervisor))
    assert supervisor.retiring == retires
    assert len(supervisor.leases) == own_app_there

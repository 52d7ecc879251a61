"""Asking a supervisor that ends just now."""

import math
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from cnnlib.errors import RunError
from cnnlib.runs import client


def test_a_supervisor_that_just_ended_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    @contextmanager
    def conversation(request, timeout):
        asked.append(request["question"])
        if len(asked) == 1:
            raise RunError("The background process has not started yet.")
        yield None

    monkeypatch.setattr(client, "_conversation", conversation)
    monkeypatch.setattr(client, "ensure_supervisor", lambda: None)
    monkeypatch.setattr(client, "RETIRE_SECONDS", 0.0)
    monkeypatch.setattr(client.protocol, "read_line", lambda stream: {"answer": 42})
    assert client.ask("q") == {"answer": 42}
    assert asked == ["q", "q"]


def test_a_failed_answer_is_not_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    @contextmanager
    def conversation(request, timeout):
        asked.append(request["question"])
        yield None

    monkeypatch.setattr(client, "_conversation", conversation)
    monkeypatch.setattr(client, "ensure_supervisor", lambda: None)
    monkeypatch.setattr(client.protocol, "read_line", lambda stream: {"error": "No."})
    with pytest.raises(RunError, match="No"):
        client.ask("q")
    assert asked == ["q"]


def test_a_supervisor_that_cannot_start_is_not_waited_for(
    lab_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab_home.mkdir()
    started = []

    def start() -> "subprocess.Popen[bytes]":
        started.append(subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"]))
        return started[-1]

    monkeypatch.setattr(client, "_spawn_supervisor", start)
    monkeypatch.setattr(client, "START_SECONDS", 120.0)
    with pytest.raises(RunError, match=r"could not start. Its log .*supervisor.log says why"):
        client.ensure_supervisor()
    monkeypatch.setattr(client, "FULL_DISK_BYTES", math.inf)
    with pytest.raises(RunError, match=r"The disk that holds .* is full"):
        client.ensure_supervisor()
    assert len(started) == 2

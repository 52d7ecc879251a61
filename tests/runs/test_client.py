"""Asking a supervisor that ends just now."""

from contextlib import contextmanager

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

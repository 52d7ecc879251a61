"""A double click starts one thing; another thing, or a later press, starts at once."""

import pytest
import streamlit as st

from cnnlib.ui.run_form import once
from cnnlib.ui.run_form.once import DOUBLE_SECONDS, start_once


def test_a_second_press_gets_what_the_first_one_started(monkeypatch: pytest.MonkeyPatch) -> None:
    now, started = [100.0], []

    def start() -> int:
        started.append(now[0])
        return len(started)

    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(once.time, "monotonic", lambda: now[0])
    assert [start_once("key", "lenet5", start) for _ in range(2)] == [1, 1]
    assert start_once("key", "baseline", start) == 2
    assert start_once("other", "baseline", start) == 3
    now[0] += DOUBLE_SECONDS
    assert start_once("key", "baseline", start) == 4


def test_a_start_that_failed_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})
    with pytest.raises(ZeroDivisionError):
        start_once("key", "lenet5", lambda: 1 // 0)
    assert start_once("key", "lenet5", lambda: 1) == 1

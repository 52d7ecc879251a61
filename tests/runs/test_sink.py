"""The sink loses nothing: not at the end, not when the store refuses for a while."""

import sqlite3
import time
from pathlib import Path

import numpy as np
import pytest

from cnnlib.runs.config import RunConfig
from cnnlib.runs.sink import StoreSink
from cnnlib.runs.store import RunStore


def test_all_that_was_said_is_in_the_store_when_the_sink_closes(lab_home: Path) -> None:
    store = RunStore()
    run = store.create(RunConfig(), status="starting")
    heard: list[float] = []

    def listen(progress: dict, points: list, events: list) -> None:
        heard.extend(point.value for point in points)

    with StoreSink(store, run.id, dict, listen) as sink:
        for step in range(5_000):
            sink.point("loss", step, step / 100, float(step))
            if step == 2_500:
                time.sleep(0.7)  # let a flush fall into the middle
        sink.event("note", "half way")
    points = store.points(run.id)[1]
    assert [point.step for point in points] == list(range(5_000))
    assert heard == [float(step) for step in range(5_000)]
    assert [event.text for event in store.events(run.id)][-1] == "half way"


def test_a_store_that_refuses_for_a_while_costs_only_delay(lab_home: Path, monkeypatch) -> None:
    store = RunStore()
    run = store.create(RunConfig(), status="starting")
    report, refusals = store.report, iter([True] * 3)

    def refuse_thrice(*arguments, **named) -> None:
        if next(refusals, False):
            raise sqlite3.OperationalError("database or disk is full")
        report(*arguments, **named)

    monkeypatch.setattr(store, "report", refuse_thrice)
    with StoreSink(store, run.id, dict) as sink:
        sink.point("loss", 1, 0.1, 2.0)
        sink.point("loss", 2, 0.2, 1.0)
    assert [point.value for point in store.points(run.id)[1]] == [2.0, 1.0]
    assert next(refusals, None) is None, "the store was never asked in vain"


def test_a_wish_to_stop_reaches_the_training_thread(lab_home: Path) -> None:
    store = RunStore()
    run = store.create(RunConfig(), status="starting")
    with StoreSink(store, run.id, dict) as sink:
        time.sleep(0.1)
        assert not sink.wishes.stop
        store.request_stop(run.id)
        deadline = time.monotonic() + 60
        while not sink.wishes.stop and time.monotonic() < deadline:
            time.sleep(0.05)
        assert sink.wishes.stop


def test_a_listener_whose_reader_has_gone_does_not_end_the_reporting(lab_home: Path) -> None:
    store = RunStore()
    run = store.create(RunConfig(), status="starting")

    def print_into_a_closed_pipe(*arguments: object) -> None:
        raise BrokenPipeError

    with StoreSink(store, run.id, dict, print_into_a_closed_pipe) as sink:
        sink.point("loss", 1, 0.1, 2.0)
        time.sleep(0.7)  # a flush that meets the closed pipe
        sink.point("loss", 2, 0.2, 1.0)
    assert [point.value for point in store.points(run.id)[1]] == [2.0, 1.0]


def test_wishes_are_heard_while_nothing_can_be_written(lab_home: Path, monkeypatch) -> None:
    store = RunStore()
    run = store.create(RunConfig(), status="starting")
    locked = [True]

    def refuse(*arguments, **named) -> bool:
        if locked:
            raise sqlite3.OperationalError("database is locked")
        return True

    monkeypatch.setattr(store, "report", refuse)
    store.wish(run.id, learning_rate=0.5)
    with StoreSink(store, run.id, dict) as sink:
        deadline = time.monotonic() + 60
        while sink.wishes.learning_rate is None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert sink.wishes.learning_rate == 0.5
        locked.clear()


def test_what_is_no_json_fails_where_it_is_said(lab_home: Path) -> None:
    """Not in the sink's thread, which would end and take every later point with it."""
    sink = StoreSink(RunStore(), "run", dict)
    sink.set_facts({"params": np.int64(3), "share": np.float32(0.5)})
    with pytest.raises(TypeError):
        sink.set_facts({"model": object()})


def test_a_sink_outlives_whatever_goes_wrong_once(lab_home: Path) -> None:
    store = RunStore()
    run = store.create(RunConfig(), status="starting")
    failures = iter([ZeroDivisionError("played")])

    def describe() -> dict[str, object]:
        for failure in failures:
            raise failure
        return {}

    with StoreSink(store, run.id, describe) as sink:
        sink.point("loss", 1, 0.1, 2.0)
        store.request_stop(run.id)
        deadline = time.monotonic() + 60
        while not sink.wishes.stop and time.monotonic() < deadline:
            time.sleep(0.02)
        assert sink.wishes.stop
    assert [point.value for point in store.points(run.id)[1]] == [2.0]

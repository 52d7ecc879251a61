"""Expected starts: the forecast against the queue itself, played second by second."""

import time
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.runs.config import RunConfig
from cnnlib.runs.estimating import forecast
from cnnlib.runs.estimating.estimates import Estimate
from cnnlib.runs.estimating.forecast import (
    Load,
    expect_new_start,
    expect_start,
    expect_starts,
    forecast_starts,
)
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.queueing import Limits

OWNERS = st.sampled_from(["", "a", "b", "c"])
LENGTHS = st.one_of(st.none(), st.integers(1, 9))
FOREVER = 1_000


def loads(prefix: str, most: int) -> st.SearchStrategy[list[Load]]:
    pairs = st.lists(st.tuples(OWNERS, LENGTHS), max_size=most)
    return pairs.map(lambda found: [Load(f"{prefix}{i}", *pair) for i, pair in enumerate(found)])


LIMITS = st.builds(Limits, st.integers(1, 4), st.integers(0, 3))


def play_the_queue(
    training: list[Load], waiting: list[Load], resuming: list[Load], limits: Limits
) -> dict[str, int | None]:
    """When `Queue.claim_next` itself hands out each waiting run, a second at a time."""
    ends: dict[str, int] = {}
    starts: dict[str, int | None] = {load.id: None for load in waiting}
    length = {load.id: load.seconds or FOREVER for load in [*training, *waiting, *resuming]}
    with TemporaryDirectory() as folder:
        store = RunStore(Path(folder) / "runs.sqlite")
        with store.database.transaction() as db:
            for status, group in (("running", training), ("queued", waiting), ("paused", resuming)):
                db.executemany(
                    "INSERT INTO runs (id, config, status, created, owner, place) "
                    "VALUES (?, '{}', ?, 0, ?, ?)",
                    [(load.id, status, load.owner, place) for place, load in enumerate(group)],
                )
        ends = {load.id: int(length[load.id]) for load in training}
        for now in range(9 * 12 + 1):
            with store.database.transaction() as db:
                for run_id in [run_id for run_id, end in ends.items() if end <= now]:
                    db.execute("UPDATE runs SET status = 'finished' WHERE id = ?", (run_id,))
                    del ends[run_id]
            for load in resuming:
                if store.queue.try_resume(load.id, limits):
                    ends[load.id] = now + int(length[load.id])
            while (run_id := store.queue.claim_next(limits)) is not None:
                starts[run_id] = now
                ends[run_id] = now + int(length[run_id])
    return starts


@given(loads("t", 4), loads("w", 6), loads("p", 2), LIMITS)
@settings(max_examples=40)
def test_the_forecast_is_what_the_queue_does(training, waiting, resuming, limits) -> None:
    expected = play_the_queue(training, waiting, resuming, limits)
    assert forecast_starts(training, waiting, limits, resuming=resuming) == expected


REAL_LENGTHS = st.one_of(st.none(), st.floats(-5, 1e6, allow_nan=False))
REAL = st.lists(st.tuples(OWNERS, REAL_LENGTHS), max_size=12)


@given(REAL, REAL, LIMITS)
def test_rules_that_every_forecast_keeps(first, second, limits) -> None:
    training = [Load(f"t{i}", *pair) for i, pair in enumerate(first)]
    waiting = [Load(f"w{i}", *pair) for i, pair in enumerate(second)]
    starts = forecast_starts(training, waiting, limits)
    assert set(starts) == {load.id for load in waiting}
    known = {load.id: starts[load.id] for load in waiting if starts[load.id] is not None}
    assert all(start >= 0 for start in known.values())
    if not limits.per_person:
        order = [float("inf") if starts[load.id] is None else starts[load.id] for load in waiting]
        assert order == sorted(order), "first come, first served"
    spans = [(load.owner, 0.0, _end(0.0, load)) for load in training]
    spans += [(load.owner, known[load.id], _end(known[load.id], load)) for load in waiting
              if load.id in known]  # fmt: skip
    for load in waiting:
        begin = known.get(load.id)
        if begin is None:
            continue
        after = [(owner, a, b) for owner, a, b in spans if a <= begin < b]
        assert len(after) <= limits.slots
        if limits.per_person and load.owner:
            own = [owner for owner, _, _ in after if owner == load.owner]
            assert len(own) <= limits.per_person


def _end(begin: float, load: Load) -> float:
    return float("inf") if load.seconds is None else begin + max(0.0, load.seconds)


@pytest.fixture
def clock(lab_home, monkeypatch: pytest.MonkeyPatch):
    """A minute goes by between any two looks; runs are estimated at 100 s."""
    minutes = count(0, 60)
    pretence = SimpleNamespace(time=time.time, monotonic=lambda: float(next(minutes)))
    monkeypatch.setattr(forecast, "time", pretence)
    forecast._expect_starts_at.cache_clear()
    forecast._estimate_seconds.cache_clear()
    monkeypatch.setattr(forecast, "estimate_run", lambda config: Estimate(100.0, 20.0, "runs"))
    monkeypatch.setenv("CNNLIB_SLOTS", "1")


def test_what_a_worker_says_goes_before_the_estimate(clock) -> None:
    store = RunStore()
    trains = store.create(RunConfig(), status="starting", owner="a")
    first, second = (store.create(RunConfig(), owner="a") for _ in range(2))
    assert expect_start(store, first) == pytest.approx(100, abs=2)
    store.report(trains.id, progress={"seconds_left": 30.0})
    assert expect_starts(store) == pytest.approx({first.id: 30, second.id: 130}, abs=2)
    assert expect_start(store, trains) is None, "it does not wait"
    assert expect_new_start(store, "b") == pytest.approx(230, abs=2)
    assert set(expect_starts(store)) == {first.id, second.id}
    store.queue.rearrange([second.id, first.id])
    assert expect_starts(store) == pytest.approx({second.id: 30, first.id: 130}, abs=2)
    store.wish(trains.id, stop=True)
    assert expect_starts(store)[second.id] == 0


def test_a_silent_worker_has_less_left_than_it_said(clock) -> None:
    store = RunStore()
    trains = store.create(RunConfig(), status="starting")
    waits = store.create(RunConfig())
    store.report(trains.id, progress={"seconds_left": 30.0})
    with store.database.transaction() as db:
        db.execute("UPDATE runs SET heartbeat = ? WHERE id = ?", (time.time() - 4, trains.id))
    assert expect_starts(store)[waits.id] == pytest.approx(26, abs=1)


def test_a_paused_run_gives_up_its_slot_and_comes_first_when_it_wants_back(clock) -> None:
    store = RunStore()
    paused = store.create(RunConfig(), status="starting")
    waits = store.create(RunConfig())
    store.report(paused.id, progress={"seconds_left": 30.0})
    store.wish(paused.id, pause=True)
    store.set_paused(paused.id)
    assert expect_starts(store)[waits.id] == 0
    store.wish(paused.id, pause=False)
    assert expect_starts(store)[waits.id] == pytest.approx(30, abs=1)


def test_nobody_can_say_when_there_is_no_estimate(clock, monkeypatch: pytest.MonkeyPatch) -> None:
    store = RunStore()
    store.create(RunConfig(), status="starting")
    waits = store.create(RunConfig())
    monkeypatch.setattr(forecast, "estimate_run", lambda config: None)
    assert expect_starts(store) == {waits.id: None}
    assert expect_start(store, waits) is None

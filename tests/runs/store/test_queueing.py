"""The queue: taken in order, within the limits, by one supervisor only; arranged by its owner."""

import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.queueing import Limits


@pytest.fixture
def store(lab_home: Path) -> RunStore:
    return RunStore()


def add(store: RunStore, owner: str = "") -> str:
    return store.create(RunConfig(), owner=owner).id


def test_slots_bound_what_is_claimed_and_the_oldest_goes_first(store: RunStore) -> None:
    first, second = add(store), add(store)
    assert (store.queue.find_position(first), store.queue.find_position(second)) == (1, 2)
    assert store.queue.claim_next(Limits(1)) == first
    assert store.get(first).status == "starting"
    assert store.queue.find_position(first) is None
    assert store.queue.claim_next(Limits(1)) is None
    assert store.queue.claim_next(Limits(2)) == second
    assert store.queue.claim_next(Limits(9)) is None


def test_many_supervisors_never_claim_one_run_twice(store: RunStore) -> None:
    wanted = {add(store) for _ in range(20)}
    claimed: list[str] = []

    def claim_all() -> None:
        own = RunStore(store.path)
        while (run_id := own.queue.claim_next(Limits(1000))) is not None:
            claimed.append(run_id)

    threads = [threading.Thread(target=claim_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(wanted)


def test_who_has_enough_runs_lets_others_pass(store: RunStore) -> None:
    ann = [add(store, "ann") for _ in range(3)]
    bob = add(store, "bob")
    nobodys = [add(store) for _ in range(2)]  # of the command line: no limit
    limits = Limits(slots=10, per_person=1)
    claimed = [store.queue.claim_next(limits) for _ in range(5)]
    assert claimed == [ann[0], bob, *nobodys, None]
    store.end(ann[0], "finished", "Done.")
    assert store.queue.claim_next(limits) == ann[1]


def test_a_paused_run_gives_its_slot_away_and_is_served_first_when_it_goes_on(store) -> None:
    paused, second, third = add(store), add(store), add(store)
    one = Limits(1)
    assert store.queue.claim_next(one) == paused
    store.wish(paused, pause=True)
    store.set_paused(paused)
    assert store.queue.claim_next(one) == second
    store.wish(paused, pause=None)
    assert not store.queue.try_resume(paused, one), "no slot is free"
    store.end(second, "finished", "Done.")
    assert store.queue.claim_next(one) is None, "the slot is for the one that goes on"
    assert store.queue.try_resume(paused, one)
    assert store.get(paused).status == "running"
    assert store.queue.find_position(third) == 1


def test_a_run_whose_pause_is_still_wished_does_not_go_on(store: RunStore) -> None:
    run = add(store)
    store.queue.claim_next(Limits(1))
    store.wish(run, pause=True)
    store.set_paused(run)
    assert not store.queue.try_resume(run, Limits(5))


def test_who_has_no_room_to_go_on_keeps_no_slot_from_others(store: RunStore) -> None:
    limits = Limits(slots=4, per_person=1)
    for _ in range(2):
        resting = add(store, "ann")
        assert store.queue.claim_next(limits) == resting
        store.wish(resting, pause=True)
        store.set_paused(resting)
        store.wish(resting, pause=None)
        assert store.queue.try_resume(resting, limits)  # so the next one has to wait for it
        store.wish(resting, pause=True)
        store.set_paused(resting)
    training = add(store, "ann")
    assert store.queue.claim_next(limits) == training
    for run in store.list_active():
        store.wish(run.id, pause=None)
    bobs = add(store, "bob")
    assert store.queue.claim_next(limits) == bobs


def test_one_persons_order_changes_nobody_elses_place(store: RunStore) -> None:
    a1, b1, a2, a3 = add(store, "a"), add(store, "b"), add(store, "a"), add(store, "a")
    store.queue.rearrange([a3, a1, a2])
    assert store.queue.list_waiting() == [a3, b1, a1, a2]
    store.queue.claim_next(Limits(1))
    store.queue.rearrange([a2, a3, a1])  # a3 has begun meanwhile
    assert store.queue.list_waiting() == [b1, a2, a1]
    with pytest.raises(RunError, match="each run once"):
        store.queue.rearrange([a1, a1])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(owners=st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=12), data=st.data())
def test_claiming_all_takes_each_once_and_within_the_limits(tmp_path_factory, owners, data) -> None:
    store = RunStore(tmp_path_factory.mktemp("queue") / "runs.sqlite")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLIB_HOME", str(store.path.parent))
        waiting = [add(store, owner) for owner in owners]
        limits = Limits(data.draw(st.integers(1, 6)), data.draw(st.integers(0, 3)))
        taken: list[str] = []
        while len(taken) < len(waiting):
            while (run_id := store.queue.claim_next(limits)) is not None:
                taken.append(run_id)
            training = [run for run in store.list_runs() if run.status == "starting"]
            assert 0 < len(training) <= limits.slots
            for owner in "abc":
                of_owner = [run for run in training if run.owner == owner]
                assert not limits.per_person or len(of_owner) <= limits.per_person
            store.end(data.draw(st.sampled_from([run.id for run in training])), "finished", None)
    assert sorted(taken) == sorted(waiting)


def test_only_so_many_runs_of_a_person_may_wait(store: RunStore, monkeypatch) -> None:
    monkeypatch.setenv("CNNLIB_WAITING_PER_PERSON", "2")
    add(store, "ann"), add(store, "ann")
    with pytest.raises(RunError, match="At most 2 runs of one person may wait"):
        add(store, "ann")
    add(store, "bob")
    add(store)

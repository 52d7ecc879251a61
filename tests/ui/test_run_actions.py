"""What people do with runs, and what they may not; without any page."""

from collections.abc import Callable

import pytest

from cnnlib.errors import RunError, RunNotFoundError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import Checkpoint, checkpoint_path, write_checkpoint_note
from cnnlib.runs.records import Event, Run, Wishes
from cnnlib.runs.store import RunStore
from cnnlib.ui.run_control import actions
from cnnlib.ui.run_control.past import describe_facts, list_remarks
from cnnlib.ui.run_control.queue import describe_place, describe_start
from cnnlib.ui.run_control.wishes import describe_wishes
from tests.ui.made_people import ME, OTHER, SECRET, SOMEBODY, arrive

ACTIONS: dict[str, Callable[[str], object]] = {
    "pause": lambda run_id: actions.set_paused(run_id, True),
    "resume": lambda run_id: actions.set_paused(run_id, False),
    "stop": actions.stop,
    "learning rate": lambda run_id: actions.set_learning_rate(run_id, 0.5),
    "epochs": lambda run_id: actions.set_epochs(run_id, 9),
    "one more epoch": actions.add_epoch,
    "annotate": lambda run_id: actions.annotate(run_id, name="x", note="y", tags=["z"]),
    "move": lambda run_id: actions.move(run_id, 1),
}
MANY: dict[str, Callable[[list[str]], object]] = {
    "stop": actions.stop_all,
    "delete": actions.delete_all,
    "tag": lambda ids: actions.tag_all(ids, add=["z"]),
}


@pytest.fixture
def store(lab_home, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    arrive(monkeypatch, SECRET)
    return RunStore()


def make_run(store: RunStore, owner: str = ME, status: str = "running") -> Run:
    run = store.create(RunConfig(), status="queued" if status == "queued" else "starting",
                       owner=owner)  # fmt: skip
    if status not in ("queued", "starting"):
        store.report(run.id, progress={})
    return store.get(run.id)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
@pytest.mark.parametrize("status", ["queued", "running"])
def test_nobody_does_anything_with_anothers_run(store, monkeypatch, action, status: str) -> None:
    run = make_run(store, status=status)
    arrive(monkeypatch, OTHER)
    with pytest.raises(RunError, match="somebody else's"):
        action(run.id)
    assert store.get(run.id) == run
    arrive(monkeypatch, SECRET)
    action(run.id)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_a_run_that_has_gone_is_one_line(store, action) -> None:
    run = make_run(store, status="queued")
    store.delete([run.id])
    with pytest.raises(RunNotFoundError):
        action(run.id)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=ACTIONS)
def test_a_run_that_has_ended_meanwhile_has_no_wishes(store, action) -> None:
    run = make_run(store)
    store.end(run.id, "finished", None)
    action(run.id)
    ended = store.get(run.id)
    assert (ended.status, ended.wishes) == ("finished", Wishes())


@pytest.mark.parametrize("action", MANY.values(), ids=MANY)
def test_of_many_runs_only_ones_own_are_touched(store, action) -> None:
    mine, others = make_run(store, status="queued"), make_run(store, SOMEBODY, "queued")
    action([mine.id, others.id, "20260101-000000-gone-0000"])
    assert store.get(others.id) == others
    left = {run.id: run for run in store.list_runs()}
    assert left.get(mine.id) != mine


def test_tags_are_added_once_and_removed(store) -> None:
    run = make_run(store)
    for _ in range(2):
        actions.tag_all([run.id], add=["a", "b"])
    assert store.get(run.id).tags == ("a", "b")
    actions.tag_all([run.id], remove=["a", "never there"])
    assert store.get(run.id).tags == ("b",)


def test_one_more_epoch_twice_is_two_more(store) -> None:
    run = make_run(store)
    actions.add_epoch(run.id)
    actions.add_epoch(run.id)
    assert store.get(run.id).wishes.epochs == run.config.epochs + 2


def test_one_more_epoch_counts_from_those_that_are_trained_anyway(store) -> None:
    """The worker ends the epoch it is in, however few were wished for meanwhile."""
    run = make_run(store)
    actions.set_epochs(run.id, 2)
    progress = {"epoch_number": 7, "first_epoch": 2.5}  # the fifth of its own
    store.report(run.id, progress=progress)
    assert describe_wishes(store.get(run.id)) == []  # it trains 5, as it was set to
    actions.add_epoch(run.id)
    assert store.get(run.id).wishes.epochs == 6


def test_each_slot_has_room_for_two_that_rest(store, monkeypatch) -> None:
    monkeypatch.setenv("CNNLIB_SLOTS", "1")
    first, second, third = (make_run(store).id for _ in range(3))
    actions.set_paused(first, True)
    actions.set_paused(first, True)  # a double click
    store.set_paused(first)
    actions.set_paused(second, True)
    actions.set_paused(first, False)  # it waits for a slot, and keeps its memory
    with pytest.raises(RunError, match="At most 2 runs may rest"):
        actions.set_paused(third, True)
    assert not store.get(third).wishes.pause
    store.end(first, "stopped", None)
    actions.set_paused(third, True)


def test_a_double_click_starts_one_run(store, monkeypatch) -> None:
    monkeypatch.setattr(actions.client, "wake", lambda: None)
    run = make_run(store)
    path = checkpoint_path(run.id, "last")
    path.write_bytes(b"model")
    write_checkpoint_note(path, Checkpoint(1.0, None, None))
    store.end(run.id, "finished", None)
    first, second = (actions.continue_run(run, epochs=1, checkpoint="last") for _ in range(2))
    assert first.id == second.id
    assert actions.continue_run(run, epochs=2, checkpoint="last").id != first.id
    with store.database.transaction() as db:
        db.execute("UPDATE runs SET created = created - 3")
    assert actions.continue_run(run, epochs=2, checkpoint="last").id != first.id
    assert len(store.list_runs()) == 4
    arrive(monkeypatch, OTHER)
    assert actions.continue_run(run, epochs=2, checkpoint="last").owner == SOMEBODY


def test_own_runs_move_among_themselves_and_the_hosts_among_all(store, monkeypatch) -> None:
    a, b, c, d = (make_run(store, owner, "queued").id for owner in (ME, SOMEBODY, ME, ME))
    waiting = store.queue.list_waiting
    actions.move(d, -1)
    assert waiting() == [a, b, d, c]
    actions.move(a, 1)
    assert waiting() == [d, b, a, c]
    actions.move(d, -1)  # the first of mine already
    assert waiting() == [d, b, a, c]
    arrive(monkeypatch, "h" * 43, "127.0.0.1", host="localhost:8501")
    actions.move(b, -1)
    assert waiting() == [b, d, a, c]


def test_wishes_are_said_until_they_are_done() -> None:
    def describe(status: str, **wishes: object) -> str:
        run = Run("x", RunConfig(), status, wishes=Wishes(**wishes))  # type: ignore[arg-type]
        return " ".join(describe_wishes(run))

    assert describe("running") == ""
    assert "0.0005 instead of 0.001" in describe("running", learning_rate=0.0005)
    assert "7 epochs in all instead of 5" in describe("running", epochs=7)
    assert "2 min" in describe("running", stop=True), "the grace time"
    assert "deleted then" in describe("running", stop=True, delete=True)
    assert describe("stopped", stop=True, learning_rate=0.1) == ""


def test_a_place_in_the_queue_in_plain_words() -> None:
    assert describe_place(1) == "It is the next in the queue"
    assert describe_place(2) == "1 run waits before it in the queue"
    assert describe_place(3) == "2 runs wait before it in the queue"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "soon"), (41.3, "in about 45 s"), (301, "in about 5 min 30 s"),
     (601, "in about 11 min"), (9_100, "in about 2 h 40 min")],
)  # fmt: skip
def test_a_start_is_said_as_roughly_as_it_is_known(seconds: float, words: str) -> None:
    """The browser tests know 301 s as 5 min 30 s too, from the live view."""
    assert describe_start(seconds) == f"starts {words}"
    assert "nobody can say yet" in describe_start(None)


def test_facts_say_what_it_takes_to_get_the_same_again() -> None:
    facts = {
        "dataset_fingerprint": "f1f2",
        "train_images": 50_000,
        "val_images": 10_000,
        "versions": {"python": "3.11.2", "keras": "3.15.0"},
        "machine": {"host": "lab1", "processor": "Xeon", "cores": 2, "memory_bytes": 8e9,
                    "gpus": ["H100"]},
        "threads": 1,
        "replicas": 1,
        "acceleration": {"precision": "float32", "jit_compile": False},
    }  # fmt: skip
    lines = describe_facts(Run("x", RunConfig(seed=17), "finished", facts=facts))
    assert lines == {
        "seed": "17",
        "data": "cifar10, fingerprint f1f2",
        "images": "50,000 to train on, 10,000 to check",
        "versions": "python 3.11.2, keras 3.15.0",
        "machine lab1": "Xeon, 2 cores, 8 GB, H100",
        "threads": "1",
        "arithmetic": "float32, without XLA",
    }
    assert describe_facts(Run("x", RunConfig(seed=3), "queued")) == {"seed": "3"}


def test_what_no_command_repeats_is_said() -> None:
    config = RunConfig(deterministic=True)
    assert list_remarks(Run("x", config, "finished"), []) == ["again_exactly"]
    changed = [Event(0.0, "learning_rate", "Learning rate changed from 0.001 to 0.0002.")]
    assert list_remarks(Run("x", config, "finished"), changed)[-1] == "again_changed"
    assert list_remarks(Run("x", config, "stopped"), [])[-1] == "again_changed"
    further = Run("x", RunConfig(continue_from="y"), "finished")
    assert list_remarks(further, []) == ["again", "again_continued"]

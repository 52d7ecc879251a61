"""The run store: nothing lost, nothing claimed twice, no «running» where nothing runs."""

import math
import os
import sqlite3
import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnlib.arch import zoo
from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import (
    Checkpoint,
    checkpoint_path,
    read_checkpoint,
    run_folder,
    saving_checkpoint,
    write_checkpoint_note,
)
from cnnlib.runs.liveness import run_lock, supervisor_lock
from cnnlib.runs.records import Event, Histogram, Point, Wishes
from cnnlib.runs.store import RunStore, continuing
from cnnlib.runs.store.curves import Curves
from cnnlib.runs.store.queueing import Limits


@pytest.fixture
def store(lab_home: Path) -> RunStore:
    return RunStore()


def save_checkpoint(run_id: str, which: str, checkpoint: Checkpoint, content: bytes) -> None:
    path = checkpoint_path(run_id, which)
    path.write_bytes(content)
    write_checkpoint_note(path, checkpoint)


def test_a_new_run_waits_in_the_queue_with_its_settings(store: RunStore) -> None:
    config = RunConfig(network="lenet5", limit=500)
    run = store.create(config)
    assert (run.status, run.config, store.queue.find_position(run.id)) == ("queued", config, 1)
    assert store.get(run.id) == run
    assert run_folder(run.id).is_dir()


def test_points_come_back_in_order_and_only_once(store: RunStore) -> None:
    run = store.create(RunConfig())
    other = store.create(RunConfig())
    first = [Point("loss", 1, 0.1, 2.5), Point("accuracy", 1, 0.1, 0.2)]
    store.report(run.id, progress={}, points=first)
    store.report(other.id, progress={}, points=[Point("loss", 1, 0.1, 9.0)])
    cursor, found = store.points(run.id)
    assert found == first
    assert store.points(run.id, after=cursor) == (cursor, [])
    more = Point("loss", 2, 0.2, 2.4)
    store.report(run.id, progress={}, points=[more])
    assert store.points(run.id, after=cursor)[1] == [more]


def test_numpy_numbers_and_nan_are_stored_as_what_they_are(store: RunStore) -> None:
    run = store.create(RunConfig())
    points = [
        Point("loss", np.int64(1), np.float32(0.5), np.float32(0.25)),
        Point("loss", 2, 1.0, math.nan),
    ]
    store.report(run.id, progress={}, points=points)
    (first, second) = store.points(run.id)[1]
    assert (first.step, first.epoch, first.value) == (1, 0.5, 0.25)
    assert second.value is None


def test_a_report_makes_a_run_running_and_beats_its_heart(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={"step": 3}, events=[Event(5.0, "started", "Go.")])
    run = store.get(run.id)
    assert (run.status, run.progress) == ("running", {"step": 3})
    assert run.heartbeat == pytest.approx(time.time(), abs=5)
    assert Event(5.0, "started", "Go.") in store.events(run.id)


def test_a_waiting_run_stops_at_once(store: RunStore) -> None:
    run = store.create(RunConfig())
    store.request_stop(run.id)
    run = store.get(run.id)
    assert run.status == "stopped"
    assert "nothing was trained" in (run.message or "")
    assert store.queue.claim_next(Limits(1)) is None


def test_a_running_run_is_only_asked(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={})
    store.request_stop(run.id)
    assert store.read_wishes(run.id).stop
    assert store.get(run.id).status == "running"


def test_the_first_end_stands(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.end(run.id, "finished", "Done.")
    store.end(run.id, "failed", "Too late.")
    run = store.get(run.id)
    assert (run.status, run.message) == ("finished", "Done.")
    assert run.ended == pytest.approx(time.time(), abs=5)


def silence(store: RunStore, run_id: str, seconds: float) -> None:
    """Make a run's last word `seconds` old."""
    with sqlite3.connect(store.path) as db:
        db.execute(
            "UPDATE runs SET heartbeat = heartbeat - ?, started = started - ? WHERE id = ?",
            (seconds, seconds, run_id),
        )


def test_a_silent_run_whose_lock_is_free_has_failed(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={})
    save_checkpoint(run.id, "last", Checkpoint(2.0, 1.5, 0.4), b"model")
    silence(store, run.id, 60)
    (found,) = store.list_runs()
    assert found.status == "failed"
    assert "epoch 2, is kept" in (found.message or "")


def test_a_silent_run_whose_worker_lives_goes_on(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={})
    silence(store, run.id, 60)
    with run_lock(run.id):
        assert store.get(run.id).status == "running"
    assert store.get(run.id).status == "failed"


def test_a_run_whose_supervisor_died_before_its_worker_came_up_has_failed(store: RunStore) -> None:
    run = store.create(RunConfig())
    store.queue.claim_next(Limits(1))
    assert store.get(run.id).status == "starting"
    silence(store, run.id, 60)
    assert store.get(run.id).status == "failed"


def test_a_clock_that_is_set_neither_kills_a_run_nor_disturbs_the_queue(
    store: RunStore, monkeypatch
) -> None:
    training, starting = store.create(RunConfig()), store.create(RunConfig())
    store.queue.claim_next(Limits(2))
    store.queue.claim_next(Limits(2))
    store.report(training.id, progress={})
    clock = time.time
    waiting = []
    for jump in (0, -86_400, 86_400, -172_800):
        monkeypatch.setattr(time, "time", lambda jump=jump: clock() + jump)
        waiting.append(store.create(RunConfig()).id)
        with run_lock(training.id), supervisor_lock():
            statuses = [store.get(run.id).status for run in (training, starting)]
        assert statuses == ["running", "starting"], jump
    assert store.queue.list_waiting() == waiting
    assert store.get(training.id).status == "failed", "its lock is free, its last word long ago"


def test_the_truth_is_told_when_the_disk_takes_no_more(store: RunStore, monkeypatch) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={})
    silence(store, run.id, 60)

    def refuse(*arguments: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store, "end", refuse)
    assert store.get(run.id).status == "failed"


def test_continuing_copies_the_curves_up_to_the_checkpoint_and_links_the_files(store) -> None:
    parent = store.create(RunConfig(), status="starting")
    values = [Point("epoch/loss", 10 * e, float(e), 3.0 - e) for e in (1, 2, 3)]
    store.report(parent.id, progress={}, points=values)
    save_checkpoint(parent.id, "best", Checkpoint(2.0, 1.0, 0.5), b"the best")
    store.end(parent.id, "finished", "Done.")
    run = store.create(store.get(parent.id).continued(epochs=4, checkpoint="best"))
    assert store.points(run.id)[1] == values[:2]
    assert checkpoint_path(run.id, "start").read_bytes() == b"the best"
    assert read_checkpoint(run.id, "start") == read_checkpoint(run.id, "best")
    checkpoint_path(parent.id, "best").unlink()
    assert checkpoint_path(run.id, "start").read_bytes() == b"the best"


def test_a_run_that_trains_is_continued_from_one_epoch_with_file_note_and_curve(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its next checkpoint comes between the reading of the last one's note and its linking."""
    parent = store.create(RunConfig(), status="starting")
    points = [Point("epoch/loss", 10 * epoch, float(epoch), 1.0) for epoch in (1, 2)]
    store.report(parent.id, progress={}, points=points)

    def save(epoch: int) -> None:
        with saving_checkpoint(parent.id, "last", Checkpoint(epoch, None, None)) as temporary:
            temporary.write_text(str(epoch))

    save(1)
    training = threading.Thread(target=save, args=(2,))
    link = continuing.link_checkpoint

    def link_late(*names: str) -> None:
        training.start()
        training.join(0.3)  # time enough, were it allowed to
        link(*names)

    monkeypatch.setattr(continuing, "link_checkpoint", link_late)
    run = store.create(RunConfig(continue_from=parent.id))
    training.join()
    assert checkpoint_path(run.id, "start").read_text() == "1"
    assert read_checkpoint(run.id, "start").epoch == 1
    assert [point.epoch for point in store.points(run.id)[1]] == [1]
    assert read_checkpoint(parent.id, "last").epoch == 2


def test_a_run_cannot_continue_what_is_not_there(store: RunStore) -> None:
    parent = store.create(RunConfig())
    with pytest.raises(RunError, match="has no last checkpoint"):
        store.create(RunConfig(continue_from=parent.id))
    with pytest.raises(RunError, match="There is no run"):
        store.create(RunConfig(continue_from="20200101-000000-baseline-0000"))
    with pytest.raises(RunError, match="network must be baseline"):
        store.create(RunConfig(network="lenet5", continue_from=parent.id))
    assert len(store.list_runs()) == 1


def test_an_id_is_never_a_path(lab_home: Path) -> None:
    for bad in ("../../etc", "a/b", "", "a\\b", "a.b"):
        with pytest.raises(RunError, match="letters, digits, - and _"):
            run_folder(bad)


def test_rows_from_before_there_were_own_networks_are_read(store: RunStore) -> None:
    run = store.create(RunConfig(network="lenet5", seed=3))
    old = (
        '{"network": "lenet5", "dataset": "cifar10", "limit": null, "epochs": 5, "batch_size": 32,'
        ' "optimizer": "adam", "learning_rate": 0.001, "seed": 3, "continue_from": null,'
        ' "checkpoint": "last"}'
    )
    with sqlite3.connect(store.path) as db:
        ((written,),) = db.execute("SELECT config FROM runs").fetchall()
        assert written == old, "an older lab's supervisor reads this row"
    assert store.get(run.id).config == RunConfig(network="lenet5", seed=3)


def test_a_network_of_ones_own_is_in_the_row_and_in_the_id(store: RunStore) -> None:
    spec = replace(zoo.get("lenet5"), name="mine", title="Mine")
    run = RunStore(store.path).create(RunConfig(spec=spec))
    assert run.id.split("-")[2] == "mine"
    assert store.get(run.id).config.spec == spec
    assert store.get(run.id).config.title == "Mine"


def test_what_people_say_about_a_run_is_kept_and_bounded(store: RunStore) -> None:
    run = store.create(RunConfig(network="lenet5"), owner="ann", name=" First try ")
    assert (run.owner, run.name, run.title) == ("ann", "First try", "First try")
    store.annotate(run.id, note="Half the images.", tags=["seminar", " seminar ", "", "<b>"])
    store.annotate(run.id, name="")
    run = store.get(run.id)
    assert (run.name, run.title, run.note) == ("", "LeNet-5", "Half the images.")
    assert run.tags == ("seminar", "<b>")
    for broken in ({"name": "x" * 81}, {"note": "x" * 2001}, {"tags": ["x" * 31]},
                   {"tags": [str(n) for n in range(13)]}):  # fmt: skip
        with pytest.raises(RunError, match="at most"):
            store.annotate(run.id, **broken)
    assert store.get(run.id) == run


def test_wishes_reach_a_run_that_has_not_ended_and_are_forgotten_at_its_end(store) -> None:
    run = store.create(RunConfig(), status="starting")
    store.wish(run.id, learning_rate=0.01, epochs=7, pause=True)
    assert store.read_wishes(run.id) == Wishes(pause=True, learning_rate=0.01, epochs=7)
    store.wish(run.id, pause=None, learning_rate=0.02)
    assert store.get(run.id).wishes == Wishes(learning_rate=0.02, epochs=7)
    assert store.list_runs()[0].wishes == Wishes(learning_rate=0.02, epochs=7)
    store.end(run.id, "finished", "Done.")
    store.wish(run.id, stop=True)
    assert store.get(run.id).wishes == Wishes()
    for broken in ({"learning_rate": 0}, {"learning_rate": 11}, {"epochs": 0}, {"speed": 2}):
        with pytest.raises(RunError):
            store.wish(run.id, **broken)


def test_the_first_wish_to_stop_counts_for_the_grace_time(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.request_stop(run.id)
    first = store.read_wishes(run.id).stop_asked
    time.sleep(0.01)
    store.request_stop(run.id)
    assert store.read_wishes(run.id).stop_asked == first


def test_deleting_leaves_no_row_and_no_file(store: RunStore) -> None:
    gone, kept = store.create(RunConfig()), store.create(RunConfig())
    for run in (gone, kept):
        store.report(
            run.id,
            progress={},
            points=[Point("loss", 1, 0.1, 2.0)],
            histograms=[Histogram("weights", "conv", 0.0, -1.0, 1.0, (1, 2))],
        )
        (run_folder(run.id) / "last.keras").write_bytes(b"model")
        store.end(run.id, "finished", "Done.")
    store.delete([gone.id, "20200101-000000-baseline-0000"])
    assert [run.id for run in store.list_runs()] == [kept.id]
    assert not run_folder(gone.id).exists()
    with sqlite3.connect(store.path) as db:
        for table in ("curves", "events", "histograms"):
            assert db.execute(f"SELECT DISTINCT run FROM {table}").fetchall() == [(kept.id,)]
    with pytest.raises(RunError, match="There is no run"):
        store.get(gone.id)
    assert not store.report(gone.id, progress={}, points=[Point("loss", 2, 0.2, 1.0)])
    assert store.points(gone.id) == (0, [])


def test_a_run_that_trains_is_deleted_at_its_end(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={})
    with run_lock(run.id):
        store.delete([run.id])
        assert store.get(run.id).wishes == replace(
            Wishes(stop=True, delete=True), stop_asked=store.read_wishes(run.id).stop_asked
        )
    store.end(run.id, "stopped", "Stopped.")
    assert store.list_runs() == []
    assert not run_folder(run.id).exists()


def test_a_run_to_be_deleted_whose_worker_died_is_deleted(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={})
    store.delete([run.id])
    silence(store, run.id, 60)
    assert [found.status for found in store.list_runs()] == ["failed"]
    assert store.list_runs() == []


def test_histograms_come_back_layer_by_layer(store: RunStore) -> None:
    run = store.create(RunConfig())
    made = [Histogram("weights", layer, epoch, -0.5, 0.5, (1, 2, 3))
            for epoch in (0.0, 1.0) for layer in ("b", "a")]  # fmt: skip
    other = Histogram("activations", "a", 1.0, 0.0, 9.0, (4, 5))
    store.report(run.id, progress={}, histograms=[*made, other])
    assert store.histograms.read(run.id, "weights") == made
    assert store.histograms.read(run.id, "activations") == [other]
    assert store.histograms.list_layers(run.id, "weights") == ["b", "a"]
    assert store.histograms.read(run.id, "weights", layer="a") == made[1::2]


def test_of_many_epochs_some_are_read_the_ends_among_them(store: RunStore) -> None:
    run = store.create(RunConfig())
    made = [Histogram("weights", "a", float(epoch), 0.0, 1.0, (epoch,)) for epoch in range(101)]
    store.report(run.id, progress={}, histograms=made)
    assert store.histograms.read(run.id, "weights", most=5) == made[::25]
    assert store.histograms.read(run.id, "weights", most=101) == made
    epochs = [each.epoch for each in store.histograms.read(run.id, "weights", most=60)]
    assert (len(epochs), epochs[0], epochs[-1]) == (60, 0.0, 100.0)
    assert {b - a for a, b in pairwise(epochs)} == {1.0, 2.0}


def test_facts_and_results_stay_until_others_take_their_place(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    store.report(run.id, progress={}, facts={"params": 7}, result={"best_epoch": 1})
    store.report(run.id, progress={}, result={"best_epoch": 2})
    run = store.get(run.id)
    assert (run.facts, run.result) == ({"params": 7}, {"best_epoch": 2})


def test_runs_are_listed_by_owner_and_by_sweep(store: RunStore) -> None:
    mine = store.create(RunConfig(), owner="ann")
    swept = store.create(RunConfig(), owner="bob", sweep="sweep-1")
    assert [run.id for run in store.list_runs(owner="ann")] == [mine.id]
    assert [run.id for run in store.list_runs(sweep="sweep-1")] == [swept.id]
    store.end(mine.id, "finished", None)
    assert [run.id for run in store.list_unended()] == [swept.id]
    assert store.list_active() == []


def test_a_long_curve_is_read_in_few_points_with_its_spike(store: RunStore) -> None:
    run = store.create(RunConfig())
    values = [1.0] * 5_000
    values[1234], values[4321] = 99.0, -99.0
    points = [Point("loss", n, n / 1000, value, n / 10) for n, value in enumerate(values)]
    for start in range(0, 5_000, 50):
        store.report(run.id, progress={}, points=points[start : start + 50])
    store.report(run.id, progress={}, points=[Point("epoch/loss", n, n, 1.0) for n in range(500)])
    cursor, curves = store.curves.read(run.id, most=100)
    loss = curves["loss"]
    assert len(loss.values) <= 100
    assert {99.0, -99.0} <= set(loss.values)
    assert loss.steps[loss.values == 99.0] == [1234.0]
    assert loss.seconds[loss.values == 99.0] == [123.4]
    assert (loss.steps[0], loss.steps[-1]) == (0, 4999)
    assert len(curves["epoch/loss"].values) == 500, "epochs are never left out"
    assert store.curves.read(run.id, after=cursor) == (cursor, {})


def test_a_continued_run_is_whole_or_not_there(store: RunStore, monkeypatch) -> None:
    parent = store.create(RunConfig(), status="starting")
    store.report(parent.id, progress={}, points=[Point("loss", 1, 0.5, 2.0)])
    save_checkpoint(parent.id, "last", Checkpoint(1.0, 1.0, 0.5), b"model")
    store.end(parent.id, "finished", "Done.")
    config = store.get(parent.id).continued(epochs=1, checkpoint="last")

    def refuse(*arguments: object, **named: object) -> None:
        assert store.queue.list_waiting() == [], "nobody can claim it before it has its curves"
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Curves, "copy", refuse)
        with pytest.raises(sqlite3.OperationalError):
            store.create(config)
    assert [run.id for run in store.list_runs()] == [parent.id]
    assert [path.name for path in run_folder(parent.id).parent.iterdir()] == [parent.id]
    assert len(store.points(store.create(config).id)[1]) == 1


def test_the_best_of_other_images_is_not_taken_over(store: RunStore) -> None:
    parent = store.create(RunConfig(), status="starting")
    for which in ("last", "best"):
        save_checkpoint(parent.id, which, Checkpoint(1.0, 1.0, 0.5), b"model")
    store.end(parent.id, "finished", "Done.")
    config = store.get(parent.id).continued(epochs=1, checkpoint="last")
    assert read_checkpoint(store.create(config).id, "best") is not None
    other = store.create(replace(config, dataset="synthetic"))
    assert read_checkpoint(other.id, "start") is not None
    assert read_checkpoint(other.id, "best") is None


def test_a_row_that_cannot_be_read_hides_no_other(store: RunStore) -> None:
    strange, run = store.create(RunConfig()), store.create(RunConfig())
    with sqlite3.connect(store.path) as db:
        db.execute(
            'UPDATE runs SET config = \'{"network": "of-2030"}\' WHERE id = ?', (strange.id,)
        )
    assert [found.id for found in store.list_runs()] == [run.id]
    assert [found.id for found in store.list_unended()] == [run.id]
    with pytest.raises(RunError, match="network must be"):
        store.get(strange.id)


def test_a_row_that_cannot_be_read_holds_no_slot_without_a_worker(store: RunStore) -> None:
    strange = store.create(RunConfig(), status="starting")
    store.report(strange.id, progress={})
    with store.database.transaction() as db:
        db.execute('UPDATE runs SET config = \'{"network": "of-2030"}\', heartbeat = 1.0')
    waiting = store.create(RunConfig())
    with run_lock(strange.id):
        store.list_unended()
        assert store.queue.claim_next(Limits(1)) is None, "its worker trains"
    store.list_unended()
    assert store.queue.claim_next(Limits(1)) == waiting.id


def test_a_run_that_was_given_up_too_early_is_running_once_it_reports(store: RunStore) -> None:
    run = store.create(RunConfig())
    store.queue.claim_next(Limits(1))
    store.queue.requeue(run.id)
    store.report(run.id, progress={})
    run = store.get(run.id)
    assert (run.status, run.started is not None) == ("running", True)


def test_an_ended_run_takes_no_news(store: RunStore) -> None:
    """Its worker, taken for lost too early, hears of it so."""
    run = store.create(RunConfig(), status="starting")
    store.end(run.id, "failed", "Taken for lost.")
    assert not store.report(run.id, progress={}, points=[Point("loss", 1, 0.1, 1.0)])
    assert store.points(run.id)[1] == []
    assert store.get(run.id).message == "Taken for lost."


def test_a_run_that_is_deleted_while_another_continues_it(store: RunStore, monkeypatch) -> None:
    """Between its checkpoints, which the other has by then, and its curves."""
    from cnnlib.runs.store import creating

    older = store.create(RunConfig(), status="starting")
    for which in ("last", "best"):
        checkpoint_path(older.id, which).write_bytes(b"model")
        write_checkpoint_note(checkpoint_path(older.id, which), Checkpoint(1.0, 1.0, 0.5))
    store.end(older.id, "finished", "Done.")
    take_over = creating.take_over

    def delete_then(*arguments: Any) -> Checkpoint:
        start = take_over(*arguments)
        store.delete([older.id])
        return start

    monkeypatch.setattr(creating, "take_over", delete_then)
    with pytest.raises(RunError, match="has just been deleted"):
        store.create(store.get(older.id).continued(epochs=1, checkpoint="last"))
    assert store.list_runs() == []
    assert list(run_folder(older.id).parent.iterdir()) == []


def test_what_a_killed_worker_was_writing_goes_at_the_runs_end(store: RunStore) -> None:
    run = store.create(RunConfig(), status="starting")
    checkpoint_path(run.id, "last").write_bytes(b"whole")
    (run_folder(run.id) / ".last.4711.keras").write_bytes(b"hal")
    store.end(run.id, "failed", "Its worker was killed.")
    assert [path.name for path in run_folder(run.id).iterdir()] == ["last.keras"]


def test_a_file_that_comes_while_a_folder_is_removed_goes_too(store: RunStore, monkeypatch) -> None:
    run = store.create(RunConfig(), status="starting")
    store.end(run.id, "finished", "Done.")
    (run_folder(run.id) / "log.txt").touch()
    unlink, late = os.unlink, [run_folder(run.id) / "checkpoints.lock"]

    def unlink_and_make(*arguments: Any, **named: Any) -> None:
        unlink(*arguments, **named)
        if late:
            late.pop().touch()

    monkeypatch.setattr(os, "unlink", unlink_and_make)
    store.delete([run.id])
    assert not late
    assert not run_folder(run.id).exists()

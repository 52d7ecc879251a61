"""The store's file: made once, upgraded whole, locked by others, never guessed at."""

import json
import math
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from cnnlib.errors import RunError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import run_folder
from cnnlib.runs.liveness import run_lock
from cnnlib.runs.records import Point
from cnnlib.runs.store import RunStore, database
from cnnlib.runs.store.database import UPGRADES, Database


@pytest.fixture
def old_path(lab_home: Path) -> Path:
    """A store as version 1 of the lab left it: two runs, one still asked to stop."""
    lab_home.mkdir()
    path = lab_home / "runs.sqlite"
    with sqlite3.connect(path) as db:
        UPGRADES[0](db)
        db.execute("PRAGMA user_version = 1")
        config = json.dumps(RunConfig(network="lenet5").to_dict())
        db.executemany(
            "INSERT INTO runs (id, config, status, created, ended, stop_requested) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            [
                ("old-1", config, "finished", 10.0, 20.0, 1),
                ("old-2", config, "queued", 11.0, None, 1),
            ],
        )
        db.executemany(
            "INSERT INTO points (run, key, step, epoch, value) VALUES (?, ?, ?, ?, ?)",
            [("old-1", "loss", 1, 0.1, 2.5), ("old-1", "accuracy", 1, 0.1, 0.25),
             ("old-1", "loss", 2, 0.2, None), ("old-1", "epoch/loss", 2, 1.0, 2.0)],
        )  # fmt: skip
        db.execute("INSERT INTO events (run, time, kind, text) VALUES ('old-1', 5, 'epoch', 'Hi.')")
    return path


def test_a_store_of_an_older_lab_is_upgraded_and_keeps_everything(old_path: Path) -> None:
    store = RunStore(old_path)
    assert store.database.read_version() == len(UPGRADES)
    second, first = store.list_runs()
    assert (first.id, first.status, first.config) == (
        "old-1", "finished", RunConfig(network="lenet5"),
    )  # fmt: skip
    assert not first.wishes.stop, "it has ended"
    assert second.wishes.stop
    assert store.points("old-1")[1] == [
        Point("loss", 1, 0.1, 2.5),
        Point("loss", 2, 0.2, None),
        Point("accuracy", 1, 0.1, 0.25),
        Point("epoch/loss", 2, 1.0, 2.0),
    ]
    assert store.events("old-1")[0].text == "Hi."
    assert store.queue.list_waiting() == ["old-2"]
    new = store.create(RunConfig())
    assert store.queue.list_waiting() == ["old-2", new.id]


def test_many_that_open_an_old_store_at_once_upgrade_it_once(old_path: Path) -> None:
    failures = []

    def open_it() -> None:
        try:
            RunStore(old_path)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(RunStore(old_path).points("old-1")[1]) == 4


def test_an_upgrade_that_fails_leaves_the_old_store(old_path: Path, monkeypatch) -> None:
    def fail(db: sqlite3.Connection) -> None:
        db.execute("DROP TABLE runs")
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(database, "UPGRADES", (UPGRADES[0], fail))
        with pytest.raises(sqlite3.OperationalError):
            Database(old_path)
    assert len(RunStore(old_path).list_runs()) == 2


def test_a_store_of_a_newer_lab_is_left_alone(lab_home: Path) -> None:
    store = RunStore()
    with sqlite3.connect(store.path) as db:
        db.execute(f"PRAGMA user_version = {len(UPGRADES) + 1}")
    with pytest.raises(RunError, match="newer CNN Lab"):
        RunStore(store.path)


def test_a_damaged_store_is_one_sentence(lab_home: Path) -> None:
    lab_home.mkdir()
    (lab_home / "runs.sqlite").write_bytes(b"this is no database, whatever its name says" * 50)
    with pytest.raises(RunError, match="is damaged"):
        RunStore()


def test_a_write_waits_for_another_writer_and_readers_do_not(lab_home: Path) -> None:
    store = RunStore()
    run = store.create(RunConfig(), status="starting")
    other = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE runs SET note = 'locked'")
    release = threading.Timer(0.5, lambda: other.execute("COMMIT"))
    release.start()
    assert store.get(run.id).note == "", "a reader sees what was committed, at once"
    assert store.report(run.id, progress={}, points=[Point("loss", 1, 0.1, 1.0)])
    release.join()
    assert store.get(run.id).note == "locked"
    assert [point.value for point in store.points(run.id)[1]] == [1.0]


def test_nan_and_infinity_come_back_as_they_are(lab_home: Path) -> None:
    store = RunStore()
    run = store.create(RunConfig(), status="starting")
    store.report(
        run.id,
        progress={},
        points=[Point("loss", n, n / 4, v) for n, v in enumerate([math.inf, math.nan, None, 1.0])],
    )
    _, curves = store.curves.read(run.id)
    values = curves["loss"].values.tolist()
    assert values[0] == math.inf
    assert math.isnan(values[1])
    assert math.isnan(values[2])
    assert values[3] == 1.0


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A CNNLIB_HOME on a real file system of 2 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a small disk")
    monkeypatch.setenv("CNNLIB_HOME", str(folder))
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> None:
    with suppress(OSError), open(folder / "filler", "ab", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)


def test_on_a_full_disk_runs_end_stop_and_are_deleted(small_disk: Path) -> None:
    """Filled to its last byte, and again after each."""
    store = RunStore()
    ending = store.create(RunConfig(), status="starting")
    waiting, unwanted = store.create(RunConfig()), store.create(RunConfig())
    fill(small_disk)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        store.report(ending.id, progress={"text": "x" * 100_000})
    with pytest.raises(RunError, match=r"The disk that holds .* is full. Delete runs"):
        store.report(ending.id, progress={"text": "x" * 100_000})
    store.end(ending.id, "failed", "The disk is full.")
    fill(small_disk)
    store.request_stop(waiting.id)
    store.delete([unwanted.id])
    assert not run_folder(unwanted.id).exists()
    seen = {run.id: (run.status, run.message) for run in RunStore().list_runs()}
    assert seen[ending.id] == ("failed", "The disk is full.")
    assert seen[waiting.id][0] == "stopped"
    assert len(seen) == 2


def test_a_home_that_can_only_be_read_is_read(small_disk: Path, tmp_path, monkeypatch) -> None:
    """Its runs are listed, a lost one as what it is; a new one is refused with a sentence."""
    store = RunStore()
    lost = store.create(RunConfig(), status="starting")
    with run_lock(lost.id):
        store.report(lost.id, progress={})
    with store.database.transaction() as db:
        db.execute("UPDATE runs SET heartbeat = heartbeat - 100")
    other = tmp_path / "read-only"
    other.mkdir()
    subprocess.run(["mount", "--bind", small_disk, other], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", other], check=True)
    try:
        monkeypatch.setenv("CNNLIB_HOME", str(other))
        store = RunStore()
        assert [run.status for run in store.list_runs()] == ["failed"]
        with pytest.raises(RunError, match="writable"):
            store.create(RunConfig())
        with pytest.raises(RunError, match="writable"):
            store.annotate(lost.id, note="hm")
    finally:
        subprocess.run(["umount", "-l", other], check=True)


def test_a_store_that_is_held_too_long_is_told_in_words(lab_home: Path, monkeypatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    store = RunStore()
    run = store.create(RunConfig())
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RunError, match="Another program has held the run store"):
        store.request_stop(run.id)
    other.execute("ROLLBACK")
    other.close()
    store.request_stop(run.id)
    assert store.get(run.id).status == "stopped"

"""Faults played on a real lab: a web server, its supervisor, and three runs at once.

One home for all tests of this file. Whatever is killed, stopped or starved, each run ends in the
right status, and what it had learned up to its last checkpoint can be loaded.
"""

import contextlib
import signal
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cnnlib.data import load
from cnnlib.runs import client, liveness
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import checkpoint_path, read_checkpoint, run_folder
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from tests.browser.lab import Lab, wait_for

LONG = RunConfig(network="lenet5", dataset="synthetic", limit=500, epochs=900, watch="")
SILENCE, GRACE = 20, 15  # a loaded machine lets a worker wait for some seconds


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    home = tmp_path_factory.mktemp("faults") / "lab"
    limits = {
        "CNNLIB_SLOTS": "3",
        "CNNLIB_IDLE_SECONDS": "2",
        "CNNLIB_SILENCE_SECONDS": str(SILENCE),
        "CNNLIB_GRACE_SECONDS": str(GRACE),
    }
    lab = Lab(home, **limits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLIB_HOME", str(home))
        for name, value in limits.items():
            patch.setenv(name, value)
        load("synthetic")
        lab.start()
        client.ensure_supervisor()
        yield lab
        lab.end()


@pytest.fixture
def store(lab: Lab) -> Iterator[RunStore]:
    store = RunStore()
    yield store
    for run in store.list_unended():
        store.request_stop(run.id)
    wait_for(lambda: not store.list_unended())


def train(store: RunStore, count: int) -> list[Run]:
    """So many runs, each with an epoch behind it."""
    runs = [client.submit(LONG) for _ in range(count)]
    for run in runs:
        wait_for_epoch(store, run, 1.0)
    return [store.get(run.id) for run in runs]


def wait_for_epoch(store: RunStore, run: Run, epoch: float) -> None:
    def is_there() -> bool:
        now = store.get(run.id)
        assert not now.has_ended, now.message
        last = read_checkpoint(run.id, "last")
        return last is not None and last.epoch >= epoch

    wait_for(is_there, why=f"epoch {epoch}")


def wait_for_end(store: RunStore, run: Run) -> Run:
    wait_for(lambda: store.get(run.id).has_ended, why="the run's end")
    return store.get(run.id)


def find_worker(run: Run) -> psutil.Process:
    return psutil.Process(run.facts["worker"]["pid"])


def find_workers(lab: Lab, run: Run) -> list[int]:
    """All processes that have the run's log as their output: one, or a run is trained twice."""
    log = str(run_folder(run.id) / "log.txt")
    found = []
    for process in lab.find_processes("forkserver"):
        with contextlib.suppress(psutil.Error):
            if any(file.path == log for file in process.open_files()):
                found.append(process.pid)
    return found


def has_gone(pid: int) -> bool:
    """Not even a zombie is left."""
    return not psutil.pid_exists(pid)


def assert_loadable(run: Run) -> None:
    import keras

    keras.saving.load_model(checkpoint_path(run.id, "last"))


def test_three_runs_outlive_server_and_supervisor_and_are_adopted(lab: Lab, store) -> None:
    runs = train(store, 3)
    waiting = client.submit(LONG)
    pids = [run.facts["worker"]["pid"] for run in runs]
    supervisor = lab.find_supervisor()
    lab.kill_server()
    supervisor.send_signal(signal.SIGKILL)
    wait_for(lambda: not liveness.is_supervisor_alive())
    for run in runs:  # with nobody there they train on
        wait_for_epoch(store, run, read_checkpoint(run.id, "last").epoch + 1)
    lab.start()
    wait_for(liveness.is_supervisor_alive, why="the server's new supervisor")
    for run in runs:
        wait_for_epoch(store, run, read_checkpoint(run.id, "last").epoch + 1)
    assert [store.get(run.id).status for run in runs] == ["running"] * 3
    assert [find_workers(lab, run) for run in runs] == [[pid] for pid in pids]
    assert store.get(waiting.id).status == "queued", "the adopted runs have their slots"

    # The successor has the same power over them as their first supervisor.
    hung, stopped, deleted = runs
    find_worker(hung).send_signal(signal.SIGSTOP)
    store.request_stop(hung.id)
    store.request_stop(stopped.id)
    store.delete([deleted.id])
    hung, stopped = wait_for_end(store, hung), wait_for_end(store, stopped)
    assert (hung.status, stopped.status) == ("stopped", "stopped")
    assert hung.message.startswith(f"It did not stop within {GRACE} s of being asked")
    assert stopped.message.startswith("Stopped as asked.")
    assert_loadable(hung)
    wait_for(lambda: all(map(has_gone, pids)), why="the processes' end")
    assert deleted.id not in [run.id for run in store.list_runs()]
    assert not run_folder(deleted.id).exists()
    wait_for(lambda: store.get(waiting.id).status == "running", why="the run that waited")


def test_a_worker_that_hangs_is_ended_and_its_checkpoint_can_be_loaded(lab: Lab, store) -> None:
    (run,) = train(store, 1)
    find_worker(run).send_signal(signal.SIGSTOP)
    ended = wait_for_end(store, run)
    assert ended.status == "failed"
    assert ended.message.startswith(f"Its process gave no sign of life for {SILENCE} s")
    assert_loadable(ended)
    wait_for(lambda: has_gone(run.facts["worker"]["pid"]))


@pytest.fixture
def small_memory() -> Iterator[Path]:
    """The `cgroup.procs` of a control group whose processes may take no more memory."""
    name = f"cnnlab-{uuid.uuid4().hex[:8]}"
    for root, limit in (("memory", "memory.limit_in_bytes"), ("", "memory.max")):
        group = Path("/sys/fs/cgroup") / root / name
        try:
            group.mkdir()
            (group / limit).write_text("400000")
        except OSError:
            with contextlib.suppress(OSError):
                group.rmdir()
        else:
            break
    else:
        pytest.skip("this user may not make control groups")
    yield group / "cgroup.procs"
    group.rmdir()


def test_a_worker_out_of_memory_says_so(lab: Lab, store, small_memory: Path) -> None:
    (run,) = train(store, 1)
    small_memory.write_text(str(run.facts["worker"]["pid"]))
    ended = wait_for_end(store, run)
    assert ended.status == "failed"
    assert "there was not enough memory: take a smaller batch size" in ended.message
    assert "is kept: continue from there" in ended.message
    assert_loadable(ended)
    wait_for(lambda: has_gone(run.facts["worker"]["pid"]))


def test_a_store_that_another_program_locks_stops_nobody(lab: Lab, store: RunStore) -> None:
    """Nor a supervisor that is started meanwhile."""
    (run,) = train(store, 1)
    supervisor = lab.find_supervisor()
    supervisor.send_signal(signal.SIGKILL)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    wait_for(lambda: not liveness.is_supervisor_alive())
    wait_for(liveness.is_supervisor_alive, why="the next supervisor")
    wait_for_epoch(store, run, read_checkpoint(run.id, "last").epoch + 3)
    other.execute("ROLLBACK")
    other.close()
    epoch = read_checkpoint(run.id, "last").epoch
    wait_for(lambda: store.get(run.id).progress["epoch"] > epoch)
    store.request_stop(run.id)
    assert wait_for_end(store, run).status == "stopped"
    steps = store.curves.read(run.id)[1]["loss"].steps
    assert list(steps) == sorted(set(steps)), "a point was lost or written twice"
    epochs = store.curves.read(run.id)[1]["epoch/loss"].epochs
    assert list(epochs[:-1]) == list(range(1, len(epochs)))

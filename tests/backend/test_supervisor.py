"""The real supervisor, its forkserver and workers: started, killed, retired, left alone.

One home for all tests of this file: each begins with whatever the one before left running.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from filelock import Timeout

from cnnlib.data import load
from cnnlib.errors import RunError
from cnnlib.runs import client, liveness, protocol
from cnnlib.runs.client import SupervisorKeeper
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import WEIGHTS, checkpoint_path, read_checkpoint, run_folder
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore

QUICK = RunConfig(network="lenet5", dataset="synthetic", limit=500, epochs=1)
LONG = RunConfig(network="lenet5", dataset="synthetic", epochs=500)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("lab")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNLIB_HOME", str(folder))
        patch.setenv("CNNLIB_IDLE_SECONDS", "2")
        patch.setenv("CNNLIB_SLOTS", "2")
        load("synthetic")
        yield folder
        end_everything()


@pytest.fixture
def store(home: Path) -> RunStore:
    return RunStore()


@pytest.fixture
def keeper(home: Path) -> Iterator[SupervisorKeeper]:
    keeper = SupervisorKeeper()
    keeper.start()
    client.ensure_supervisor()
    yield keeper
    keeper.stop()
    keeper.join(60)


def find_processes(word: str) -> list[psutil.Process]:
    """This home's supervisor, forkserver or workers: those whose environment names this home."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            named = process.environ().get("CNNLIB_HOME") == os.environ["CNNLIB_HOME"]
            if named and word in " ".join(process.cmdline()) and process.pid != os.getpid():
                found.append(process)
    return found


def find_supervisor() -> psutil.Process:
    """The one that serves; another that was started beside it is about to end."""
    found: list[psutil.Process] = []

    def is_one() -> bool:
        found[:] = find_processes("cnnlib.backend.supervisor")
        return len(found) == 1

    wait_for(is_one)
    return found[0]


def find_worker(run_id: str) -> psutil.Process:
    """The process that has the run's log open as its standard output."""
    log = str(run_folder(run_id) / "log.txt")
    for process in find_processes("forkserver"):
        if os.path.realpath(f"/proc/{process.pid}/fd/1") == log:
            return process
    raise AssertionError(f"no process trains {run_id}")


def end_everything() -> None:
    for process in find_processes("cnnlib.backend.supervisor") + find_processes("forkserver"):
        with contextlib.suppress(psutil.Error):
            process.kill()


def wait_for(what: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def wait_for_end(store: RunStore, run: Run) -> Run:
    wait_for(lambda: store.get(run.id).has_ended)
    return store.get(run.id)


def wait_for_epoch(store: RunStore, run: Run, epoch: float = 1.0) -> None:
    def reached() -> bool:
        now = store.get(run.id)
        assert not now.has_ended, now.message
        last = read_checkpoint(run.id, "last")
        return last is not None and last.epoch >= epoch

    wait_for(reached)


def test_a_submitted_run_is_trained(store: RunStore, keeper: SupervisorKeeper) -> None:
    run = wait_for_end(store, client.submit(QUICK))
    assert run.status == "finished", run.message
    assert checkpoint_path(run.id, "best").exists()


def test_there_is_one_supervisor_however_many_are_started(home, keeper) -> None:
    with contextlib.ExitStack() as lines:
        wait_for(lambda: hold_line(lines))  # else it may end just now, and one of these serves
        check_that_others_give_way()


def hold_line(lines: contextlib.ExitStack) -> bool:
    """Whether a supervisor serves and will go on: two words came on a line to it."""
    client.ensure_supervisor()
    root = str(protocol.library_root())
    request = {"op": "lease", "code": protocol.code_fingerprint(), "root": root}
    with contextlib.suppress(OSError, RunError):
        stream = lines.enter_context(client._conversation(request, 60))
        return all(protocol.read_line(stream) for _ in range(2))
    return False


def check_that_others_give_way() -> None:
    commands = [
        subprocess.Popen([sys.executable, "-m", "cnnlib.backend.supervisor"]) for _ in range(3)
    ]
    assert [command.wait(120) for command in commands] == [0, 0, 0]
    find_supervisor()
    with pytest.raises(Timeout):
        liveness.supervisor_lock().acquire(timeout=0)
    late = client._spawn_supervisor()
    wait_for(lambda: not psutil.pid_exists(late.pid))  # nor is a zombie left of it


def test_stop_keeps_what_was_learned(store: RunStore, keeper: SupervisorKeeper) -> None:
    run = client.submit(LONG)
    wait_for_epoch(store, run)
    store.request_stop(run.id)
    run = wait_for_end(store, run)
    assert run.status == "stopped"
    last = read_checkpoint(run.id, "last")
    assert last.epoch > 1.0
    assert "continue from there" in run.message


def test_a_killed_worker_is_a_failed_run_with_a_loadable_checkpoint(store, keeper) -> None:
    run = client.submit(LONG)
    wait_for_epoch(store, run)
    find_worker(run.id).send_signal(signal.SIGKILL)
    run = wait_for_end(store, run)
    assert run.status == "failed"
    assert "is kept: continue from there" in run.message
    again = wait_for_end(store, client.submit(run.continued(epochs=1, checkpoint="last")))
    assert again.status == "finished", again.message


def test_slots_are_kept_and_the_queue_moves_on(store: RunStore, keeper: SupervisorKeeper) -> None:
    runs = [client.submit(LONG) for _ in range(3)]
    wait_for(lambda: [store.get(run.id).status for run in runs[:2]] == ["running"] * 2)
    assert store.get(runs[2].id).status == "queued"
    store.request_stop(runs[0].id)
    wait_for(lambda: store.get(runs[2].id).status == "running")
    for run in runs:
        store.request_stop(run.id)
    assert [wait_for_end(store, run).status for run in runs] == ["stopped"] * 3


def test_a_run_outlives_its_supervisor_and_the_next_one_takes_over(store, keeper) -> None:
    run = client.submit(LONG)
    wait_for_epoch(store, run)
    old = find_supervisor()
    old.send_signal(signal.SIGKILL)
    wait_for(lambda: not old.is_running() or old.status() == psutil.STATUS_ZOMBIE)
    wait_for(liveness.is_supervisor_alive)  # the keeper started another one
    assert store.get(run.id).status == "running"
    epoch = read_checkpoint(run.id, "last").epoch
    wait_for_epoch(store, run, epoch + 1)
    other = wait_for_end(store, client.submit(QUICK))
    assert other.status == "finished", other.message
    store.request_stop(run.id)
    assert wait_for_end(store, run).status == "stopped"


def test_a_killed_forkserver_is_replaced(store: RunStore, keeper: SupervisorKeeper) -> None:
    wait_for(client.is_warm)
    parent = find_supervisor().pid
    servers = [p for p in find_processes("multiprocessing.forkserver") if p.ppid() == parent]
    assert servers
    for server in servers:
        server.send_signal(signal.SIGKILL)
    run = wait_for_end(store, client.submit(QUICK))
    assert run.status == "finished", run.message


def test_weights_are_exported_with_progress(store: RunStore, keeper: SupervisorKeeper) -> None:
    run = wait_for_end(store, client.submit(QUICK))
    shares: list[float] = []
    answer = client.ask(
        "export_weights", run=run.id, progress=lambda share, text: shares.append(share)
    )
    path = run_folder(run.id) / WEIGHTS
    assert answer["bytes"] == path.stat().st_size > 62_006 * 4
    assert shares[-1] == 1.0


def test_a_question_that_cannot_be_answered_is_one_sentence(store, keeper) -> None:
    run = store.create(QUICK, status="starting")
    store.end(run.id, "failed", "Only to have a run.")
    with pytest.raises(RunError, match="damaged and cannot be read"):
        client.ask("export_weights", run=run.id)
    with pytest.raises(RunError, match="Unknown question"):
        client.ask("os.system", run=run.id)


def test_who_does_not_know_the_secret_gets_nothing(home, keeper, monkeypatch) -> None:
    address = protocol.read_address()
    assert protocol.address_path().stat().st_mode & 0o077 == 0, "others may read the secret"
    wrong = protocol.Address(address.port, "0" * 32, address.code)
    monkeypatch.setattr(protocol, "read_address", lambda: wrong)
    with client._conversation({"op": "hello"}, 5) as stream:
        assert protocol.read_line(stream) is None


def test_a_supervisor_of_older_code_retires_and_a_new_one_serves(store, keeper) -> None:
    """Its run goes on and the queue with it: the new supervisor has both."""
    run = client.submit(LONG)
    wait_for_epoch(store, run)
    old = protocol.read_address()
    root = str(protocol.library_root())
    with client._conversation({"op": "lease", "code": "newer", "root": root}, 5) as stream:
        protocol.read_line(stream)
    wait_for(lambda: protocol.read_address() not in (old, None))  # the keeper started another one
    other = wait_for_end(store, client.submit(QUICK))
    assert other.status == "finished", other.message
    assert store.get(run.id).status == "running"
    store.request_stop(run.id)
    assert wait_for_end(store, run).status == "stopped"
    wait_for(lambda: len(find_processes("cnnlib.backend.supervisor")) == 1)


def test_a_supervisor_that_nobody_needs_ends(home: Path) -> None:
    client.ensure_supervisor()
    process = find_supervisor()
    wait_for(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
    wait_for(lambda: not find_processes("forkserver"))
    assert not liveness.is_supervisor_alive()


def test_without_preloading_a_run_is_trained_all_the_same(home, store, monkeypatch) -> None:
    monkeypatch.setenv("CNNLIB_PRELOAD", "0")
    run = wait_for_end(store, client.submit(QUICK))
    assert run.status == "finished", run.message

    def is_small(process: psutil.Process) -> bool:
        with contextlib.suppress(psutil.NoSuchProcess):
            return process.memory_info().rss < 300e6
        return True

    # The worker, which has TensorFlow, looks like the server and may take a moment to go.
    wait_for(lambda: all(map(is_small, find_processes("multiprocessing.forkserver"))))


SPAWN = """
import sys
from cnnlib.backend import supervisor, worker
sys.platform = "darwin"
context = supervisor._choose_context()
assert context.get_start_method() == "spawn"
sys.platform = "linux"
child = context.Process(target=worker.run_in_child, args=(sys.argv[1],))
child.start()
child.join(120)
"""


def test_where_forking_is_not_safe_children_are_spawned(home: Path, store: RunStore) -> None:
    run = store.create(QUICK, status="starting")
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", SPAWN, run.id], cwd=root, check=True, timeout=180)
    assert store.get(run.id).status == "finished", store.get(run.id).message

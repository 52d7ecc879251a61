"""The guard ends what hangs, and nothing else; its clock is the test's, the processes are real."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnnlib.backend import guard as guard_module
from cnnlib.backend.guard import COUNTED_SECONDS, Guard
from cnnlib.runs import liveness
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import Checkpoint, checkpoint_path, write_checkpoint_note
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.queueing import Limits

SILENCE, GRACE = 20, 10
PATIENCE = 60.0  # seconds for a process to end, on a machine with other things to do
WORKER = """
import json, os, signal, sys, time
from cnnlib.runs import liveness
if sys.argv[3] == "terminal":
    os.open(os.ttyname(0), os.O_RDWR)  # it becomes the session's
if sys.argv[2] == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with liveness.run_lock(sys.argv[1]):
    print(json.dumps(liveness.describe_process()), flush=True)
    time.sleep(300)
"""
Start = Callable[..., tuple[Run, "subprocess.Popen[str]"]]


@pytest.fixture
def store(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setenv("CNNLIB_SILENCE_SECONDS", str(SILENCE))
    monkeypatch.setenv("CNNLIB_GRACE_SECONDS", str(GRACE))
    monkeypatch.setattr(guard_module, "TERM_SECONDS", PATIENCE)
    monkeypatch.setattr(guard_module, "KILL_SECONDS", PATIENCE)
    return RunStore()


class Seconds:
    """A clock that the test turns."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def guard(store: RunStore, clock: Seconds) -> Guard:
    return Guard(store, clock)


@pytest.fixture
def start(store: RunStore) -> Iterator[Start]:
    """Start a process that holds a run's lock and has reported once, as a worker does."""
    processes = []
    terminals = []

    def open_terminal() -> int:
        try:
            terminals.extend(os.openpty())
        except OSError:
            pytest.skip("there are no terminals here")
        return terminals[-1]

    def start_one(
        manner: str = "obedient", *, terminal: bool = False
    ) -> tuple[Run, "subprocess.Popen[str]"]:
        import json

        run = store.create(RunConfig(), status="starting")
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, run.id, manner, "terminal" if terminal else "none"],
            cwd=Path(__file__).parents[2],
            stdin=open_terminal() if terminal else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )
        processes.append(process)
        worker = json.loads(process.stdout.readline())
        store.report(run.id, progress={}, facts={"worker": worker})
        checkpoint_path(run.id, "last").touch()
        write_checkpoint_note(checkpoint_path(run.id, "last"), Checkpoint(2.5, None, None))
        return run, process

    yield start_one
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()
    for descriptor in terminals:
        os.close(descriptor)


def look_for(guard: Guard, clock: Seconds, seconds: float) -> None:
    for _ in range(int(seconds)):
        clock.now += 1
        guard.look({})


def test_a_silent_worker_is_ended_and_its_checkpoint_kept(store, guard, clock, start) -> None:
    run, process = start()
    look_for(guard, clock, SILENCE - 1)
    store.report(run.id, progress={})
    look_for(guard, clock, SILENCE)
    liveness.beat(run.id)  # a store that cannot be written: the worker beats all the same
    look_for(guard, clock, SILENCE)
    assert process.poll() is None
    look_for(guard, clock, 2)
    assert process.wait(PATIENCE) == -signal.SIGTERM
    run = store.get(run.id)
    assert run.status == "failed"
    assert run.message == (
        f"Its process gave no sign of life for {SILENCE} s and was ended. "
        f"Its last checkpoint, epoch 2.5, is kept: continue from there."
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no job control")
def test_who_is_suspended_at_a_terminal_is_waited_for(
    store, guard, clock, start, monkeypatch
) -> None:
    monkeypatch.setattr(guard_module, "TERM_SECONDS", 0.2)  # who is suspended hears no SIGTERM
    run, held = start(terminal=True)
    _, stuck = start()  # a supervisor's: nobody is there to let it go on
    for process in (held, stuck):
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    look_for(guard, clock, 2 * SILENCE)
    assert (held.poll(), stuck.wait(PATIENCE)) == (None, -signal.SIGKILL)
    monkeypatch.setattr(guard_module, "TERM_SECONDS", PATIENCE)
    held.send_signal(signal.SIGCONT)
    look_for(guard, clock, 1)
    assert held.wait(PATIENCE) == -signal.SIGTERM, "it went on, and is as silent as before"
    assert store.get(run.id).status == "failed"


def test_who_does_not_stop_is_ended_after_the_grace_time(
    store, guard, clock, start, monkeypatch
) -> None:
    monkeypatch.setattr(guard_module, "TERM_SECONDS", 0.2)
    run, process = start("deaf")
    other, bystander = start()
    store.request_stop(run.id)
    for _ in range(GRACE):
        store.report(other.id, progress={})
        look_for(guard, clock, 1)
    assert process.poll() is None
    look_for(guard, clock, 2)
    assert process.wait(PATIENCE) == -signal.SIGKILL, "it heard no SIGTERM"
    run = store.get(run.id)
    assert run.status == "stopped"
    assert run.message.startswith(f"It did not stop within {GRACE} s of being asked")
    assert bystander.poll() is None
    assert store.get(other.id).status == "running"


def test_a_run_to_be_deleted_is_gone_with_its_process(store, guard, clock, start) -> None:
    run, process = start()
    store.delete([run.id])
    look_for(guard, clock, GRACE + 2)
    assert process.wait(PATIENCE) == -signal.SIGTERM
    assert store.list_runs() == []
    assert not checkpoint_path(run.id, "last").parent.exists()


def test_a_run_that_is_deleted_while_it_is_ended_leaves_no_process(
    store, guard, clock, start, monkeypatch
) -> None:
    """The end is written before the process is dead; then its lock's file may go."""
    monkeypatch.setattr(guard_module, "TERM_SECONDS", 0.2)
    run, process = start("deaf")
    end = store.end

    def end_and_delete(*arguments: object) -> None:
        end(*arguments)
        store.delete([run.id])

    monkeypatch.setattr(store, "end", end_and_delete)
    look_for(guard, clock, SILENCE + 2)
    assert process.wait(PATIENCE) == -signal.SIGKILL
    assert store.list_runs() == []


def test_a_run_that_cannot_be_judged_leaves_the_others_their_guard(
    store, guard, clock, start, monkeypatch, caplog
) -> None:
    strange, bystander = start()
    _, silent = start()
    read = liveness.read_beat

    def read_beat(run_id: str) -> float | None:
        if run_id == strange.id:
            raise ValueError("a surprise")
        return read(run_id)

    monkeypatch.setattr(liveness, "read_beat", read_beat)
    look_for(guard, clock, SILENCE + 2)
    assert silent.wait(PATIENCE) == -signal.SIGTERM
    assert bystander.poll() is None
    assert sum("cannot be watched" in message for message in caplog.messages) == 1


def test_no_clock_that_is_set_and_no_sleep_of_the_machine_ends_a_worker(
    store, guard, clock, start, monkeypatch
) -> None:
    _, process = start()
    real = time.time
    for jump in (86_400, -86_400, 0):
        monkeypatch.setattr(time, "time", lambda jump=jump: real() + jump)
        look_for(guard, clock, 2)
    clock.now += 100_000  # the supervisor was stopped, or waited for a locked store
    guard.look({})
    assert process.poll() is None
    look_for(guard, clock, SILENCE - 6 - COUNTED_SECONDS)
    assert process.poll() is None


def test_a_process_that_only_has_the_number_is_left_alone(
    store, guard, clock, start, caplog
) -> None:
    """The log says so once, and not at every look."""
    run, _ = start()
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    described = store.get(run.id).facts["worker"] | {"pid": innocent.pid, "created": 1.0}
    store.report(run.id, progress={}, facts={"worker": described})
    look_for(guard, clock, SILENCE + 3)
    assert innocent.poll() is None
    assert sum("was not found" in message for message in caplog.messages) == 1
    innocent.kill()
    innocent.wait()


def test_a_run_that_a_dead_supervisor_had_claimed_waits_again(store, guard, clock) -> None:
    lost, training = store.create(RunConfig()), store.create(RunConfig())
    store.queue.claim_next(Limits(2))
    store.queue.claim_next(Limits(2))
    with liveness.run_lock(training.id), liveness.supervisor_lock():
        look_for(guard, clock, 10)
        assert store.get(lost.id).status == "starting", "its worker may be about to come up"
        look_for(guard, clock, 1)
        assert store.get(lost.id).status == "queued"
        assert store.get(training.id).status == "starting"

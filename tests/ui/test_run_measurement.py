"""A training step measured in the background: once for everybody, and only when nobody trains."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from cnnlib.arch import zoo
from cnnlib.errors import RunError
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.estimating.calibrations import Step, read_calibration
from cnnlib.runs.liveness import run_lock
from cnnlib.runs.store import RunStore, open_store
from cnnlib.ui.jobs import get_job
from cnnlib.ui.run_form import measure
from cnnlib.ui.run_form.measure import FAILED, LATER, REFUSED, UNDER_WAY, want_measurement
from tests.runs.estimating.measured import ANSWER

SPEC = zoo.get("lenet5")
CONFIG = RunConfig(network="lenet5", augmentation="flip")
STEP = Step(SPEC, 32, "adam", "flip")


class FakeSupervisor:
    """Answers when it is allowed to; notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.may_answer = threading.Event()
        self.warm = True
        self.others = 0.1  # share of the processors that other programs use
        self.error: str | None = None

    def ask(self, question: str, **arguments: Any) -> dict[str, Any]:
        assert question == "time_step"
        self.asked.append(arguments)
        assert self.may_answer.wait(20)
        if self.error:
            raise RunError(self.error)
        return ANSWER


@pytest.fixture
def supervisor(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSupervisor:
    fake = FakeSupervisor()
    monkeypatch.setattr(client, "ask", fake.ask)
    monkeypatch.setattr(client, "is_warm", lambda: fake.warm)
    monkeypatch.setattr(measure, "_refused", {})
    monkeypatch.setattr("psutil.cpu_percent", lambda interval: 100 * fake.others)
    return fake


def wait_for_the_job() -> None:
    job = get_job(f"time step {open_store().path}", FAILED)
    end = time.monotonic() + 20
    while job.state.status == "running":
        assert time.monotonic() < end
        time.sleep(0.01)
    assert job.state.status == "done", job.state.text


def test_thirty_browsers_start_one_measurement_and_all_have_it(supervisor: FakeSupervisor) -> None:
    assert {want_measurement(CONFIG, SPEC) for _ in range(30)} == {UNDER_WAY}
    other = RunConfig(network="baseline")
    assert want_measurement(other, zoo.get("baseline")) == UNDER_WAY, "another waits its turn"
    supervisor.may_answer.set()
    wait_for_the_job()
    (asked,) = supervisor.asked
    assert asked == {
        "spec": SPEC.to_dict(), "batch_size": 32, "optimizer": "adam", "augmentation": "flip",
        "saving": True,
    }  # fmt: skip
    found = read_calibration(STEP)
    assert found is not None
    assert found.seconds == 0.004
    want_measurement(CONFIG, SPEC)  # a form that asks once more, a moment too late
    wait_for_the_job()
    assert len(supervisor.asked) == 1


def test_nothing_is_measured_while_a_run_waits_or_trains(supervisor: FakeSupervisor) -> None:
    run = RunStore().create(RunConfig(dataset="synthetic"))
    assert want_measurement(CONFIG, SPEC) == LATER
    RunStore().request_stop(run.id)
    paused = RunStore().create(RunConfig(dataset="synthetic"), status="starting")
    RunStore().report(paused.id, progress={})
    RunStore().set_paused(paused.id)
    supervisor.may_answer.set()
    with run_lock(paused.id):  # its worker is there, and rests
        assert want_measurement(CONFIG, SPEC) == UNDER_WAY
    wait_for_the_job()
    assert len(supervisor.asked) == 1


def test_a_supervisor_that_is_not_warm_yet_is_left_alone(supervisor: FakeSupervisor) -> None:
    supervisor.warm = False
    assert want_measurement(CONFIG, SPEC) == UNDER_WAY
    wait_for_the_job()
    assert not supervisor.asked


def test_a_step_that_is_too_large_is_tried_once(
    supervisor: FakeSupervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor.error = "A step of 32 images takes 9,000 GMACs."
    supervisor.may_answer.set()
    want_measurement(CONFIG, SPEC)
    wait_for_the_job()
    assert want_measurement(CONFIG, SPEC) == REFUSED
    assert want_measurement(RunConfig(network="lenet5"), SPEC) == UNDER_WAY, "another step"
    wait_for_the_job()
    assert len(supervisor.asked) == 2
    monkeypatch.setattr(measure, "REFUSED_SECONDS", -1.0)
    measure._refused.clear()
    want_measurement(CONFIG, SPEC)
    wait_for_the_job()
    assert want_measurement(CONFIG, SPEC) == UNDER_WAY, "after a while it is tried again"
    wait_for_the_job()


def test_what_was_measured_on_a_busy_machine_is_measured_again_on_a_quiet_one(
    supervisor: FakeSupervisor,
) -> None:
    supervisor.may_answer.set()
    disturbed = []
    for others in (0.9, 0.9, 0.1, 0.1):
        supervisor.others = others
        want_measurement(CONFIG, SPEC)
        wait_for_the_job()
        found = read_calibration(STEP)
        assert found is not None
        disturbed.append((len(supervisor.asked), found.disturbed))
    assert disturbed == [(1, True), (1, True), (2, False), (2, False)]

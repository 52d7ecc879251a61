"""Background work: once at a time, seen by all, its end told whatever it is."""

import threading

import pytest
from streamlit.testing.v1 import AppTest

from cnnlib.errors import DatasetError
from cnnlib.ui.jobs import Job, get_job

WAIT = 20


def run_to_end(job: Job, work) -> None:
    ended = threading.Event()

    def wrapped(progress) -> None:
        try:
            work(progress)
        finally:
            ended.set()

    assert job.start(wrapped)
    assert ended.wait(WAIT)
    for _ in range(2000):
        if job.state.status != "running":
            return
        threading.Event().wait(0.01)
    raise AssertionError("the job did not end")


def test_only_one_start_at_a_time_and_again_after_the_end() -> None:
    job, go_on, begun = Job("It failed"), threading.Event(), threading.Event()

    def work(progress) -> None:
        progress(2.0, "Half of it")
        begun.set()
        go_on.wait(WAIT)

    first = job.start(work)
    assert begun.wait(WAIT)
    assert job.start(work) is None
    state = job.state
    assert (state.status, state.fraction, state.text) == ("running", 1.0, "Half of it")
    assert state.token == first
    go_on.set()
    for _ in range(2000):
        if job.state.status == "done":
            break
        threading.Event().wait(0.01)
    assert job.state.token == first
    run_to_end(job, lambda progress: None)
    assert job.state.status == "done"
    assert job.state.token != first


def test_a_second_click_does_not_forget_whose_job_it_is() -> None:
    go_on = threading.Event()
    job = Job("It failed")

    def start_twice(job, work) -> None:
        from cnnlib.ui.jobs import start_mine

        start_mine(job, work, "asked")
        start_mine(job, work, "asked")

    page = AppTest.from_function(start_twice, args=(job, lambda progress: go_on.wait(WAIT))).run()
    assert not page.exception
    assert page.session_state["asked"] == job.state.token != ""
    go_on.set()


def test_a_mistake_is_told_as_it_stands() -> None:
    def work(progress) -> None:
        raise DatasetError("No such folder.")

    job = Job("It failed")
    run_to_end(job, work)
    assert (job.state.status, job.state.text) == ("failed", "No such folder.")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_is_told_too() -> None:
    job = Job("It failed")
    run_to_end(job, lambda progress: 1 / 0)
    assert job.state.status == "failed"
    assert job.state.text.startswith("It failed: ZeroDivisionError")


def test_a_key_is_one_job_for_everybody() -> None:
    assert get_job("statistics a", "x") is get_job("statistics a", "x")
    assert get_job("statistics a", "x") is not get_job("statistics b", "x")

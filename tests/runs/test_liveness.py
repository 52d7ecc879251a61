"""Locks tell who is alive; looking at them leaves no trace and disturbs nobody."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnnlib.runs import liveness
from cnnlib.runs.files import run_folder


def test_looking_makes_neither_a_file_nor_a_folder(lab_home: Path) -> None:
    assert not liveness.is_run_alive("gone")
    liveness.beat("gone")
    assert liveness.read_beat("gone") is None
    assert not lab_home.exists()


def test_two_who_look_at_once_do_not_take_each_other_for_a_worker(lab_home: Path) -> None:
    with liveness.run_lock("run"):
        assert liveness.is_run_alive("run")
    descriptor = os.open(run_folder("run") / "alive.lock", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_SH)  # as `is_run_alive` does for a moment
    assert not liveness.is_run_alive("run")
    os.close(descriptor)


def test_a_worker_is_known_by_its_beginning_or_by_the_lock_that_it_holds(lab_home: Path) -> None:
    me = liveness.describe_process()
    with liveness.run_lock("run"):
        assert liveness.find_worker("run", me).pid == os.getpid()
        clock_was_set = me | {"created": me["created"] + 3600}
        assert liveness.find_worker("run", clock_was_set).pid == os.getpid()
        other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        assert liveness.find_worker("run", {"pid": other.pid, "created": 1.0}) is None
        other.communicate(b"\n")
        assert liveness.find_worker("run", {"pid": other.pid, "created": 1.0}) is None
        for damaged in ({}, {"pid": None, "created": 1.0}):
            assert liveness.find_worker("run", damaged) is None
    assert liveness.find_worker("run", me) is None, "nobody trains this run"


def test_a_beat_is_later_than_the_one_before(lab_home: Path, monkeypatch) -> None:
    with liveness.run_lock("run"):
        liveness.beat("run")
    os.utime(run_folder("run") / "alive.beat", (1.0, 1.0))
    assert liveness.read_beat("run") == pytest.approx(1.0)
    liveness.beat("run")
    assert liveness.read_beat("run") > 1.0

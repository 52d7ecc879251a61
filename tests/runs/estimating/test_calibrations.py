"""Measured steps, kept for everybody on this machine."""

import platform
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cnnlib.arch import zoo
from cnnlib.errors import RunError
from cnnlib.runs.estimating.calibrations import Step, keep_calibration, read_calibration
from cnnlib.runs.store import open_store
from tests.runs.estimating.measured import ANSWER

STEP = Step(zoo.get("lenet5"), 32, "adam")


def test_what_is_kept_is_read_and_a_newer_measurement_takes_its_place(lab_home: Path) -> None:
    assert read_calibration(STEP) is None
    kept = keep_calibration(STEP, ANSWER)
    assert (kept.seconds, kept.first_seconds, kept.validation_seconds) == (0.004, 1.5, 0.001)
    assert (kept.first_validation_seconds, kept.saving_seconds) == (0.5, 0.25)
    assert kept.batch_size == 32
    assert read_calibration(STEP) == kept
    newer = keep_calibration(STEP, {**ANSWER, "seconds": 0.002})
    assert read_calibration(STEP) == newer != kept


@pytest.mark.parametrize(
    "other",
    [
        replace(STEP, spec=zoo.get("baseline")),
        replace(STEP, spec=zoo.get("lenet5", input_shape=(28, 28, 1))),
        replace(STEP, spec=zoo.get("lenet5", classes=100)),
        replace(STEP, batch_size=64),
        replace(STEP, optimizer="sgd"),
        replace(STEP, augmentation="flip"),
    ],
)
def test_it_is_of_just_this_step(lab_home: Path, other: Step) -> None:
    keep_calibration(STEP, ANSWER)
    assert read_calibration(other) is None


def test_it_is_of_this_machine(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_calibration(STEP, ANSWER)
    monkeypatch.setattr(platform, "node", lambda: "another")
    assert read_calibration(STEP) is None


def test_what_an_older_lab_measured_is_measured_anew(lab_home: Path) -> None:
    keep_calibration(STEP, ANSWER)
    older = '{"seconds": 0.004, "first_seconds": 1.5, "batch_size": 32}'
    with open_store().database.transaction() as db:
        db.execute("UPDATE calibrations SET data = ?", (older,))
    assert read_calibration(STEP) is None


@pytest.mark.parametrize(
    "answer", [{}, {**ANSWER, "seconds": 0}, {**ANSWER, "seconds": float("inf")},
               {**ANSWER, "validation_seconds": None}],
)  # fmt: skip
def test_an_answer_without_seconds_is_not_kept(lab_home: Path, answer: dict[str, Any]) -> None:
    with pytest.raises(RunError, match="seconds above 0"):
        keep_calibration(STEP, answer)
    assert read_calibration(STEP) is None

"""Runs side by side, as numbers: seeds, budgets, differing settings, smoothing, measures."""

import json
from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from cnnlib.arch import zoo
from cnnlib.runs.comparing.budgets import Budget, find_best
from cnnlib.runs.comparing.differences import compare_settings
from cnnlib.runs.comparing.measures import Measures, measure_run
from cnnlib.runs.comparing.seeds import average, group_by_seed
from cnnlib.runs.comparing.smoothing import smooth
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import Checkpoint, checkpoint_path, write_checkpoint_note
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore
from cnnlib.runs.store.curves import Curve

LENET = RunConfig(network="lenet5")


def make_runs(*configs: RunConfig) -> list[Run]:
    return [Run(f"run-{i}", config, "finished") for i, config in enumerate(configs)]


def test_runs_that_differ_only_in_their_seed_belong_together() -> None:
    runs = make_runs(
        LENET, replace(LENET, seed=1), replace(LENET, epochs=6), replace(LENET, seed=2, watch=""),
        replace(LENET, seed=1, continue_from="x"), RunConfig(spec=zoo.get("lenet5")),
    )  # fmt: skip
    groups = [[run.id for run in group] for group in group_by_seed(runs)]
    assert groups == [["run-0", "run-1", "run-3"], ["run-2"], ["run-4"], ["run-5"]]


def test_a_mean_of_epochs_has_the_band_that_was_asked_for() -> None:
    epochs = np.arange(1.0, 5.0)
    curves = [(epochs, np.array([1.0, 2, 3, 9])), (epochs[:3], np.array([3.0, 2, 6])),
              (epochs, np.array([2.0, 5, 3, 9]))]  # fmt: skip
    band = average(curves, "range")
    np.testing.assert_array_equal(band.x, [1, 2, 3])  # where the shortest ends
    np.testing.assert_allclose(band.mean, [2, 3, 4])
    np.testing.assert_array_equal([band.low, band.high], [[1, 2, 3], [3, 5, 6]])
    band = average(curves, "deviation")
    expected = np.std([[1, 2, 3], [3, 2, 6], [2, 5, 3]], axis=0, ddof=1)
    np.testing.assert_allclose(band.high - band.mean, expected)
    np.testing.assert_allclose(band.mean - band.low, expected)
    assert band.count == 3
    lone = average(curves[:1], "deviation")
    np.testing.assert_array_equal([lone.low, lone.high], [lone.mean, lone.mean])


def test_a_mean_over_seconds_is_taken_between_the_points() -> None:
    line = (np.array([0.0, 10]), np.array([0.0, 10]))
    other = (np.array([2.0, 4, 8]), np.array([4.0, 8, 16]))
    band = average([line, other], "range")
    assert (band.x[0], band.x[-1]) == (2, 8)  # what both have
    np.testing.assert_allclose(band.low, band.x)
    np.testing.assert_allclose(band.high, 2 * band.x)
    assert average([line, (np.array([20.0, 30]), np.ones(2))], "range").x.size == 0


@given(
    arrays(np.float64, st.integers(0, 40), elements=st.floats(-100, 100) | st.just(np.nan)),
    st.sampled_from([1, 3, 5, 11]),
)
def test_smoothing_is_the_mean_of_the_neighbours(values, width) -> None:
    expected = values.copy()
    if width > 1:
        for i in range(len(values)):
            near = values[max(0, i - width // 2) : i + width // 2 + 1]
            near = near[np.isfinite(near)]
            expected[i] = near.mean() if near.size else np.nan
    np.testing.assert_allclose(smooth(values, width), expected, atol=1e-9)


def make_curve(values: list[float], seconds: list[float]) -> Curve:
    epochs = np.arange(1.0, len(values) + 1)
    return Curve(10 * epochs, epochs, np.array(seconds), np.array(values))


CURVE = make_curve([0.3, np.nan, 0.5, 0.4, 0.6], [2.0, 4, 6, 8, 10])


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (Budget(), (0.6, 5, 10)),
        (Budget(seconds=9.99), (0.5, 3, 6)),  # the point at 10 s came too late
        (Budget(seconds=10), (0.6, 5, 10)),
        (Budget(epochs=2), (0.3, 1, 2)),
        (Budget(seconds=100, epochs=4), (0.5, 3, 6)),
        (Budget(seconds=1), None),
    ],
)
def test_only_what_was_reached_within_the_budget_counts(budget, expected) -> None:
    best = find_best(budget, CURVE)
    assert (best and (best.accuracy, best.epoch, best.seconds)) == expected


def test_seconds_that_were_not_noted_are_within_no_limit() -> None:
    old = make_curve([0.3, 0.7], [0.0, 0.0])
    assert find_best(Budget(seconds=1e9), old) is None
    best = find_best(Budget(), old)
    assert best is not None
    assert (best.accuracy, best.seconds) == (0.7, None)


def test_a_network_whose_costs_are_unknown_is_within_no_limit_of_them() -> None:
    assert Budget(seconds=1).affords(None, None)
    assert Budget(params=10).affords(10, None)
    assert not Budget(params=10).affords(11, None)
    assert not Budget(macs=10).affords(5, None)


def test_settings_that_differ_stand_out_and_the_others_are_one_line() -> None:
    configs = [LENET, replace(LENET, seed=3, limit=500), replace(LENET, seed=3, patience=2)]
    differences, same = compare_settings(configs)
    assert [(d.label, d.values, d.changed) for d in differences] == [
        ("images", ("all", "500", "all"), (False, True, False)),
        ("seed", ("0", "3", "3"), (False, True, True)),
        ("patience", ("none", "none", "2 epochs"), (False, False, True)),
    ]
    assert "LeNet-5" in same
    assert not any("images" in text or "seed" in text for text in same)
    own = RunConfig(spec=replace(zoo.get("lenet5"), name="lenet5", layers=zoo.get("mlp").layers))
    differences, _ = compare_settings([LENET, own])
    assert [d.label for d in differences] == ["network"]  # of one name, yet not the same
    assert compare_settings([LENET])[0] == []


def test_measures_come_from_the_run_or_else_are_counted(with_synthetic) -> None:
    store = RunStore()
    run = store.create(RunConfig(network="lenet5", dataset="synthetic"), status="starting")
    path = checkpoint_path(run.id, "best")
    write_checkpoint_note(path, Checkpoint(2.0, 1.5, 0.25))
    path.write_bytes(b"model")
    old = measure_run(store.get(run.id))  # of a run from before facts were kept
    assert old == Measures(best_epoch=2.0, best_val_loss=1.5, best_val_accuracy=0.25,
                           params=62_006, macs=651_720)  # fmt: skip
    facts = {"params": 7, "macs": 8, "machine": {"host": "lab"}}
    result = {"best_epoch": 3, "best_val_accuracy": 0.5, "train_seconds": 12.5, "other": 1}
    store.report(run.id, progress={"images_per_second": 99.0, "epoch": 3.5},
                 facts=facts, result=json.loads(json.dumps(result)))  # fmt: skip
    assert measure_run(store.get(run.id)) == Measures(
        best_epoch=3, best_val_accuracy=0.5, epoch=3.5, params=7, macs=8, seconds=12.5,
        images_per_second=99.0, machine="lab",
    )  # fmt: skip
    gone = replace(run, config=replace(run.config, dataset="gone"), facts={})
    assert measure_run(gone).params is None

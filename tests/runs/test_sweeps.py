"""Sweeps: every combination, or some at random; kept, and put into the queue whole or not."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.arch.layers import Dense, Flatten
from cnnlib.arch.spec import Spec
from cnnlib.errors import LabError, RunError
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore
from cnnlib.runs.sweep_records import (
    list_runs,
    list_sweeps,
    read_accuracy,
    read_sweep,
    stop_rest,
    submit_sweep,
    tally_sweeps,
)
from cnnlib.runs.sweeps import SETTINGS, WHOLE, Range, Sweep

BASE = RunConfig(network="mlp", dataset="synthetic", epochs=10)
VALUES: dict[str, list[Any]] = {
    "network": ["mlp", "baseline", "lenet5"],
    "learning_rate": [1e-4, 1e-3, 0.01, 0.5],
    "batch_size": [8, 32, 100],
    "optimizer": ["adam", "sgd", "nesterov"],
    "schedule": ["constant", "cosine"],
    "augmentation": ["", "flip", "flip,shift"],
    "epochs": [10, 20],
    "limit": [500, None],
    "weight_decay": [0, 0.01],
    "label_smoothing": [0, 0.1],
    "warmup": [0, 1.5],
    "patience": [0, 3],
}
COUNTS = st.dictionaries(st.sampled_from(SETTINGS), st.integers(1, 3), min_size=1, max_size=3)
AXES = COUNTS.map(
    lambda found: {name: tuple(VALUES[name][:count]) for name, count in found.items()}
)
RANGES = {
    "learning_rate": Range(1e-5, 1.0, "log"),
    "batch_size": Range(3, 300, "log"),
    "label_smoothing": Range(0, 0.5),
    "warmup": Range(0, 10),
    "limit": Range(100, 10_000, "log"),
    "weight_decay": Range(1e-6, 1, "log"),
}


@given(AXES, st.integers(1, 3))
def test_a_grid_is_the_product_of_its_axes(axes: dict[str, tuple[Any, ...]], seeds: int) -> None:
    sweep = Sweep(BASE, axes, seeds=seeds)
    configs = sweep.list_configs()
    made = {tuple(getattr(config, name) for name in (*axes, "seed")) for config in configs}
    wanted: set[tuple[Any, ...]] = {()}
    for values in axes.values():
        wanted = {(*row, value) for row in wanted for value in values}
    assert made == {(*row, seed) for row in wanted for seed in range(seeds)}
    assert len(configs) == sweep.size == len(made)
    others = {"dataset": BASE.dataset, "deterministic": BASE.deterministic}
    assert all(getattr(c, name) == value for c in configs for name, value in others.items())
    assert [config.seed for config in configs] == sorted(config.seed for config in configs)
    assert len({sweep.name_run(config) for config in configs}) == len(configs)


@given(
    st.sets(st.sampled_from(sorted(RANGES)), min_size=1), st.integers(1, 20), st.integers(0, 999)
)
def test_random_search_stays_within_its_ranges_and_draws_the_same_again(
    names: set[str], count: int, draw: int
) -> None:
    sweep = Sweep(BASE, {name: RANGES[name] for name in names}, count=count, draw=draw)
    configs = sweep.list_configs()
    assert len(set(configs)) == count
    for name in names:
        axis = RANGES[name]
        for config in configs:
            value = getattr(config, name)
            assert axis.low <= value <= axis.high
            assert isinstance(value, int) == (name in WHOLE)
    again = Sweep.from_dict(json.loads(json.dumps(sweep.to_dict())))
    assert again == sweep
    assert again.list_configs() == configs


def test_another_draw_draws_others() -> None:
    axes = {"learning_rate": RANGES["learning_rate"]}
    first, other = (Sweep(BASE, axes, count=5, draw=draw).list_configs() for draw in (0, 1))
    assert first != other


@pytest.mark.parametrize(("scale", "middle"), [("log", 0.01), ("linear", 0.5)])
def test_half_of_the_draws_lie_below_the_middle_of_the_scale(scale: str, middle: float) -> None:
    rng = np.random.default_rng(0)
    axis = Range(0.0001, 1.0, scale)
    below = sum(axis.draw(rng, whole=False) < middle for _ in range(2_000))
    assert 900 < below < 1_100


@given(AXES, st.integers(1, 3))
def test_a_sweep_survives_its_json(axes: dict[str, tuple[Any, ...]], seeds: int) -> None:
    sweep = Sweep(BASE, axes, seeds=seeds)
    assert Sweep.from_dict(json.loads(json.dumps(sweep.to_dict()))) == sweep


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"axes": {}}, "must vary a setting"),
        ({"axes": {"seed": (1, 2)}}, "may vary"),
        ({"axes": {"epochs": ()}}, "1 to 50 values"),
        ({"axes": {"epochs": (2, 2)}}, "each once"),
        ({"axes": {"epochs": (0, 2)}}, "epochs must be a whole number from 1"),
        ({"axes": {"optimizer": ("adam", "lion")}}, "optimizer must be one of"),
        ({"axes": {"learning_rate": Range(0.1, 0.2)}}, "must have single values"),
        ({"axes": {"optimizer": Range(0.1, 0.2)}, "count": 3}, "must have single values"),
        ({"axes": {"learning_rate": Range(0.1, 20)}, "count": 3}, "at most 10"),
        ({"axes": {"epochs": (1, 2)}, "seeds": 0}, "seeds must be"),
        ({"axes": {"epochs": (1, 2)}, "count": True}, "count must be"),
        ({"axes": {"network": ("mlp",)}, "base": RunConfig(spec=Spec("own", "Own", (32, 32, 3),
          (Flatten(), Dense(units=10, activation="softmax"))))}, "over networks"),
        ({"axes": {"epochs": (1, 2)}, "base": RunConfig(continue_from="x")}, "begin anew"),
    ],
)  # fmt: skip
def test_what_is_no_sweep_is_refused_with_its_reason(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(RunError, match=message):
        Sweep(**{"base": BASE, **arguments})


@pytest.mark.parametrize("ends", [(1, 1), (2, 1), (float("nan"), 1), (0, float("inf")), ("a", 1)])
def test_a_range_goes_up(ends: tuple[Any, Any]) -> None:
    with pytest.raises(RunError, match="lower to a higher"):
        Range(*ends)


def test_a_log_range_begins_above_zero_and_scales_have_names() -> None:
    with pytest.raises(RunError, match="above 0"):
        Range(0, 1, "log")
    with pytest.raises(RunError, match="scale must be"):
        Range(0, 1, "cubic")


def test_more_draws_than_combinations_are_refused() -> None:
    with pytest.raises(RunError, match="no more than there are"):
        Sweep(BASE, {"optimizer": ("adam", "sgd")}, count=3).list_configs()


@pytest.fixture
def woken(with_synthetic: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(client, "wake", lambda: found.append("woken"))
    return found


def test_submitting_makes_a_group_of_runs_that_wait_in_order(woken: list[str]) -> None:
    sweep = Sweep(BASE, {"learning_rate": (0.001, 0.01)}, seeds=2)
    record = submit_sweep(sweep, title="  My\n sweep ", owner="me")
    assert woken == ["woken"]
    assert (record.title, record.owner) == ("My sweep", "me")
    runs = list_runs(record.id)
    assert [run.config for run in runs] == sweep.list_configs()
    assert [run.id for run in runs] == RunStore().queue.list_waiting()
    assert {(run.owner, run.sweep, run.status) for run in runs} == {("me", record.id, "queued")}
    assert [run.name for run in runs][:2] == ["rate 0.001, seed 0", "rate 0.01, seed 0"]
    assert read_sweep(record.id) == record
    assert list_sweeps() == [record]


def test_too_many_runs_are_refused_and_none_is_made(
    woken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNNLIB_WAITING_PER_PERSON", "5")
    six = Sweep(BASE, {"learning_rate": (0.001, 0.01, 0.1)}, seeds=2)
    with pytest.raises(RunError, match="at most 5 runs"):
        submit_sweep(six, owner="me")
    for _ in range(3):
        RunStore().create(BASE, owner="me")
    with pytest.raises(RunError, match="Received: 3 runs"):
        submit_sweep(Sweep(BASE, {"epochs": (1, 2, 3)}), owner="me")
    assert len(list_runs(submit_sweep(Sweep(BASE, {"epochs": (1, 2)}), owner="me").id)) == 2
    assert len(RunStore().list_runs()) == 5
    assert len(list_sweeps()) == 1


def test_a_sweep_that_breaks_halfway_leaves_nothing(
    woken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    create, made = RunStore.create, []

    def break_at_third(self: RunStore, *args: Any, **named: Any) -> Any:
        if len(made) == 2:
            raise OSError("No space left on device")
        made.append(create(self, *args, **named))
        return made[-1]

    monkeypatch.setattr(RunStore, "create", break_at_third)
    with pytest.raises(OSError, match="No space"):
        submit_sweep(Sweep(BASE, {"epochs": (1, 2, 3)}))
    assert len(made) == 2
    assert (RunStore().list_runs(), list_sweeps(), woken) == ([], [], [])


def test_a_network_that_does_not_fit_the_data_stops_the_whole_sweep(woken: list[str]) -> None:
    own = Spec("own", "Own", (8, 8, 3), (Flatten(), Dense(units=10, activation="softmax")))
    with pytest.raises(LabError, match="takes images of 8"):
        submit_sweep(Sweep(RunConfig(spec=own, dataset="synthetic"), {"epochs": (1, 2)}))
    with pytest.raises(RunError, match="no data set 'gone'"):
        submit_sweep(Sweep(RunConfig(dataset="gone"), {"epochs": (1, 2)}))
    assert RunStore().list_runs() == []


def test_stopping_the_rest_leaves_what_has_ended(woken: list[str]) -> None:
    record = submit_sweep(Sweep(BASE, {"epochs": (1, 2, 3)}))
    first, *_ = list_runs(record.id)
    store = RunStore()
    store.report(first.id, progress={}, result={"best_val_accuracy": 0.5})
    store.end(first.id, "finished", "Finished.")
    assert stop_rest(list_runs(record.id)) == 2
    runs = list_runs(record.id)
    assert [run.status for run in runs] == ["finished", "stopped", "stopped"]
    assert [read_accuracy(run) for run in runs] == [0.5, None, None]
    tally = tally_sweeps()[record.id]
    assert (tally.runs, tally.ended, tally.best) == (3, 3, 0.5)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "[" * 100_000, '{"title": "", "owner": "", "created": 1}',
                '{"title": "", "owner": "", "created": 1, "sweep": {"base": {}, "axes": {"a": 1}}}']
)  # fmt: skip
def test_a_damaged_file_is_one_line_and_the_others_are_listed(
    woken: list[str], with_synthetic: Path, content: str
) -> None:
    record = submit_sweep(Sweep(BASE, {"epochs": (1, 2)}))
    (with_synthetic / "sweeps" / "sweep-damaged.json").write_text(content)
    with pytest.raises(RunError, match="damaged"):
        read_sweep("sweep-damaged")
    assert list_sweeps() == [record]


@pytest.mark.parametrize("name", ["", "nope", "sweep-", "sweep-../../x", "sweep-" + "x" * 99])
def test_an_unknown_sweep_is_refused(lab_home: Path, name: str) -> None:
    with pytest.raises(RunError, match="There is no sweep"):
        read_sweep(name)

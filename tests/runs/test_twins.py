"""Pairs of runs that differ in their network alone, and what is told of them."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cnnlib.arch.twins import make_twins
from cnnlib.errors import RunError
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Point, Run
from cnnlib.runs.store import RunStore, open_store
from cnnlib.runs.twins import (
    Outcome,
    compute_standard_error,
    read_outcome,
    read_outcomes_by_seed,
    read_pair,
    start_pair,
)

A, B = (
    RunConfig(spec=spec, dataset="synthetic", limit=500, epochs=2)
    for spec in make_twins("CBAPD", "toggle-B", (32, 32, 3), 10)
)


@pytest.fixture
def store(lab_home: Path, monkeypatch: pytest.MonkeyPatch) -> RunStore:
    monkeypatch.setattr(client, "wake", lambda: None)
    return open_store()


def train(store: RunStore, config: RunConfig, *accuracies: float, status="finished") -> Run:
    run = store.create(config, status="starting")
    points = [
        Point("epoch/val_accuracy", 10 * epoch, float(epoch), value)
        for epoch, value in enumerate(accuracies, start=1)
    ]
    store.report(run.id, progress={}, points=points)
    store.end(run.id, status, "It ended.")
    return store.get(run.id)


def test_a_pair_is_two_runs_that_the_store_gives_back(store: RunStore) -> None:
    ids = start_pair(A, B, owner="p1")
    assert [run.config for run in read_pair(*ids)] == [A, B]
    assert [(run.status, run.owner) for run in store.list_runs()] == [("queued", "p1")] * 2


def test_half_a_pair_is_none(store: RunStore) -> None:
    with pytest.raises(RunError):
        start_pair(A, replace(B, continue_from="20200101-000000-twin-b-0000"))
    assert [run.status for run in store.list_runs()] == ["stopped"]


@pytest.mark.parametrize(
    "other",
    [
        replace(B, seed=1),
        replace(B, limit=None),
        replace(B, epochs=3),
        replace(B, dataset="cifar10"),
        RunConfig(dataset="synthetic", limit=500, epochs=2),
    ],
)
def test_runs_that_differ_in_more_are_no_twins(store: RunStore, other: RunConfig) -> None:
    first, second = store.create(A), store.create(other)
    with pytest.raises(RunError, match="are no twins"):
        read_pair(first.id, second.id)


def test_zoo_networks_are_no_twins(store: RunStore) -> None:
    runs = [store.create(RunConfig(network=name)) for name in ("lenet5", "baseline")]
    with pytest.raises(RunError, match="are no twins"):
        read_pair(runs[0].id, runs[1].id)


@pytest.mark.parametrize("name", ["", "nope", "'; DROP TABLE runs;--", "../..", "\x00"])
def test_unknown_ids_are_refused(store: RunStore, name: str) -> None:
    with pytest.raises(RunError):
        read_pair(store.create(A).id, name)


def test_the_outcome_is_of_the_last_epoch_that_both_ended(store: RunStore) -> None:
    first, second = train(store, A, 0.25, 0.5), train(store, B, 0.375, status="stopped")
    assert read_outcome((first, second)) == Outcome(1.0, 0.25, 0.375)
    assert read_outcome((first, second)).points == 12.5
    assert read_outcome((first, train(store, B))) is None


def test_each_seed_counts_once_and_only_when_both_have_ended(store: RunStore) -> None:
    train(store, A, 0.1, 0.1)  # an older run with this seed
    pair = train(store, A, 0.25, 0.5), train(store, B, 0.25, 0.75)
    train(store, replace(A, seed=7), 0.5, 0.5)
    train(store, replace(B, seed=7), 0.5, 0.25)
    train(store, replace(A, seed=8), 0.5, 0.5)
    train(store, replace(B, seed=8), 0.5, 0.25, status="failed")
    train(store, replace(A, seed=9, epochs=1), 0.5)
    train(store, replace(B, seed=9, epochs=1), 0.5)
    outcomes = read_outcomes_by_seed(pair)
    assert {seed: outcome.points for seed, outcome in outcomes.items()} == {0: 25.0, 7: -25.0}


def test_the_standard_error_is_how_far_shares_of_draws_scatter() -> None:
    draws = np.random.default_rng(0).binomial(400, 0.3, 20_000) / 400
    assert compute_standard_error(0.3, 400) == pytest.approx(draws.std(), rel=0.03)
    assert compute_standard_error(0.5, 100) == math.sqrt(0.0025)

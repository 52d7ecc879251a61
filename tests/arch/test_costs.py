"""Memory by hand, time by proportion, and the optimizers' numbers against Keras' own."""

from math import prod

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.costs import (
    OPTIMIZER_SLOTS,
    Memory,
    Pace,
    estimate_memory,
    estimate_seconds,
    find_nearest,
)
from cnnlib.arch.layers import BatchNormalization, Dense, Flatten
from cnnlib.arch.spec import Spec

# 4 values in; BN: 4 out, 4 parameters, 2 of them learn; flatten: 4; dense: 3 out, 15 parameters
SMALL = Spec("x", "X", (2, 2, 1), (BatchNormalization(), Flatten(), Dense(units=3)))


@pytest.mark.parametrize(("optimizer", "slots"), OPTIMIZER_SLOTS.items())
def test_memory_by_hand(optimizer: str, slots: int) -> None:
    assert estimate_memory(SMALL, 10, optimizer) == Memory(
        weights=4 * 19,
        gradients=4 * 17,
        optimizer=4 * 17 * slots,
        activations=4 * 10 * (4 + 4 + 4 + 3),
        inference=4 * 19 + 4 * 10 * (4 + 4),
    )


def test_the_total_leaves_inference_out() -> None:
    assert Memory(1, 20, 300, 4000, 50_000).total == 4321


def test_only_activations_grow_with_the_batch() -> None:
    one, many = (estimate_memory(zoo.get("resnet18"), batch) for batch in (1, 100))
    assert many.activations == 100 * one.activations
    assert many.total - one.total == 99 * one.activations


def test_seconds_are_macs_by_speed() -> None:
    summary = analyze(zoo.get("lenet5"))
    own = Pace(summary.macs, 500.0)
    assert estimate_seconds(summary, 1000, [own]) == pytest.approx(2.0)
    twice = Pace(2 * summary.macs, 500.0)  # as many images of twice the MACs: twice as fast
    assert estimate_seconds(summary, 1000, [twice]) == pytest.approx(1.0)
    assert estimate_seconds(summary, 1000, [own, twice, Pace(1, 1.0)]) == pytest.approx(2.0)


def test_the_nearest_are_those_alike_in_macs() -> None:
    paces = [Pace(macs, 1.0) for macs in (10, 90, 1000, 0, 200)] + [Pace(100, 0.0)]
    assert [pace.macs for pace in find_nearest(100, paces)] == [90, 200, 10]
    assert find_nearest(100, []) == []


def test_a_network_of_quite_another_size_tells_nothing() -> None:
    paces = [Pace(macs, 1.0) for macs in (4, 5, 2000, 2001)]
    assert [pace.macs for pace in find_nearest(100, paces)] == [5, 2000]


@pytest.mark.keras
@pytest.mark.parametrize(("optimizer", "slots"), OPTIMIZER_SLOTS.items())
def test_keras_keeps_as_many_numbers(optimizer: str, slots: int) -> None:
    from cnnlib.backend.model_builder import build_model
    from cnnlib.backend.training import OPTIMIZERS

    assert set(OPTIMIZER_SLOTS) == set(OPTIMIZERS)
    model = build_model(zoo.get("baseline"))
    made = OPTIMIZERS[optimizer](learning_rate=0.1)
    made.build(model.trainable_variables)
    kept = sum(prod(variable.shape) for variable in made.variables)
    counters = 2  # how many steps, and the learning rate
    assert kept - counters == slots * analyze(zoo.get("baseline")).trainable_params

"""The pictures of a sweep: what is drawn, not pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.figures.schedules import make_schedule_figure
from cnnlib.figures.sweeps import (
    MOST_GROUPS,
    MOST_TICKS,
    Dimension,
    Group,
    is_spread_evenly_in_log,
    make_parallel_figure,
    make_seeds_figure,
)
from cnnlib.runs.schedules import SCHEDULES, Schedule


def test_each_run_is_a_line_through_its_settings() -> None:
    rates, batches, reached = [0.001, 0.01, 0.1], [32, 128, 32], [0.4, 0.6, 0.5]
    figure = make_parallel_figure(
        [Dimension("rate", rates, log=True), Dimension("batch", batches),
         Dimension("optimizer", ["sgd", "adam", "sgd"])],
        reached,
    )  # fmt: skip
    (lines,) = figure.data
    rate, batch, optimizer, accuracy = lines.dimensions
    assert np.allclose(rate["values"], [-3, -2, -1])
    assert list(rate["ticktext"]) == ["0.001", "0.01", "0.1"]
    assert (list(batch["values"]), list(batch["ticktext"])) == ([32, 128, 32], ["32", "128"])
    assert (list(optimizer["values"]), list(optimizer["ticktext"])) == ([0, 1, 0], ["sgd", "adam"])
    assert list(accuracy["values"]) == list(lines.line.color) == reached
    assert (lines.line.cmin, lines.line.cmax) == (0.4, 0.6)


@given(st.lists(st.floats(1e-6, 10), min_size=1, max_size=40), st.booleans())
def test_every_value_lies_within_its_axis_and_ticks_are_few(values: list[float], log: bool) -> None:
    (lines,) = make_parallel_figure([Dimension("x", values, log)], [0.5] * len(values)).data
    axis = lines.dimensions[0]
    low, high = axis["range"]
    assert low < high
    assert all(low <= value <= high for value in axis["values"])
    if axis["tickvals"] is not None:
        assert 1 <= len(axis["tickvals"]) <= MOST_TICKS
        assert len(axis["tickvals"]) == len(axis["ticktext"])
        assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in axis["tickvals"])


def test_numbers_a_factor_of_ten_apart_are_spread_evenly_in_their_logarithm() -> None:
    assert is_spread_evenly_in_log([0.001, 0.003, 0.01])
    assert not is_spread_evenly_in_log([32, 64, 128])
    assert not is_spread_evenly_in_log([0, 0.1])
    assert not is_spread_evenly_in_log([])


def test_seeds_are_drawn_with_their_mean_the_best_at_the_top() -> None:
    figure = make_seeds_figure([Group("good", [0.5, 0.7]), Group("bad", [0.1, 0.2, 0.3])])
    assert list(figure.layout.yaxis.ticktext) == ["bad", "good"]
    seeds, means = figure.data
    assert sorted(zip(seeds.y, seeds.x, strict=True)) == [
        (0, 0.1), (0, 0.2), (0, 0.3), (1, 0.5), (1, 0.7)
    ]  # fmt: skip
    assert list(means.x) == pytest.approx([0.2, 0.6])
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(0.1, 0.3), (0.5, 0.7)]


def test_of_many_groups_the_best_are_drawn() -> None:
    groups = [Group(str(place), [place / 1_000]) for place in range(100)]
    names = list(make_seeds_figure(groups).layout.yaxis.ticktext)
    assert names == [str(place) for place in range(100 - MOST_GROUPS, 100)]


@pytest.mark.parametrize("kind", SCHEDULES)
def test_the_rate_over_the_epochs_is_the_schedules(kind: str) -> None:
    schedule = Schedule(kind, 0.5)
    (line,) = make_schedule_figure(schedule, 0.02, 4).data
    for epoch, rate in zip(line.x, line.y, strict=True):
        assert rate == pytest.approx(0.02 * schedule.factor(epoch, 4))
    assert (line.x[0], line.x[-1]) == (0, 4)

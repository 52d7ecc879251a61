"""The pictures of a sweep: what is drawn, not pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.figures.schedules import make_schedule_figure
from cnnlib.figures.sweeps import (
    MOST_GROUPS,
    MOST_TICKS,
    SCALE,
    Dimension,
    Group,
    is_spread_evenly_in_log,
    make_parallel_figure,
    make_seeds_figure,
)
from cnnlib.runs.schedules import SCHEDULES, Schedule
from tests.figures.test_theme import PAGES, SIGHT, cielab, contrast, linear_rgb


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


@given(st.lists(st.floats(1e-6, 10), min_size=1, max_size=40), st.booleans(), st.booleans())
def test_every_value_lies_within_its_axis_and_ticks_are_few(values, log, drawn) -> None:
    reached = [min(value / 10, 1) for value in values]
    (lines,) = make_parallel_figure([Dimension("x", values, log, drawn)], reached).data
    for axis in lines.dimensions:
        low, high = axis["range"]
        assert low < high
        assert all(low <= value <= high for value in axis["values"])
        assert 1 <= sum(map(bool, axis["ticktext"])) <= MOST_TICKS
        assert len(axis["tickvals"]) == len(axis["ticktext"])
        assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in axis["tickvals"])


def test_at_the_axis_of_drawn_numbers_stand_round_ones() -> None:
    sizes = [214.0, 172, 153, 121, 103, 88, 72, 52, 18]
    figure = make_parallel_figure(
        [Dimension("batch", sizes, True, True),
         Dimension("warmup", [0.13, 0.5, 1.87, 1, 1, 1, 1, 1, 1], False, True),
         Dimension("grid", sizes, True)],
        np.linspace(0.08, 0.13, 9, dtype=np.float32),
    )  # fmt: skip
    axes = figure.data[0].dimensions
    texts = [[text for text in axis["ticktext"] if text] for axis in axes]
    assert texts[0] == ["20", "50", "100", "200"]
    assert texts[1] == ["0.2", "0.4", "0.6", "0.8", "1", "1.2", "1.4", "1.6", "1.8"]
    assert texts[2] == [f"{size:g}" for size in sorted(sizes)]
    assert texts[3] == ["8%", "9%", "10%", "11%", "12%", "13%"]
    for axis in axes:  # Plotly draws an axis from its first tick to its last
        assert [axis["tickvals"][0], axis["tickvals"][-1]] == pytest.approx(axis["range"])


@pytest.mark.parametrize("sight", SIGHT)
def test_the_better_a_run_the_nearer_its_colour_to_the_best_ones(sight: str) -> None:
    """A blue between grey and orange would make good runs as grey as bad ones."""
    (_, low), (_, high) = SCALE
    ends = [np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) for color in (low, high)]
    colors = [ends[0] + (ends[1] - ends[0]) * share for share in np.linspace(0, 1, 6)]
    names = ["#" + "".join(f"{round(part):02x}" for part in color) for color in colors]
    seen = [cielab(SIGHT[sight] @ linear_rgb(name)) for name in names]
    away = [np.linalg.norm(color - seen[-1]) for color in seen]
    assert all(np.diff(away) < -8)
    assert min(contrast(name, PAGES[page]) for name in names for page in PAGES) >= 3


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

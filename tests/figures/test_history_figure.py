"""The history figure: what is drawn is what was given."""

import numpy as np
import plotly.graph_objects as go
import pytest

from cnnlib.figures.history import make_history_figure

EPOCHS = np.array([1.0, 2.0, 3.0])
HISTORY = {
    "loss": (np.array([0.5, 1.0, 1.5, 2.0]), np.array([2.0, 1.5, 1.2, 1.1])),
    "accuracy": (np.array([0.5, 1.0, 1.5]), np.array([0.1, 0.2, 0.3])),
    "epoch/loss": (EPOCHS, np.array([1.9, 1.4, 1.0])),
    "epoch/accuracy": (EPOCHS, np.array([0.2, 0.4, 0.5])),
    "epoch/val_loss": (EPOCHS, np.array([1.8, 1.3, 1.5])),
    "epoch/val_accuracy": (EPOCHS, np.array([0.3, 0.45, 0.4])),
}
BEST = "best validation"
CURVES = ["training, each step", "training, epoch mean", "validation"]


def panel(fig: go.Figure, number: int) -> dict[str, go.Scatter]:
    """The traces of one panel (1: loss, 2: accuracy) by name."""
    axis = "x" if number == 1 else f"x{number}"
    return {trace.name: trace for trace in fig.data if trace.xaxis == axis}


@pytest.mark.parametrize(("number", "metric"), [(1, "loss"), (2, "accuracy")])
def test_each_series_is_drawn_as_it_is(number: int, metric: str) -> None:
    traces = panel(make_history_figure(HISTORY), number)
    assert list(traces) == [*CURVES, BEST]
    names = (metric, f"epoch/{metric}", f"epoch/val_{metric}")
    for curve, name in zip(CURVES, names, strict=True):
        epochs, values = HISTORY[name]
        np.testing.assert_array_equal(traces[curve].x, epochs)
        np.testing.assert_array_equal(traces[curve].y, values)


@pytest.mark.parametrize(("number", "best"), [(1, (2.0, 1.3)), (2, (2.0, 0.45))])
def test_the_best_epoch_is_the_lowest_loss_and_the_highest_accuracy(
    number: int, best: tuple[float, float]
) -> None:
    star = panel(make_history_figure(HISTORY), number)[BEST]
    assert (star.x.tolist(), star.y.tolist()) == ([best[0]], [best[1]])


def test_nan_is_a_gap_and_never_the_best() -> None:
    values = np.array([np.nan, 1.3, np.nan])
    traces = panel(make_history_figure({"epoch/val_loss": (EPOCHS, values)}), 1)
    np.testing.assert_array_equal(traces["validation"].y, values)
    assert traces["validation"].connectgaps is False
    assert traces[BEST].y.tolist() == [1.3]


def test_only_nan_has_no_best() -> None:
    fig = make_history_figure({"epoch/val_loss": (EPOCHS, np.full(3, np.nan))})
    assert [trace.name for trace in fig.data] == ["validation"]


def test_the_legend_names_each_curve_once_and_switches_both_panels() -> None:
    fig = make_history_figure(HISTORY)
    named = [trace.name for trace in fig.data if trace.showlegend]
    assert sorted(named) == sorted([*CURVES, BEST])
    assert all(trace.legendgroup == trace.name for trace in fig.data)


def test_accuracy_alone_still_has_a_legend() -> None:
    fig = make_history_figure({"epoch/accuracy": HISTORY["epoch/accuracy"]})
    assert [trace.showlegend for trace in fig.data] == [True]


@pytest.mark.parametrize("history", [{}, {"loss": ([], [])}])
def test_an_empty_history_says_so(history: dict[str, tuple[list[float], list[float]]]) -> None:
    fig = make_history_figure(history)
    assert len(fig.data) == 0
    assert fig.layout.annotations[0].text == "No points were recorded."


def test_the_title_is_shown() -> None:
    assert make_history_figure(HISTORY, title="Run 7").layout.title.text == "Run 7"


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"history\['loss'\].*\(2,\) and \(3,\)"):
        make_history_figure({"loss": ([1, 2], [1, 2, 3])})

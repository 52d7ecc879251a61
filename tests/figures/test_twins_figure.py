import numpy as np

from cnnlib.figures.twins import TWIN_COLORS, make_twins_figure

HISTORY = {
    "epoch/loss": (np.array([1.0, 2.0]), np.array([2.0, 1.5])),
    "epoch/val_loss": (np.array([1.0, 2.0]), np.array([2.1, np.nan])),
    "epoch/accuracy": (np.array([1.0, 2.0]), np.array([0.25, 0.5])),
    "epoch/val_accuracy": (np.array([1.0, 2.0]), np.array([0.2, 0.4])),
}


def test_each_twin_has_a_colour_and_a_mark_of_its_own_in_both_charts() -> None:
    fig = make_twins_figure([("A", HISTORY), ("B", {})])
    names = ["A, validation", "A, training", "B, validation", "B, training"]
    assert [trace.name for trace in fig.data if trace.showlegend] == names
    looks = {(t.name[0], t.line.color, t.marker.symbol) for t in fig.data}
    assert looks == {("A", TWIN_COLORS[0], "circle"), ("B", TWIN_COLORS[1], "diamond")}
    accuracy = [t for t in fig.data if t.name == "A, validation" and t.yaxis == "y2"]
    assert list(accuracy[0].y) == [0.2, 0.4]
    assert list(accuracy[0].x) == [1.0, 2.0]


def test_there_is_no_tick_between_two_epochs() -> None:
    assert make_twins_figure([("A", HISTORY), ("B", HISTORY)]).layout.xaxis.dtick == 1
    long = {"epoch/loss": (np.arange(1.0, 21.0), np.ones(20))}
    assert make_twins_figure([("A", long), ("B", long)]).layout.xaxis.dtick is None

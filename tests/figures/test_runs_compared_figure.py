"""Runs in one picture: twelve can be told apart by anybody, and each says which it is."""

import itertools

import numpy as np
import pytest

from cnnlib.figures.runs_compared import (
    LETTERS,
    LOOKS,
    MOST,
    CostPoint,
    Line,
    make_curves_figure,
    make_scatter_figure,
)
from tests.figures.test_theme import PAGES, SIGHT, cielab, contrast, linear_rgb

X = np.arange(1.0, 6.0)


def test_there_is_a_look_and_a_letter_for_each() -> None:
    assert len(LOOKS) == len(set(LOOKS)) == len(LETTERS) == MOST == 12


@pytest.mark.parametrize("sight", SIGHT)
def test_lines_of_one_dash_have_colours_that_anybody_tells_apart(sight: str) -> None:
    for (color, dash), (other, other_dash) in itertools.combinations(LOOKS, 2):
        points = [cielab(SIGHT[sight] @ linear_rgb(c)) for c in (color, other)]
        assert dash != other_dash or np.linalg.norm(points[0] - points[1]) >= 23


@pytest.mark.parametrize("page", PAGES)
def test_every_line_stands_out(page: str) -> None:
    assert min(contrast(color, PAGES[page]) for color, _ in LOOKS) >= 3


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("log_x", [False, True])
def test_letters_stand_at_the_ends_and_do_not_meet(log, log_x) -> None:
    lines = [Line(i, f"run {i}", X, np.full(5, 0.5 + i / 1000)) for i in range(11)]
    lines.append(Line(11, "far away", X / 5, np.full(5, 2.0)))
    figure = make_curves_figure(lines, metric="loss", axis="epochs", log=log, log_x=log_x)
    notes = figure.layout.annotations
    assert sorted(note.text for note in notes) == [f"<b>{letter}</b>" for letter in LETTERS]
    low, high = (np.log10([0.5, 2.0])) if log else (0.5, 2.0)
    places = {n.text: (n.x, 300 * (n.y - low) / (high - low) + n.yshift) for n in notes}
    assert places["<b>A</b>"][0] == (np.log10(5) if log_x else 5)
    for (x, y), (other_x, other_y) in itertools.combinations(places.values(), 2):
        assert abs(x - other_x) > 0.2 or abs(y - other_y) > 13.9


def test_a_gap_is_a_gap_and_a_letter_stands_at_the_last_known_point() -> None:
    y = np.array([1.0, np.nan, 3.0, 2.0, np.nan])
    figure = make_curves_figure([Line(3, "a", X, y)], metric="loss", axis="epochs")
    assert figure.data[0].connectgaps is False
    (note,) = figure.layout.annotations
    assert (note.x, note.y) == (4, 2)


def test_a_band_goes_along_the_highest_and_back_along_the_lowest() -> None:
    line = Line(1, "mean", X, X, X - 1, X + 1)
    band, mean = make_curves_figure([line], metric="loss", axis="epochs").data
    np.testing.assert_array_equal(band.x, [*X, *X[::-1]])
    np.testing.assert_array_equal(band.y, [*(X + 1), *(X - 1)[::-1]])
    assert band.fill == "toself"
    np.testing.assert_array_equal(mean.y, X)


def test_names_are_no_html() -> None:
    line = Line(0, '<b onclick="x">&', X, X, link='training?run="><script>')
    figure = make_curves_figure([line], metric="accuracy", axis="epochs")
    assert figure.data[0].name == "A · &lt;b onclick=&quot;x&quot;&gt;&amp;"
    assert "<script>" not in figure.layout.annotations[0].text
    scatter = make_scatter_figure([CostPoint("<i>", 5, 0.5)], cost="parameters")
    assert scatter.data[0].text == ("&lt;i&gt;",)


def test_without_points_it_says_so() -> None:
    for lines in ([], [Line(0, "a", X, np.full(5, np.nan))]):
        figure = make_curves_figure(lines, metric="loss", axis="epochs")
        assert [note.text for note in figure.layout.annotations] == ["No points yet."]


@pytest.mark.parametrize("log", [False, True])
def test_each_run_is_a_point_and_the_chosen_have_letters(log) -> None:
    points = [CostPoint("a", 10, 0.2), CostPoint("b", 1000, 0.5, 1, "training?run=b"),
              CostPoint("c", 100_000, 0.6, 0)]  # fmt: skip
    figure = make_scatter_figure(points, cost="parameters", log=log)
    found = {(x, y) for trace in figure.data for x, y in zip(trace.x, trace.y, strict=True)}
    assert found == {(10, 0.2), (1000, 0.5), (100_000, 0.6)}
    letters = {note.x: note.text for note in figure.layout.annotations}
    at = (3, 5) if log else (1000, 100_000)
    assert 'href="training?run=b"' in letters[at[0]]
    assert letters[at[1]] == "<b>A</b>"
    if log:
        low, high = figure.layout.xaxis.range
        assert low < 1 < 5 < high
    assert not make_scatter_figure([], cost="parameters", log=log).data

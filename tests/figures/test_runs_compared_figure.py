"""Runs in one picture: twelve can be told apart by anybody, and each says which it is."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.figures.letters import LETTERS
from cnnlib.figures.runs_compared import (
    HEIGHT,
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


def read_letters(text: str) -> str:
    return "".join(re.findall("<b>(.)</b>", text))


def find_letters(figure) -> dict[str, tuple[float, float, float]]:
    """Of each letter: where it is along x, its height in pixels, and its line's."""
    margin, axis = figure.layout.margin, figure.layout.yaxis
    low, high = axis.autorangeoptions.clipmin, axis.autorangeoptions.clipmax
    assert list(axis.autorangeoptions.include) == [low, high], "the ends, whatever is drawn"
    if axis.type == "log":
        low, high = np.log10([low, high])
    pixels = HEIGHT - margin.t - margin.b
    found = {}
    for note in figure.layout.annotations:
        at = pixels * (note.y - low) / (high - low)
        found[read_letters(note.text)] = (note.x, at + note.yshift, at)
    return found


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("log_x", [False, True])
def test_letters_stand_at_the_ends_and_do_not_meet(log, log_x) -> None:
    lines = [Line(i, f"run {i}", X, np.full(5, 0.5 + i / 1000)) for i in range(11)]
    lines.append(Line(11, "far away", X / 5, np.full(5, 2.0)))
    figure = make_curves_figure(lines, metric="loss", axis="epochs", log=log, log_x=log_x)
    places = find_letters(figure)
    assert "".join(sorted(places)) == LETTERS
    assert places["A"][0] == (np.log10(5) if log_x else 5)
    for (x, y, _), (other_x, other_y, _) in itertools.combinations(places.values(), 2):
        assert abs(x - other_x) > 0.2 or abs(y - other_y) > 13


ENDS = st.lists(st.sampled_from([0.06, 0.08, 0.115, 0.12, 0.125, 0.5]), min_size=1, max_size=12)


@given(ENDS, st.booleans(), st.booleans())
def test_letters_of_like_runs_stay_in_the_picture_near_their_ends(ends, log, spread) -> None:
    """Runs of one sweep often end at just the same accuracy."""
    lines = [
        Line(i, "", X, np.full(5, y), *([np.full(5, y / 2), np.full(5, 2 * y)] if spread else []))
        for i, y in enumerate(ends)
    ]
    places = find_letters(make_curves_figure(lines, metric="accuracy", axis="epochs", log=log))
    heights = sorted(height for _, height, _ in places.values())
    assert 0 <= heights[0] <= heights[-1] <= HEIGHT - 12 - 44
    assert all(np.diff(heights) > 13)
    # Twelve letters take 168 pixels: none has to go further from its end than they all together.
    assert all(abs(height - at) < 14 * len(ends) for _, height, at in places.values())
    ordered = sorted(places, key=lambda letter: places[letter][1])
    assert [ends[LETTERS.index(letter)] for letter in ordered] == sorted(ends)


def test_a_letter_alone_stands_at_its_end_and_equal_ones_around_it() -> None:
    lines = [Line(0, "", X, X), *(Line(i, "", X, 3 + 0 * X) for i in (1, 2, 3))]
    places = find_letters(make_curves_figure(lines, metric="loss", axis="epochs"))
    assert places["A"][1] == places["A"][2]
    shifts = {letter: height - at for letter, (_, height, at) in places.items()}
    assert [shifts[letter] for letter in "BCD"] == pytest.approx([14, 0, -14])


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
    assert (read_letters(letters[at[1]]), "href" in letters[at[1]]) == ("A", False)
    if log:
        low, high = figure.layout.xaxis.range
        assert low < 1 < 5 < high
    assert not make_scatter_figure([], cost="parameters", log=log).data


@pytest.mark.parametrize(("cost", "row", "side"), [(10, "ACD", "left"), (1e6, "DCA", "right")])
def test_letters_of_points_that_lie_together_stand_in_a_row(cost, row, side) -> None:
    """Stacked, they would say that some runs reached more; and they go where there is room."""
    points = [CostPoint("", 1e6, 0.0), CostPoint("", 10, 1.0), CostPoint("", cost, 0.5, 0),
              CostPoint("", 1.1 * cost, 0.51, 2), CostPoint("", cost, 0.5, 3),
              CostPoint("", cost, 0.7, 1)]  # fmt: skip
    notes = make_scatter_figure(points, cost="parameters").layout.annotations
    assert [(read_letters(note.text), note.xanchor) for note in notes] == [(row, side), ("B", side)]
    assert notes[0].y == pytest.approx(0.503, abs=0.001)
    assert notes[0].x == pytest.approx(np.log10(1.1 * cost if side == "left" else cost))


def test_lines_of_one_picture_are_drawn_alike() -> None:
    lines = [Line(i, "", np.arange(n), np.arange(n) / n) for i, n in enumerate((5, 31))]
    assert {trace.mode for trace in make_curves_figure(lines, metric="loss", axis="x").data} == {
        "lines"
    }

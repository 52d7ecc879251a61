"""Fields and growth as drawn: the geometry is that of the numbers given."""

import numpy as np
import pytest

from cnnlib.figures.counting import make_multiplications_figure, make_parameter_growth_figure
from cnnlib.figures.receptive_field import NestedField, make_nested_fields_figure
from cnnlib.ops.counting import count_stack_multiplications

IMAGE = np.zeros((32, 32, 3), np.uint8)
FIELDS = [NestedField("conv", (8, 10), (4, 6)), NestedField("pool", (-4, 13), (-1, 16))]


def test_boxes_stand_where_the_fields_are() -> None:
    figure = make_nested_fields_figure(IMAGE, 224, FIELDS)
    _, frame, last, first = figure.data
    assert (min(frame.x), max(frame.x), min(frame.y), max(frame.y)) == (-0.5, 223.5, -0.5, 223.5)
    assert (min(first.x), max(first.x), min(first.y), max(first.y)) == (3.5, 6.5, 7.5, 10.5)
    assert (min(last.x), max(last.x), min(last.y), max(last.y)) == (-1.5, 16.5, -4.5, 13.5)
    assert (last.name, first.name) == ("pool: 18 × 18 pixels", "conv: 3 × 3 pixels")
    assert last.line.width > first.line.width


@pytest.mark.parametrize("size", [32, 224, 227])
def test_the_picture_fills_the_frame(size: int) -> None:
    picture = make_nested_fields_figure(IMAGE, size, []).data[0]
    assert picture.x0 - picture.dx / 2 == pytest.approx(-0.5)
    assert picture.x0 + picture.dx * 31.5 == pytest.approx(size - 0.5)
    assert picture.y0 + picture.dy * 31.5 == pytest.approx(size - 0.5)


def test_nothing_that_is_drawn_is_cut_off_and_rows_run_downwards() -> None:
    layout = make_nested_fields_figure(IMAGE, 10, FIELDS).layout
    assert layout.xaxis.range[0] < -4.5
    assert layout.xaxis.range[1] > 16.5
    assert layout.yaxis.range[0] > 16.5
    assert layout.yaxis.range[1] < -4.5


def test_a_grey_image_is_drawn_too() -> None:
    picture = make_nested_fields_figure(np.zeros((8, 8, 1), np.uint8), 8, FIELDS).data[0]
    assert np.asarray(picture.z).shape == (8, 8, 3)


def test_the_curves_of_the_multiplications_and_where_they_meet() -> None:
    sizes = np.arange(5, 17)
    curves = {
        name: np.array([count_stack_multiplications(int(size), kernels) for size in sizes])
        for name, kernels in {"two 3×3": (3, 3), "one 5×5": (5,)}.items()
    }
    figure = make_multiplications_figure(sizes, curves, (10, 900), marked=12)
    small, large, meeting = figure.data
    np.testing.assert_array_equal(small.y, 18 * sizes**2 - 108 * sizes + 180)
    np.testing.assert_array_equal(large.y, 25 * sizes**2 - 200 * sizes + 400)
    assert (meeting.x, meeting.y) == ((10,), (900,))
    assert meeting.name == "the same at 10 × 10: 900"
    assert figure.layout.shapes[0].x0 == 12


def test_the_growth_of_parameters() -> None:
    figure = make_parameter_growth_figure([8, 16], {"conv": [10, 10], "dense": [65, 257]})
    assert [(trace.name, trace.y) for trace in figure.data] == [
        ("conv", (10, 10)),
        ("dense", (65, 257)),
    ]
    assert figure.layout.yaxis.type == "log"
    assert not figure.layout.shapes

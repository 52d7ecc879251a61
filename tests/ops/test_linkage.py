"""A linkage by itself: its cells, and the sums it tells."""

import numpy as np

from cnnlib.ops.linkage import Linkage, Tap, link_all, link_one_to_one
from cnnlib.ops.windows import slide


def test_cells_of_a_window_with_padding():
    rows = slide(3, 2, padding="same", weight_step=2)
    columns = slide(2, 2, padding="same")
    linkage = Linkage((3, 2, 1), (rows, columns, link_one_to_one(1)))
    assert linkage.output_shape == (3, 2, 1)
    cells = linkage.cells((2, 0, 0))
    assert cells == [((2, 0, 0), 0), ((2, 1, 0), 1), ((3, 0, 0), 2), ((3, 1, 0), 3)]
    assert [linkage.holds(index) for index, _ in cells] == [True, True, False, False]
    assert not linkage.holds((-1, 0, 0))


def test_apply_with_a_kernel_and_a_bias():
    linkage = Linkage((2, 1), (slide(2, 2, padding="same", weight_step=1), link_one_to_one(1)))
    values = np.array([[1], [2]], np.float32)
    out = linkage.apply(values, np.array([3, 5], np.float32), np.array([100], np.float32))
    np.testing.assert_array_equal(out, [[3 + 10 + 100], [6 + 100]])


def test_apply_with_weights_of_its_own_and_with_none():
    axes = ((((Tap(0), Tap(1)), (Tap(1),), ())),)
    values = np.array([1, 10], np.float32)
    np.testing.assert_array_equal(Linkage((2,), axes).apply(values), [11, 10, 0])
    weights = np.array([[0.5, 0.5], [2, 0], [0, 0]], np.float32)
    np.testing.assert_array_equal(Linkage((2,), axes, weights).apply(values), [5.5, 20, 0])


def test_axis_helpers():
    assert link_one_to_one(2, weight_step=3) == (((0, 0),), ((1, 3),))
    assert link_all(2, 2, source_step=2, place_step=1) == (
        ((0, 0), (1, 2)),
        ((0, 1), (1, 3)),
    )

"""The kernel library: classic at 3×3, sensible at every size."""

from itertools import product

import numpy as np
import pytest

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution import split_rank_one
from cnnlib.ops.kernels import COLOUR_MIXES, KERNELS, make_kernel


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("identity", [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
        ("sharpen", [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
        ("sobel_x", [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
        ("sobel_y", [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
        ("laplacian", [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
        ("emboss", [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
        ("gaussian", np.outer([1, 2, 1], [1, 2, 1]) / 16),
        ("box", np.full((3, 3), 1 / 9)),
    ],
)
def test_classic_three_by_three(name, numbers):
    np.testing.assert_allclose(KERNELS[name].make(3), numbers, rtol=1e-6)


def test_sobel_of_other_sizes():
    np.testing.assert_array_equal(KERNELS["sobel_x"].make(2), [[-1, 1], [-1, 1]])
    np.testing.assert_array_equal(KERNELS["sobel_x"].make(1, 3), [[-1, 0, 1]])
    five = split_rank_one(KERNELS["sobel_x"].make(5))
    np.testing.assert_array_equal(five.column, [1, 4, 6, 4, 1])
    np.testing.assert_array_equal(five.row, [-1, -2, 0, 2, 1])


@pytest.mark.parametrize("recipe", KERNELS.values(), ids=KERNELS)
def test_every_size(recipe):
    assert recipe.title
    assert recipe.description.endswith(".")
    for rows, columns in product(range(1, 8), repeat=2):
        if not recipe.fits(rows, columns):
            with pytest.raises(OperatorError, match=f"at least .*Received: {rows} × {columns}"):
                recipe.make(rows, columns)
            continue
        kernel = recipe.make(rows, columns)
        assert kernel.shape == (rows, columns)
        assert kernel.dtype == np.float32
        if recipe.name != "random":
            total = 1 if recipe.keeps_brightness else 0
            assert kernel.sum() == pytest.approx(total, abs=1e-5)


def test_random_is_small_whole_and_repeatable():
    kernel = KERNELS["random"].make(7, seed=3)
    assert set(np.unique(kernel)) <= {-2, -1, 0, 1, 2}
    np.testing.assert_array_equal(kernel, KERNELS["random"].make(7, seed=3))
    assert (kernel != KERNELS["random"].make(7, seed=4)).any()


def test_a_layer_begins_with_the_named_kernel_and_goes_on_through_the_library():
    kernel, titles = make_kernel("box", 3, 2, len(KERNELS) + 1)
    assert kernel.shape == (3, 3, 2, len(KERNELS) + 1)
    assert kernel.dtype == np.float32
    assert titles[:2] == ["Box blur", "Gaussian blur"]
    assert len(set(titles)) == len(KERNELS)
    assert titles[-1] == titles[0]
    np.testing.assert_array_equal(kernel[..., 0, :], kernel[..., 1, :])
    # What keeps the brightness keeps it over both channels together.
    assert kernel[..., 0].sum() == pytest.approx(1)
    np.testing.assert_array_equal(
        make_kernel("sobel_x", 3, 2, 1)[0][:, :, 1, 0], KERNELS["sobel_x"].make(3)
    )


def test_columns_and_rows():
    kernel, titles = make_kernel("sobel_y", (3, 1), 1, 9)
    np.testing.assert_array_equal(kernel[:, 0, 0, 0], [-1, 0, 1])
    assert "Sobel, left to right" not in titles


def test_one_by_one_mixes_channels():
    kernel, titles = make_kernel("sobel_x", 1, 3, 4)
    assert kernel.shape == (1, 1, 3, 4)
    assert titles == ["Grey", "Red", "Red − green", "Blue − yellow"]
    assert sum(COLOUR_MIXES["Grey"]) == pytest.approx(1)
    kernel, titles = make_kernel("box", (1, 1), 4, 6)
    np.testing.assert_array_equal(kernel[0, 0, :, 0], [0.25] * 4)
    assert titles[5] == "Channel 1 − 2"
    np.testing.assert_array_equal(kernel[0, 0, :, 5], [1, -1, 0, 0])
    assert make_kernel("box", 1, 1, 2)[1] == ["The same", "Negative"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("blur", 3, 1, 1), "kernel must be one of sobel_x, .*Received: 'blur'"),
        (("sobel_x", (3, 1), 1, 1), "kernel_size must be at least 1 × 2"),
        (("box", 0, 1, 1), "rows must be"),
        (("box", 3, 0, 1), "in_channels must be"),
        (("box", 3, 1, 0), "out_channels must be"),
    ],
)
def test_errors(arguments, words):
    with pytest.raises(OperatorError, match=words):
        make_kernel(*arguments)

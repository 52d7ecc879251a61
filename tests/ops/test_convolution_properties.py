"""Fast operators against their readable twins, and linkages against both, over drawn settings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.ops import convolution as c
from tests.ops.convolution_draws import OPERATORS, conv2d, draw_numbers

few = settings(deadline=None, max_examples=60)


@pytest.mark.parametrize("name", OPERATORS)
@few
@given(data=st.data())
def test_fast_operator_equals_its_naive_twin(name, data):
    operator = OPERATORS[name]
    arrays, options = data.draw(operator.arguments)
    fast, naive = operator.fast(*arrays, **options), operator.naive(*arrays, **options)
    assert fast.dtype == np.float32
    np.testing.assert_array_equal(fast, naive)


@pytest.mark.parametrize("name", OPERATORS)
@few
@given(data=st.data())
def test_stages_tell_how_the_output_came_about(name, data):
    """What is drawn, cell by cell, is what is computed: stage by stage and in the end."""
    operator = OPERATORS[name]
    (x, *kernels), options = data.draw(operator.arguments)
    stages = operator.stages(x[0], *kernels, **options)
    grid = x[0]
    for stage in stages:
        assert stage.linkage.input_shape == grid.shape
        assert stage.linkage.output_shape == stage.output.shape
        np.testing.assert_array_equal(
            stage.linkage.apply(grid, stage.kernel, stage.bias), stage.output
        )
        grid = stage.output
    np.testing.assert_array_equal(grid, operator.fast(x, *kernels, **options)[0])


@few
@given(arguments=conv2d(), data=st.data())
def test_matrix_is_the_convolution_and_its_transpose_the_transposed_one(arguments, data):
    (_, kernel), options = arguments
    options = {name: options[name] for name in ("strides", "padding")}
    small = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    y = draw_numbers(data.draw, 1, *small, kernel.shape[-1])
    big = c.conv2d_transpose(y, kernel, **options)
    matrix = c.make_convolution_matrix(big.shape[1:], kernel, **options)
    np.testing.assert_array_equal(matrix.T @ y.ravel(), big.ravel())
    forward = c.conv2d(big, kernel, **options)
    np.testing.assert_array_equal(matrix @ big.ravel(), forward.ravel())
    assert forward.shape == y.shape


@few
@given(arguments=conv2d(grouped=True))
def test_counted_macs_are_the_taps_of_the_linkage(arguments):
    (x, kernel), options = arguments
    bias = options.pop("bias")
    linkage = c.link_conv2d(x.shape[1:], kernel.shape, **options)
    cost = c.count_conv2d(kernel.shape, linkage.output_shape, use_bias=bias is not None)
    taps = sum(len(linkage.cells(cell)) for cell in np.ndindex(*linkage.output_shape))
    assert cost.macs == taps
    assert cost.params == kernel.size + (0 if bias is None else bias.size)


@few
@given(
    before=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    after=st.tuples(st.integers(0, 2), st.integers(0, 2)),
    data=st.data(),
)
def test_padding_linkage_is_the_padded_image(before, after, data):
    image = draw_numbers(data.draw, 2, 3, 2)
    linkage = c.link_padding(image.shape, before, after)
    np.testing.assert_array_equal(linkage.apply(image), c.pad_image(image, before, after))


@few
@given(share=st.integers(1, 3), groups=st.integers(1, 4), made=st.integers(1, 3), data=st.data())
def test_reach_is_where_a_change_of_an_input_channel_arrives(share, groups, made, data):
    channels, middle = share * groups, made * groups
    first = np.ones((1, 1, share, middle), np.float32)
    second = np.ones((1, 1, made, middle), np.float32)
    shuffled = data.draw(st.booleans())
    step = c.shuffled_grouped_conv2d if shuffled else c.conv2d
    units = np.eye(channels, dtype=np.float32).reshape(channels, 1, 1, channels)
    arrived = c.conv2d(step(units, first, groups=groups), second, groups=groups)
    reach = c.compose_reach(
        c.compute_reach(channels, middle, groups, shuffled=shuffled),
        c.compute_reach(middle, middle, groups),
    )
    np.testing.assert_array_equal(reach, (arrived[:, 0, 0, :] > 0).T)


@few
@given(data=st.data(), rows=st.integers(1, 5), columns=st.integers(1, 5))
def test_rank_one_split_misses_what_it_says(data, rows, columns):
    kernel = draw_numbers(data.draw, rows, columns)
    split = c.split_rank_one(kernel)
    energy = (kernel.astype(np.float64) ** 2).sum()
    missed = ((kernel - split.approximation.astype(np.float64)) ** 2).sum()
    assert 0 <= split.residual < 1
    assert missed == pytest.approx(split.residual * energy, abs=1e-5 * max(energy, 1))
    np.testing.assert_allclose(np.outer(split.column, split.row), split.approximation)


@few
@given(data=st.data(), rows=st.integers(1, 5), columns=st.integers(1, 5))
def test_split_of_whole_factors_is_exact_and_whole(data, rows, columns):
    kernel = np.outer(draw_numbers(data.draw, rows), draw_numbers(data.draw, columns))
    split = c.split_rank_one(kernel)
    assert split.residual == 0
    np.testing.assert_array_equal(split.approximation, kernel)
    np.testing.assert_array_equal(split.row, split.row.round())

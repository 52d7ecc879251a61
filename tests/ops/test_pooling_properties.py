"""Pooling over drawn settings: fast against naive, linkages against both, gradients and slopes."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.ops import pooling as p
from tests.ops.convolution_draws import draw_numbers

few = settings(deadline=None, max_examples=30)
fewer = settings(deadline=None, max_examples=12)  # slow ones


@st.composite
def pooled(draw):
    """x (images, rows, columns, channels), whole numbers from -3 to 3, and settings that fit it."""
    padding = draw(st.sampled_from(["valid", "same"]))
    size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    strides = draw(st.none() | st.tuples(st.integers(1, 4), st.integers(1, 4)))
    low = [k if padding == "valid" else 1 for k in size]
    sizes = [draw(st.integers(least, least + 4)) for least in low]
    x = draw_numbers(draw, draw(st.integers(1, 2)), *sizes, draw(st.integers(1, 2)))
    return x, size, {"strides": strides, "padding": padding}


def distinct(x):
    """The same shape with no two numbers alike, so that order is never in doubt; steps of 1."""
    rng = np.random.default_rng(int(abs(x).sum()))
    return rng.permutation(x.size).reshape(x.shape).astype(np.float32)


def measure_slopes(function, x, upstream, step):
    """The gradient of (function(x) · upstream) by x, by central differences."""
    slopes = np.zeros(x.shape)
    for cell in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[cell] += step
        down[cell] -= step
        change = function(up).astype(float) - function(down)
        slopes[cell] = (change * upstream).sum() / (2 * step)
    return slopes


MIXED = {"alpha": 0.25}
OMEGA = (np.arange(16, dtype=np.float32).reshape(4, 4) - 7) / 16
PLAIN = ("max", "avg", "median", "mixed")


def get(name, form):
    """The functions of one operator, all called as f(x, size, **settings)."""
    function = getattr(p, form.format(name))
    return partial(function, **MIXED) if name == "mixed" else function


@pytest.mark.parametrize("name", PLAIN)
@few
@given(arguments=pooled())
def test_fast_operator_equals_its_naive_twin(name, arguments):
    x, size, options = arguments
    fast = get(name, "{}_pool2d")(x, size, **options)
    assert fast.dtype == np.float32
    naive = get(name, "{}_pool2d_naive")(x, size, **options)
    np.testing.assert_allclose(fast, naive, rtol=0, atol=0 if name in ("max", "median") else 1e-6)


@few
@given(arguments=pooled())
def test_gated_pooling_equals_its_naive_twin(arguments):
    x, size, options = arguments
    omega = OMEGA[: size[0], : size[1]]
    fast = p.gated_pool2d(x, omega, **options)
    assert fast.dtype == np.float32
    np.testing.assert_allclose(fast, p.gated_pool2d_naive(x, omega, **options), atol=1e-5)


@few
@given(arguments=pooled(), training=st.booleans(), seed=st.integers(0, 99))
def test_stochastic_pooling_equals_its_naive_twin(arguments, training, seed):
    x, size, options = arguments
    fast = p.stochastic_pool2d(x, size, rng=seed, training=training, **options)
    rng = np.random.default_rng(seed)
    naive = p.stochastic_pool2d_naive(x, size, rng=rng, training=training, **options)
    assert fast.dtype == np.float32
    np.testing.assert_allclose(fast, naive, atol=0 if training else 1e-6)
    of_relu = p.stochastic_pool2d(np.maximum(x, 0), size, rng=seed, training=training, **options)
    np.testing.assert_array_equal(fast, of_relu)


@few
@given(arguments=pooled(), levels=st.lists(st.integers(1, 5), min_size=1, max_size=3))
def test_whole_image_pooling_equals_its_naive_twin(arguments, levels):
    x, _, _ = arguments
    np.testing.assert_array_equal(p.global_max_pool2d(x), p.global_max_pool2d_naive(x))
    np.testing.assert_allclose(p.global_avg_pool2d(x), p.global_avg_pool2d_naive(x), atol=1e-6)
    for mode in ("max", "avg"):
        fast = p.spatial_pyramid_pool(x, levels, mode)
        assert fast.shape == (len(x), sum(level**2 for level in levels) * x.shape[-1])
        naive = p.spatial_pyramid_pool_naive(x, levels, mode)
        np.testing.assert_allclose(fast, naive, atol=1e-6)


@few
@given(
    arguments=pooled(),
    clusters=st.integers(1, 4),
    alpha=st.sampled_from([0.1, 0.5]),
    data=st.data(),
)
def test_descriptors_equal_their_naive_twins(arguments, clusters, alpha, data):
    x, _, _ = arguments
    centers = draw_numbers(data.draw, clusters, x.shape[-1])
    steps = p.netvlad_steps(x, centers, alpha=alpha)
    fast = p.netvlad(x, centers, alpha=alpha)
    assert fast.dtype == np.float32
    np.testing.assert_array_equal(fast, steps.output)
    if np.linalg.norm(steps.residuals, axis=-1).min() > 0.01:  # shorter ones are blown-up rounding
        np.testing.assert_allclose(fast, p.netvlad_naive(x, centers, alpha=alpha), atol=2e-4)
    other = draw_numbers(data.draw, *x.shape[:3], data.draw(st.integers(1, 3)))
    for y in (None, other):
        made = p.bilinear_pool(x, y)
        assert made.dtype == np.float32
        np.testing.assert_allclose(made, p.bilinear_pool_naive(x, y), atol=1e-5)


@few
@given(arguments=pooled(), seed=st.integers(0, 99))
def test_unpooling_equals_its_naive_twin_and_transposes_the_pooling(arguments, seed):
    x, size, options = arguments
    small, switches = p.max_pool2d_with_switches(x, size, **options)
    np.testing.assert_array_equal(small, p.max_pool2d(x, size, **options))
    np.testing.assert_array_equal(switches, p.max_pool2d_switches_naive(x, size, **options))
    drawn = p.stochastic_pool2d_with_switches(x, size, rng=seed, **options)
    upstream = np.random.default_rng(seed).integers(-3, 4, small.shape).astype(np.float32)
    for places in (switches, drawn.switches):
        big = p.max_unpool2d(upstream, places, x.shape[1:3])
        naive = p.max_unpool2d_naive(upstream, places, x.shape[1:3])
        np.testing.assert_array_equal(big, naive)
        np.testing.assert_allclose(
            (x * big).sum(), (p.max_unpool2d_gradient(x, places) * upstream).sum()
        )
    unpooled = p.max_unpool2d(upstream, switches, x.shape[1:3])
    np.testing.assert_array_equal(unpooled, p.max_pool2d_gradient(x, upstream, size, **options))
    np.testing.assert_array_equal(p.max_unpool2d_gradient(x, switches), small)


@few
@given(arguments=pooled())
def test_average_unpooling_equals_its_naive_twin(arguments):
    x, size, options = arguments
    means = p.avg_pool2d(x, size, **options)
    shape = {"output_shape": x.shape[1:3]}
    big = p.avg_unpool2d(means, size, **shape, **options)
    assert big.dtype == np.float32
    naive = p.avg_unpool2d_naive(means, size, **shape, **options)
    np.testing.assert_allclose(big, naive, atol=1e-5)
    if options["strides"] is None:
        np.testing.assert_allclose(p.avg_pool2d(big, size, **options), means, atol=1e-5)
    back = p.avg_unpool2d_gradient(x, size, **options)
    np.testing.assert_allclose((big * x).sum(), (means * back).sum(), atol=1e-3)


def draw_stages(x, size, options, seed):
    """(stage, the output it must have) of every windowed and every whole-image operator."""
    image, drawn = x[0], {"rng": seed}
    omega = OMEGA[: size[0], : size[1]]
    for name in PLAIN:
        yield (
            get(name, "stage_{}_pool2d")(image, size, **options),
            get(name, "{}_pool2d")(x, size, **options),
        )
    yield p.stage_gated_pool2d(image, omega, **options), p.gated_pool2d(x, omega, **options)
    for training in (True, False):
        mode = {"training": training, **options}
        yield (
            p.stage_stochastic_pool2d(image, size, **drawn, **mode),
            p.stochastic_pool2d(x[:1], size, **drawn, **mode),
        )
    for name in ("avg", "max"):
        whole = getattr(p, f"global_{name}_pool2d")(x, keepdims=True)
        yield getattr(p, f"stage_global_{name}_pool2d")(image), whole
        for level in (1, 3):
            vector = p.spatial_pyramid_pool(x, (level,), name)
            yield (
                p.stage_spatial_pyramid_level(image, level, name),
                vector.reshape(len(x), level, level, -1),
            )


@fewer
@given(arguments=pooled(), seed=st.integers(0, 99))
def test_stages_tell_how_the_output_came_about(arguments, seed):
    """What is drawn, cell by cell and with weights, is what is computed."""
    x, size, options = arguments
    for [stage], output in draw_stages(x, size, options, seed):
        assert stage.kernel is None
        assert stage.linkage.input_shape == x.shape[1:]
        assert stage.linkage.output_shape == stage.output.shape
        np.testing.assert_array_equal(stage.output, output[0])
        np.testing.assert_allclose(stage.linkage.apply(x[0]), stage.output, atol=1e-5)
        weights = stage.linkage.weights
        assert weights.dtype == np.float32
        assert (weights >= 0).all()
        if stage.name != "Stochastic pooling":
            np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
        for number, output_cell in enumerate(np.ndindex(*stage.output.shape)):
            cells = stage.linkage.cells(output_cell)
            assert not weights[number, len(cells) :].any()
            for tap, (source, _) in enumerate(cells):
                assert stage.linkage.holds(source) or weights[number, tap] == 0


@few
@given(arguments=pooled(), seed=st.integers(0, 99))
def test_unpooling_stages_tell_how_the_output_came_about(arguments, seed):
    x, size, options = arguments
    shape = x.shape[1:3]
    for small, switches in (
        p.max_pool2d_with_switches(x, size, **options),
        p.stochastic_pool2d_with_switches(x, size, rng=seed, **options),
    ):
        [stage] = p.stage_max_unpool2d(small[0], switches[0], shape, size, **options)
        np.testing.assert_array_equal(stage.output, p.max_unpool2d(small, switches, shape)[0])
        np.testing.assert_array_equal(stage.linkage.apply(small[0]), stage.output)
        [stage] = p.stage_avg_unpool2d(small[0], size, output_shape=shape, **options)
        np.testing.assert_array_equal(
            stage.output, p.avg_unpool2d(small, size, output_shape=shape, **options)[0]
        )
        np.testing.assert_allclose(stage.linkage.apply(small[0]), stage.output, atol=1e-5)


@few
@given(arguments=pooled(), seed=st.integers(0, 99), data=st.data())
def test_way_back_is_the_gradient(arguments, seed, data):
    x, size, options = arguments
    x = x[:1]
    small, switches = p.stochastic_pool2d_with_switches(x, size, rng=seed, **options)
    upstream = draw_numbers(data.draw, *small.shape)
    for name in PLAIN:
        [stage] = get(name, "stage_{}_pool2d")(x[0], size, **options)
        gradient = get(name, "{}_pool2d_gradient")(x, upstream, size, **options)
        [back] = p.stage_way_back(stage, upstream[0])
        assert back.linkage.input_shape == stage.output.shape
        wanted = gradient.x if name == "mixed" else gradient
        np.testing.assert_allclose(back.output, wanted[0], atol=1e-5)
    [stage] = p.stage_stochastic_pool2d(x[0], size, rng=seed, **options)
    gradient = p.stochastic_pool2d_gradient(x, upstream, size, switches=switches, **options)
    np.testing.assert_allclose(p.stage_way_back(stage, upstream[0])[0].output, gradient[0])
    np.testing.assert_array_equal(gradient, p.max_unpool2d(upstream, switches, x.shape[1:3]))


@pytest.mark.parametrize("name", PLAIN)
@fewer
@given(arguments=pooled(), data=st.data())
def test_gradient_is_the_slope(name, arguments, data):
    """No two cells are alike, and they move by too little to pass each other: no corners."""
    x, size, options = arguments
    x = distinct(x)
    run, gradient = get(name, "{}_pool2d"), get(name, "{}_pool2d_gradient")
    upstream = draw_numbers(data.draw, *run(x, size, **options).shape)
    ours = gradient(x, upstream, size, **options)
    slopes = measure_slopes(lambda each: run(each, size, **options), x, upstream, 0.25)
    np.testing.assert_allclose(ours.x if name == "mixed" else ours, slopes, atol=2e-3)
    if name == "mixed":
        ends = [p.mixed_pool2d(x, size, alpha=alpha, **options) for alpha in (0, 1)]
        change = ((ends[1] - ends[0]) * upstream).sum(dtype=float)
        assert ours.alpha == pytest.approx(change, abs=1e-3)


@fewer
@given(arguments=pooled(), data=st.data())
def test_gated_gradient_is_the_slope(arguments, data):
    x, size, options = arguments
    x, omega = distinct(x) / x.size, OMEGA[: size[0], : size[1]]
    upstream = draw_numbers(data.draw, *p.gated_pool2d(x, omega, **options).shape)
    ours = p.gated_pool2d_gradient(x, upstream, omega, **options)
    step = 0.25 / x.size
    by_x = measure_slopes(lambda each: p.gated_pool2d(each, omega, **options), x, upstream, step)
    np.testing.assert_allclose(ours.x, by_x, atol=1e-2)
    by_omega = measure_slopes(
        lambda each: p.gated_pool2d(x, each, **options), omega, upstream, 0.03
    )
    np.testing.assert_allclose(ours.omega, by_omega, atol=1e-2)
    gates = p.compute_gates(x, omega, **options)
    ends = p.avg_pool2d(x, size, **options), p.max_pool2d(x, size, **options)
    np.testing.assert_allclose(
        gates * ends[1] + (1 - gates) * ends[0], p.gated_pool2d(x, omega, **options), atol=1e-6
    )


@fewer
@given(arguments=pooled(), data=st.data())
def test_gradient_of_the_stochastic_mean_is_the_slope(arguments, data):
    x, size, options = arguments
    x = np.where(x == 0, np.float32(1), x)  # at 0 the mean has a corner
    run = partial(p.stochastic_pool2d, pool_size=size, training=False, **options)
    upstream = draw_numbers(data.draw, *run(x).shape)
    ours = p.stochastic_pool2d_gradient(x, upstream, size, **options)
    np.testing.assert_allclose(ours, measure_slopes(run, x, upstream, 0.01), atol=1e-2)


@fewer
@given(
    arguments=pooled(), levels=st.lists(st.integers(1, 3), min_size=1, max_size=2), data=st.data()
)
def test_whole_image_gradients_are_the_slopes(arguments, levels, data):
    x = distinct(arguments[0][:1, :3, :4, :1])
    for mode in ("max", "avg"):
        run = getattr(p, f"global_{mode}_pool2d")
        upstream = draw_numbers(data.draw, len(x), x.shape[-1])
        gradient = getattr(p, f"global_{mode}_pool2d_gradient")
        ours = gradient(x, upstream)
        np.testing.assert_array_equal(ours, gradient(x, upstream[:, None, None]))
        np.testing.assert_allclose(ours, measure_slopes(run, x, upstream, 0.25), atol=1e-3)
        pyramid = partial(p.spatial_pyramid_pool, levels=levels, mode=mode)
        upstream = draw_numbers(data.draw, *pyramid(x).shape)
        ours = p.spatial_pyramid_pool_gradient(x, upstream, levels, mode)
        np.testing.assert_allclose(ours, measure_slopes(pyramid, x, upstream, 0.25), atol=2e-3)


@few
@given(data=st.data(), seed=st.integers(0, 99))
def test_drawn_cells_come_from_their_windows_with_their_probabilities(data, seed):
    x, size, options = data.draw(pooled())
    chances = p.compute_probabilities(x, size, **options)
    totals = chances.sum(axis=0)
    drawn = p.stochastic_pool2d_with_switches(x, size, rng=seed, **options)
    np.testing.assert_array_equal(drawn.switches < 0, totals == 0)
    np.testing.assert_allclose(totals[totals > 0], 1, atol=1e-6)
    np.testing.assert_array_equal(drawn.output, p.max_unpool2d_gradient(x, drawn.switches))
    assert (drawn.output[drawn.switches >= 0] > 0).all()

"""Shapes, cases computed by hand, linkages and errors of the pooling operators."""

import numpy as np
import pytest

from cnnlib.errors import OperatorError
from cnnlib.ops import pooling as p
from cnnlib.ops.pooling.norms import normalize, normalize_gradient


def grid(rows):
    """One image of one channel."""
    return np.array(rows, np.float32)[None, :, :, None]


def ones(*shape):
    return np.ones(shape, np.float32)


NOTES = grid([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]])
ROW = grid([[1, 5, 2, 4, 3]])


def test_the_notes_example():
    np.testing.assert_array_equal(p.max_pool2d(NOTES)[0, :, :, 0], [[6, 8], [3, 4]])
    np.testing.assert_array_equal(p.avg_pool2d(NOTES)[0, :, :, 0], [[3.25, 5.25], [2, 2]])
    np.testing.assert_array_equal(p.median_pool2d(NOTES)[0, :, :, 0], [[3, 5.5], [2, 2]])
    mixed = p.mixed_pool2d(NOTES, alpha=0.25)[0, :, :, 0]
    np.testing.assert_array_equal(mixed, [[3.9375, 5.9375], [2.25, 2.5]])
    np.testing.assert_array_equal(p.global_max_pool2d(NOTES), [[8]])
    np.testing.assert_array_equal(p.global_avg_pool2d(NOTES), [[3.125]])
    pyramid = p.spatial_pyramid_pool(NOTES, (1, 2))
    np.testing.assert_array_equal(pyramid, [[8, 6, 8, 3, 4]])


@pytest.mark.parametrize("name", ["max", "avg", "median", "stochastic"])
@pytest.mark.parametrize(
    ("x", "settings", "out"),
    [
        ((2, 4, 4, 3), {}, (2, 2, 2, 3)),
        ((1, 5, 5, 1), {}, (1, 2, 2, 1)),
        ((1, 5, 5, 1), {"padding": "same"}, (1, 3, 3, 1)),
        ((1, 5, 7, 1), {"pool_size": 3, "strides": 2}, (1, 2, 3, 1)),
        ((1, 5, 7, 2), {"pool_size": 2, "strides": 1, "padding": "same"}, (1, 5, 7, 2)),
        ((1, 6, 6, 1), {"pool_size": (2, 3)}, (1, 3, 2, 1)),
        ((1, 6, 6, 1), {"pool_size": (2, 3), "strides": (3, 1)}, (1, 2, 4, 1)),
        ((1, 2, 2, 1), {"pool_size": 5, "padding": "same"}, (1, 1, 1, 1)),
        ((0, 4, 4, 3), {}, (0, 2, 2, 3)),
    ],
)
def test_shapes(name, x, settings, out):
    assert getattr(p, f"{name}_pool2d")(ones(*x), **settings).shape == out
    if x[0]:
        linkage = getattr(p, f"link_{name}_pool2d")(ones(*x[1:]), **settings)
        assert linkage.output_shape == out[1:]


@pytest.mark.parametrize(
    ("name", "settings", "out"),
    [
        ("max", {}, [5, 4]),
        ("max", {"strides": (1, 1)}, [5, 5, 4, 4]),
        ("max", {"padding": "same"}, [5, 4, 3]),
        ("max", {"pool_size": (1, 3), "strides": (1, 2)}, [5, 4]),
        ("avg", {"padding": "same"}, [3, 3, 3]),
        ("avg", {"pool_size": (1, 3), "strides": (1, 2), "padding": "same"}, [3, 11 / 3, 3.5]),
        ("median", {"pool_size": (1, 3), "strides": (1, 1)}, [2, 4, 3]),
        ("median", {"pool_size": (1, 3), "strides": (1, 1), "padding": "same"}, [3, 2, 4, 3, 3.5]),
    ],
)
def test_windows_of_a_row(name, settings, out):
    settings = {"pool_size": (1, 2), **settings}
    made = getattr(p, f"{name}_pool2d")(ROW, **settings).ravel()
    np.testing.assert_allclose(made, np.float32(out))


def test_padding_never_wins_and_is_never_counted():
    below = -ones(1, 3, 3, 1)
    for name in ("max", "avg", "median"):
        made = getattr(p, f"{name}_pool2d")(below, 2, padding="same")
        np.testing.assert_array_equal(made, -ones(1, 2, 2, 1))
    lowest = np.full((1, 3, 3, 1), -np.inf, np.float32)
    linkage = p.link_max_pool2d(lowest[0], 3, strides=1, padding="same")
    assert linkage.cells((0, 0, 0))[linkage.weights[0].argmax()][0] == (0, 0, 0)
    highest = p.median_pool2d(-lowest, 3, strides=1, padding="same")
    np.testing.assert_array_equal(highest, -lowest)


def test_gradients_of_a_row():
    upstream = grid([[1, 10]])
    size = (1, 2)
    np.testing.assert_array_equal(
        p.max_pool2d_gradient(ROW, upstream, size).ravel(), [0, 1, 0, 10, 0]
    )
    np.testing.assert_array_equal(
        p.avg_pool2d_gradient(ROW, upstream, size).ravel(), [0.5, 0.5, 5, 5, 0]
    )
    overlap = grid([[1, 10, 100, 1000]])
    np.testing.assert_array_equal(
        p.max_pool2d_gradient(ROW, overlap, size, strides=1).ravel(), [0, 11, 0, 1100, 0]
    )
    three = grid([[1, 10, 100]])
    np.testing.assert_array_equal(
        p.median_pool2d_gradient(ROW, three, (1, 3), strides=1).ravel(), [0, 0, 1, 10, 100]
    )
    mixed = p.mixed_pool2d_gradient(ROW, upstream, size, alpha=0.5)
    np.testing.assert_array_equal(mixed.x.ravel(), [0.25, 0.75, 2.5, 7.5, 0])
    assert mixed.alpha == 1 * (5 - 3) + 10 * (4 - 3)


def test_of_equal_cells_the_first_wins():
    equal, one = ones(1, 2, 2, 1), ones(1, 1, 1, 1)
    np.testing.assert_array_equal(p.max_pool2d_gradient(equal, one).ravel(), [1, 0, 0, 0])
    np.testing.assert_array_equal(p.global_max_pool2d_gradient(equal, [[1]]).ravel(), [1, 0, 0, 0])
    np.testing.assert_array_equal(p.max_pool2d_with_switches(equal).switches.ravel(), [0])
    np.testing.assert_array_equal(p.median_pool2d_gradient(equal, one).ravel(), [0, 0.5, 0.5, 0])


def test_weights_of_a_linkage():
    image = NOTES[0]
    np.testing.assert_array_equal(
        p.link_max_pool2d(image).weights,
        [[0, 0, 0, 1], [0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 1]],
    )
    np.testing.assert_array_equal(p.link_avg_pool2d(image).weights, np.full((4, 4), 0.25))
    np.testing.assert_array_equal(p.link_median_pool2d(image).weights[0], [0, 0.5, 0.5, 0])
    mixed = p.link_mixed_pool2d(image, alpha=0.5).weights
    np.testing.assert_array_equal(mixed[0], [0.125, 0.125, 0.125, 0.625])
    corner = p.link_avg_pool2d(ROW[0], (1, 2), padding="same")
    assert [source for source, _ in corner.cells((0, 2, 0))] == [(0, 4, 0), (0, 5, 0)]
    np.testing.assert_array_equal(corner.weights[2], [1, 0])
    shares = p.link_stochastic_pool2d(grid([[1, 3], [0, -4]])[0]).weights
    np.testing.assert_array_equal(shares, [[0.25, 0.75, 0, 0]])


def test_channels_stay_apart():
    x = np.stack([NOTES[..., 0], -NOTES[..., 0]], axis=-1)
    np.testing.assert_array_equal(p.max_pool2d(x)[0, 0, 0], [6, -1])
    np.testing.assert_array_equal(p.max_pool2d_with_switches(x).switches[0, 0, 0], [10, 1])


def test_stochastic_pooling():
    x = grid([[1, 3, 0, 0], [0, 0, 0, -2]])
    mean = p.stochastic_pool2d(x, training=False)
    np.testing.assert_array_equal(mean.ravel(), [(1 * 1 + 3 * 3) / 4, 0])
    drawn = p.stochastic_pool2d_with_switches(x, rng=0)
    assert drawn.switches.ravel()[1] == -1
    many = np.repeat(x, 4000, axis=0)
    outputs = p.stochastic_pool2d(many, rng=1)
    assert set(np.unique(outputs[:, 0, 0, 0])) == {1, 3}
    assert (outputs[:, 0, 0, 0] == 3).mean() == pytest.approx(0.75, abs=0.02)
    assert not outputs[:, 0, 1].any()
    gradient = p.stochastic_pool2d_gradient(x, grid([[4, 4]]))
    np.testing.assert_array_equal(
        gradient[0, :, :, 0], [[2 - 2.5, 6 - 2.5, 0, 0], [-2.5 * 0, 0, 0, 0]]
    )
    training = p.stochastic_pool2d_gradient(x, grid([[4, 4]]), switches=[[[[1], [-1]]]])
    np.testing.assert_array_equal(training.ravel(), [0, 4, 0, 0, 0, 0, 0, 0])


def test_the_lowest_draw_takes_no_cell_without_a_share():
    class Lowest(np.random.Generator):
        def random(self, size):
            return np.zeros(size)

    x = grid([[0, 0], [2, 1]])
    assert p.stochastic_pool2d(x, rng=Lowest(np.random.PCG64())).ravel() == [2]


def test_a_generator_moves_on_and_a_seed_does_not():
    x, rng = np.arange(1, 65, dtype=np.float32).reshape(1, 8, 8, 1), np.random.default_rng(3)
    first, second = (p.stochastic_pool2d(x, rng=rng) for _ in range(2))
    assert (first != second).any()
    np.testing.assert_array_equal(first, p.stochastic_pool2d(x, rng=3))
    assert (p.stochastic_pool2d(x) != p.stochastic_pool2d(x)).any()


def test_gate_opens_for_the_max_with_the_windows_product():
    x, mask = grid([[2, 4]]), np.array([[0, 1]], np.float32)
    gate = 1 / (1 + np.exp(-4))
    np.testing.assert_allclose(p.compute_gates(x, mask).ravel(), [gate], rtol=1e-6)
    np.testing.assert_allclose(p.gated_pool2d(x, mask).ravel(), [3 + gate], rtol=1e-6)
    np.testing.assert_array_equal(p.gated_pool2d(x, 0 * mask).ravel(), [3.5])


def test_pyramid_bins_overlap_rather_than_leave_cells_out():
    """Bins of 5 cells at level 2: 0-2 and 2-4; at level 4 of 3 cells: 0, 0-1, 1-2, 2."""
    row = p.spatial_pyramid_pool(ROW, (2,), "avg").ravel()
    np.testing.assert_allclose(row, np.float32([8 / 3, 3] * 2))
    small = p.spatial_pyramid_pool(grid([[1, 2, 9]]), (4,)).reshape(4, 4)
    np.testing.assert_array_equal(small, [[1, 2, 9, 9]] * 4)
    first, second = p.link_spatial_pyramid_pool(ROW[0], (1, 2))
    assert (first.output_shape, second.output_shape) == ((1, 1, 1), (2, 2, 1))
    assert [source for source, _ in second.cells((0, 1, 0))] == [(0, 2, 0), (0, 3, 0), (0, 4, 0)]


def test_global_shapes():
    x = ones(2, 3, 4, 5)
    for run in (p.global_avg_pool2d, p.global_max_pool2d):
        assert run(x).shape == (2, 5)
        assert run(x, keepdims=True).shape == (2, 1, 1, 5)
    assert p.spatial_pyramid_pool(x).shape == (2, 21 * 5)
    assert p.spatial_pyramid_pool(ones(2, 9, 7, 5)).shape == (2, 21 * 5)


def test_unpooling():
    small, switches = p.max_pool2d_with_switches(NOTES)
    np.testing.assert_array_equal(switches.ravel(), [5, 7, 8, 15])
    np.testing.assert_array_equal(
        p.max_unpool2d(small, switches, 4)[0, :, :, 0],
        [[0, 0, 0, 0], [0, 6, 0, 8], [3, 0, 0, 0], [0, 0, 0, 4]],
    )
    np.testing.assert_array_equal(
        p.avg_unpool2d(grid([[1, 2]]))[0, :, :, 0], [[1, 1, 2, 2], [1, 1, 2, 2]]
    )
    overlap = p.avg_unpool2d(grid([[1, 3]]), (1, 3), strides=(1, 2)).ravel()
    np.testing.assert_array_equal(overlap, [1, 1, 2, 3, 3])
    apart = p.avg_unpool2d(grid([[1, 3]]), (1, 1), strides=(1, 2), output_shape=(1, 4)).ravel()
    np.testing.assert_array_equal(apart, [1, 0, 3, 0])
    assert p.avg_unpool2d(ones(1, 2, 3, 1), 3, strides=2, padding="same").shape == (1, 4, 6, 1)
    assert p.avg_unpool2d(ones(1, 2, 3, 1), 3, strides=2).shape == (1, 5, 7, 1)
    peak, places = p.max_pool2d_with_switches(grid([[1, 9, 1]]), (1, 2), strides=1)
    np.testing.assert_array_equal(p.max_unpool2d(peak, places, (1, 3)).ravel(), [0, 18, 0])
    back = p.avg_unpool2d_gradient(grid([[1, 2, 4, 8, 16]]), (1, 3), strides=(1, 2)).ravel()
    np.testing.assert_array_equal(back, [1 + 2 + 2, 2 + 8 + 16])


def test_netvlad():
    """Two places, two centres far apart: each place counts for the near one."""
    x = np.array([[3, 0], [0, 14]], np.float32).reshape(1, 1, 2, 2)
    steps = p.netvlad_steps(x, [[0, 0], [0, 10]], alpha=1.0)
    np.testing.assert_allclose(steps.assignment[0, 0], [[1, 0], [0, 1]], atol=1e-6)
    np.testing.assert_allclose(steps.residuals[0], [[3, 0], [0, 4]], atol=1e-5)
    np.testing.assert_allclose(steps.intra[0], [[1, 0], [0, 1]], atol=1e-6)
    np.testing.assert_allclose(steps.output[0], np.sqrt([0.5, 0, 0, 0.5]), atol=1e-6)
    even = p.netvlad_steps(x, [[0, 0], [0, 10]], assignment_weights=np.zeros((2, 2)))
    np.testing.assert_array_equal(even.assignment, np.full((1, 1, 2, 2), 0.5))
    np.testing.assert_array_equal(even.residuals[0], [[1.5, 7], [1.5, -3]])
    bias = {"assignment_weights": np.zeros((2, 2)), "assignment_bias": np.log([1, 3])}
    np.testing.assert_allclose(
        p.netvlad_steps(x, [[0, 0], [0, 10]], **bias).assignment[0, 0], [[0.25, 0.75]] * 2,
        rtol=1e-6,
    )  # fmt: skip
    np.testing.assert_array_equal(p.netvlad(0 * x, [[0, 0]]), [[0, 0]])


def test_a_vector_shorter_than_the_floor_is_only_scaled():
    short = np.array([[3e-7, 4e-7]], np.float32)
    np.testing.assert_allclose(normalize(short), [[0.3, 0.4]], rtol=1e-6)
    upstream = np.array([[1, 2]], np.float32)
    np.testing.assert_allclose(normalize_gradient(short, upstream), upstream * 1e6, rtol=1e-6)


def test_bilinear():
    x = np.array([[1, -2], [1, 0]], np.float32).reshape(1, 1, 2, 2)
    steps = p.bilinear_pool_steps(x)
    np.testing.assert_array_equal(steps.products[0], [[2, -2], [-2, 4]])
    np.testing.assert_allclose(
        steps.roots[0], np.float32([[2**0.5, -(2**0.5)], [-(2**0.5), 2]]), rtol=1e-6
    )
    np.testing.assert_allclose(steps.output[0], steps.roots.ravel() / 10**0.5, rtol=1e-6)
    y = np.array([3, 1], np.float32).reshape(1, 1, 2, 1)
    np.testing.assert_array_equal(p.bilinear_pool_steps(x, y).products[0], [[4], [-6]])
    np.testing.assert_array_equal(p.bilinear_pool(0 * x), [[0, 0, 0, 0]])
    gradient = p.bilinear_pool_gradient(0 * x, ones(1, 4))
    np.testing.assert_array_equal(gradient.x, 0 * x)
    assert gradient.y is None


X = NOTES
SWITCHES = p.max_pool2d_with_switches(X).switches
SMALL = p.max_pool2d(X)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: p.max_pool2d(X, 5), ["pool_size", "5 × 5", "4 × 4", "'same'", "pool_size=5"]),
        (lambda: p.max_pool2d(X, (2, 5)), ["pool_size", "2 × 5", "(2, 5)"]),
        (lambda: p.avg_pool2d(X, 0), ["pool_size", "from 1 up", "Received: 0"]),
        (lambda: p.avg_pool2d(X, 2, strides=0), ["strides", "from 1 up", "Received: 0"]),
        (lambda: p.median_pool2d(X, 2, padding="full"), ["padding", "'full'"]),
        (lambda: p.max_pool2d(X[0]), ["x must", "x[None]", "(4, 4, 1)"]),
        (lambda: p.link_max_pool2d(X), ["image must", "(1, 4, 4, 1)"]),
        (lambda: p.max_pool2d_gradient(X, X), ["upstream", "(1, 2, 2, 1)", "(1, 4, 4, 1)"]),
        (lambda: p.mixed_pool2d(X, alpha=1.5), ["alpha", "0 to 1", "1.5"]),
        (lambda: p.mixed_pool2d(X, alpha=True), ["alpha", "0 to 1", "True"]),
        (lambda: p.mixed_pool2d_gradient(X, SMALL, alpha=-0.1), ["alpha", "-0.1"]),
        (lambda: p.link_mixed_pool2d(X[0], alpha="much"), ["alpha", "'much'"]),
        (lambda: p.gated_pool2d(X, [1, 2]), ["omega", "window rows", "(2,)"]),
        (lambda: p.gated_pool2d(X, np.ones((0, 2))), ["omega", "(0, 2)"]),
        (lambda: p.stochastic_pool2d(X, rng="dice"), ["rng", "default_rng", "'dice'"]),
        (lambda: p.stochastic_pool2d(X, rng=-1), ["rng", "from 0 up", "-1"]),
        (lambda: p.spatial_pyramid_pool(X, ()), ["levels", "()"]),
        (lambda: p.spatial_pyramid_pool(X, (1, 0)), ["levels", "(1, 0)"]),
        (lambda: p.spatial_pyramid_pool(X, 2), ["levels", "Received: 2"]),
        (lambda: p.link_spatial_pyramid_pool(X[0], (2.0,)), ["levels", "(2.0,)"]),
        (lambda: p.spatial_pyramid_pool(X, mode="sum"), ["mode", "'avg'", "'sum'"]),
        (lambda: p.spatial_pyramid_pool_gradient(X, [[1]]), ["upstream", "(1, 21)", "(1, 1)"]),
        (lambda: p.global_max_pool2d_gradient(X, [[1, 2]]), ["upstream", "(1, 1)", "(1, 2)"]),
        (lambda: p.netvlad(X, [[1, 2]]), ["centers", "(K, 1)", "(1, 2)"]),
        (lambda: p.netvlad(X, np.zeros((0, 1))), ["centers", "(0, 1)"]),
        (lambda: p.netvlad(X, [[1]], alpha=0), ["alpha", "above 0", "Received: 0"]),
        (lambda: p.netvlad(X, [[1]], assignment_weights=[[1, 2]]), ["assignment_weights"]),
        (lambda: p.netvlad(X, [[1]], assignment_bias=[1, 2]), ["assignment_bias", "(2,)"]),
        (lambda: p.bilinear_pool(X, SMALL), ["y must", "places of x", "(1, 2, 2, 1)"]),
        (lambda: p.max_unpool2d(X, SWITCHES, 4), ["switches", "(1, 4, 4, 1)", "(1, 2, 2, 1)"]),
        (lambda: p.max_unpool2d(SMALL, SMALL, 4), ["switches", "whole numbers", "float32"]),
        (lambda: p.max_unpool2d(SMALL, SWITCHES, 3), ["switches", "0 to 8", "Received: 15"]),
        (lambda: p.max_unpool2d(SMALL, SWITCHES - 7, 4), ["switches", "Received: -2"]),
        (lambda: p.max_unpool2d(SMALL, SWITCHES, 0), ["output_shape", "Received: 0"]),
        (lambda: p.max_unpool2d_gradient(SMALL, SWITCHES), ["switches", "0 to 3"]),
        (lambda: p.link_max_unpool2d(SMALL[0], SWITCHES[0] * 0, 4), ["switches", "own windows"]),
        (lambda: p.avg_unpool2d(SMALL, output_shape=7), ["output_shape", "3 × 3", "2 × 2"]),
        (lambda: p.stage_way_back(p.stage_max_pool2d(X[0])[0], X[0]), ["upstream", "(2, 2, 1)"]),
    ],
)  # fmt: skip
def test_errors_name_the_argument_the_rule_and_the_value(call, words):
    with pytest.raises(OperatorError) as caught:
        call()
    for word in words:
        assert word in str(caught.value)
    assert "Received" in str(caught.value)


def test_switches_keep_to_their_channel():
    two = np.concatenate([X, X], axis=-1)
    small, switches = p.max_pool2d_with_switches(two)
    with pytest.raises(OperatorError, match="own channel"):
        p.max_unpool2d(small, switches[..., ::-1], 4)

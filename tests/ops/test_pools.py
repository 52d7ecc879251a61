"""Every kind of pooling tells the same story in its nodes, its output and its way back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.ops.patterns import make_pattern
from cnnlib.ops.pools import POOLS, Options, Pool

FLOAT = {"rtol": 1e-4, "atol": 1e-4}


@st.composite
def experiments(draw: st.DrawFn) -> tuple[Pool, Options, np.ndarray]:
    """A pooling, a setting that it allows, and an image of different numbers."""
    pool = POOLS[draw(st.sampled_from(sorted(POOLS)))]
    options = Options(
        pool_size=draw(st.integers(1, 3)),
        strides=draw(st.integers(1, 3)),
        padding=draw(st.sampled_from(["valid", "same"])),
        alpha=draw(st.floats(0, 1)),
        mode=draw(st.sampled_from(["max", "avg"])),
        levels=tuple(sorted(draw(st.sets(st.integers(1, 4), min_size=1)))),
        clusters=draw(st.integers(1, 3)),
        sharpness=draw(st.sampled_from([0.02, 0.5])),
        training=draw(st.booleans()),
        seed=draw(st.integers(0, 99)),
    )
    shape = (draw(st.integers(3, 6)), draw(st.integers(3, 6)), draw(st.integers(1, 3)))
    rng = np.random.default_rng(options.seed)
    x = rng.permutation(np.prod(shape)).reshape(shape).astype(np.float32)
    return pool, options, x / 10 - (1 if draw(st.booleans()) else 0)


def retell(first, nodes) -> None:
    """Each node's counted links, applied to what they read, give its values."""
    values = {**first, **{node.id: node.values for node in nodes}}
    for node in nodes:
        parts = [
            read.linkage.apply(values[read.source]) for read in node.reads if read.reading != "none"
        ]
        for read in node.reads:
            assert read.linkage.input_shape == values[read.source].shape
            assert read.linkage.output_shape == node.values.shape
        if parts:
            np.testing.assert_allclose(sum(parts), node.values, **FLOAT)


@settings(deadline=None, max_examples=150)
@given(experiments())
def test_nodes_and_linkages_tell_the_same_both_ways(experiment) -> None:
    pool, options, x = experiment
    weights = pool.make_weights(x, options)
    run = pool.run(x, weights, options)
    shown = x[..., None] if len(run.nodes[-1].axis_names) == 4 else x
    retell({"input": shown, **weights}, run.nodes)
    rng = np.random.default_rng(1)
    upstreams = {
        name: rng.normal(size=ones.shape).astype(np.float32)
        for name, ones in pool.make_upstreams(run).items()
    }
    back = pool.turn_back(run, upstreams)
    retell({"input": shown}, back.nodes)
    assert back.nodes[-1].values.size == x.size
    assert back.gradient.shape == run.given.shape
    assert back.upstream.shape == run.output.shape


@settings(deadline=None, max_examples=100)
@given(experiments())
def test_the_gradient_is_the_slope_of_the_output(experiment) -> None:
    """By central differences; cells differ by more than the step, so order is never in doubt."""
    pool, options, x = experiment
    if pool.name == "bilinear" and (x < 0).any():
        return  # the root's slope has no end near a product of 0
    if pool.name == "stochastic" and ((x <= 0).any() or options.training):
        return  # another cell might be drawn
    weights = pool.make_weights(x, options)
    run = pool.run(x, weights, options)
    if pool.name == "netvlad":
        residuals = {node.id: node.values for node in run.nodes}["residuals"]
        if np.linalg.norm(residuals, axis=2).min() < 0.5:
            return  # a direction turns sharply near 0
    ones = pool.make_upstreams(run)
    rng = np.random.default_rng(2)
    upstreams = {
        name: rng.normal(size=each.shape).astype(np.float32) for name, each in ones.items()
    }
    back = pool.turn_back(run, upstreams)
    step = 0.02
    cell = tuple(rng.integers(0, size) for size in x.shape)
    pair = []
    for change in (step, -step):
        moved = x.copy()
        moved[cell] += change
        pair.append(pool.run(moved, weights, options).output.astype(float))
    slope = ((pair[0] - pair[1]) * back.upstream).sum() / (2 * step)
    found = back.nodes[-1].values.reshape(x.shape)[cell]
    assert found == pytest.approx(slope, rel=0.05, abs=0.02)


def test_the_notes_example_both_ways() -> None:
    x = make_pattern("notes", 4, 4)
    average, largest = POOLS["average"], POOLS["max"]
    run = average.run(x, {}, Options())
    np.testing.assert_array_equal(run.output[..., 0], [[3.25, 5.25], [2, 2]])
    np.testing.assert_array_equal(average.turn_back(run, average.make_upstreams(run)).gradient,
                                  np.full((4, 4, 1), 0.25))  # fmt: skip
    run = largest.run(x, {}, Options())
    np.testing.assert_array_equal(run.output[..., 0], [[6, 8], [3, 4]])
    back = largest.turn_back(run, {"upstream": np.float32([[[1], [2]], [[3], [4]]])})
    winners = [[0, 0, 0, 0], [0, 1, 0, 2], [3, 0, 0, 0], [0, 0, 0, 4]]
    np.testing.assert_array_equal(back.gradient[..., 0], winners)


@pytest.mark.parametrize("name", POOLS)
def test_what_is_told_is_what_comes_out(name) -> None:
    pool, options = POOLS[name], Options(pool_size=2, strides=1, clusters=3)
    x = make_pattern("random", 5, 6, 2)
    run = pool.run(x, pool.make_weights(x, options), options)
    told = pool.explain(run)
    by_name = {formula.name: formula.result for formula in told.sizes}
    if "Vector length" in by_name:
        assert by_name["Vector length"] == run.output.size
    else:
        assert (by_name["Output height"], by_name["Output width"]) == run.output.shape[:2]
    learnt = sum(array.size for array in run.weights.values()) + (name == "mixed")
    assert (told.params.result if told.params else 0) == learnt


def test_probabilities_add_up_and_are_left_out_where_windows_overlap() -> None:
    pool, x = POOLS["stochastic"], make_pattern("notes", 4, 4)
    node = pool.run(x, {}, Options()).nodes[0]
    np.testing.assert_allclose(node.values[:2, :2, 0], np.array([[1, 1], [5, 6]]) / 13, rtol=1e-6)
    assert len(pool.run(x, {}, Options(pool_size=3, strides=2)).nodes) == 1

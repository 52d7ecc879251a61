"""Dropout: what stays, what it is worth, and what it comes to on average."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.errors import OperatorError
from cnnlib.ops import dropout as d

few = settings(deadline=None, max_examples=60)
rates = st.floats(0, 0.95)


@few
@given(rate=rates, seed=st.integers(0, 99), shape=st.lists(st.integers(0, 4), max_size=4))
def test_a_number_is_dropped_or_scaled(rate, seed, shape):
    x = np.random.default_rng(seed + 1).normal(size=shape).astype(np.float32)
    steps = d.dropout_steps(x, rate, rng=seed)
    assert steps.output.dtype == np.float32
    assert steps.output.shape == steps.mask.shape == x.shape
    assert steps.scale == 1 / (1 - rate)
    np.testing.assert_allclose(steps.output, np.where(steps.mask, x / (1 - rate), 0), rtol=1e-5)
    np.testing.assert_array_equal(steps.output, d.dropout(x, rate, rng=seed))
    np.testing.assert_array_equal(d.dropout_gradient(x, steps), steps.output)


@few
@given(rate=rates, seed=st.integers(0, 99))
def test_inference_and_rate_0_change_nothing(rate, seed):
    x = np.random.default_rng(seed).normal(size=(2, 3)).astype(np.float32)
    for steps in (d.dropout_steps(x, rate, training=False), d.dropout_steps(x, 0, rng=seed)):
        np.testing.assert_array_equal(steps.output, x)
        assert steps.output is not x
        assert steps.mask.all()
        assert steps.scale == 1


def test_the_share_that_is_dropped_is_the_rate():
    out = d.dropout(np.ones(40_000), 0.3, rng=0)
    assert (out == 0).mean() == pytest.approx(0.3, abs=0.01)
    np.testing.assert_allclose(np.unique(out), [0, 1 / 0.7], rtol=1e-6)


def test_a_generator_moves_on_and_a_seed_does_not():
    x, rng = np.ones(100), np.random.default_rng(3)
    first, second = d.dropout(x, 0.5, rng=rng), d.dropout(x, 0.5, rng=rng)
    assert (first != second).any()
    np.testing.assert_array_equal(first, d.dropout(x, 0.5, rng=3))
    assert (d.dropout(x, 0.5) != d.dropout(x, 0.5)).any()


def test_whole_channels():
    x = np.ones((20, 3, 4, 50), np.float32)
    out = d.spatial_dropout2d(x, 0.5, rng=0)
    np.testing.assert_array_equal(out, np.broadcast_to(out[:, :1, :1], x.shape))
    assert (out[:, 0, 0] == 0).mean() == pytest.approx(0.5, abs=0.05)
    np.testing.assert_array_equal(np.unique(out), [0, 2])
    np.testing.assert_array_equal(d.spatial_dropout2d(x, 0.5, training=False), x)


def test_mean_of_draws_comes_nearer_to_x():
    x = np.array([1, -2, 3], np.float32)
    means = list(d.mean_of_draws(x, 0.5, draws=4000, rng=0))
    assert len(means) == 4000
    assert means[0].dtype == np.float32
    rng = np.random.default_rng(0)
    singles = [d.dropout(x, 0.5, rng=rng) for _ in range(3)]
    np.testing.assert_array_equal(means[0], singles[0])
    np.testing.assert_allclose(means[2], np.mean(singles, axis=0), rtol=1e-6)
    error = np.abs(x) * (0.5 / 0.5 / 4000) ** 0.5  # the docstring's standard error
    assert (np.abs(means[-1] - x) < 4 * error).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: d.dropout([1], 1), ["rate", "not including, 1", ": 1."]),
        (lambda: d.dropout([1], -0.1), ["rate", "-0.1"]),
        (lambda: d.dropout([1], "half"), ["rate", "'half'"]),
        (lambda: d.dropout([1], True), ["rate", "True"]),
        (lambda: d.dropout([1], 1.0, training=False), ["rate", "1.0"]),
        (lambda: d.dropout("x", 0.5), ["x must", "str"]),
        (lambda: d.dropout([1], 0.5, rng="dice"), ["rng", "'dice'"]),
        (lambda: d.spatial_dropout2d([1], 0.5), ["x must", "(1,)"]),
        (lambda: d.mean_of_draws([1], 0.5, draws=0), ["draws", "from 1 up", ": 0."]),
        (lambda: d.mean_of_draws([1], 2, draws=3), ["rate", ": 2."]),
        (lambda: d.dropout_gradient([1], d.dropout_steps([1, 2], 0.5)), ["upstream", "(2)"]),
    ],
)
def test_errors_name_the_argument_the_rule_and_the_value(call, words):
    with pytest.raises(OperatorError) as caught:
        call()
    for word in [*words, "Received"]:
        assert word in str(caught.value)


@pytest.mark.keras
def test_keras_drops_and_scales_alike():
    """The same rule; which numbers fall is another generator's business."""
    import keras

    x = np.arange(1, 20_001, dtype=np.float32)
    for rate in (0.0, 0.2, 0.5, 0.9):
        theirs = np.asarray(keras.layers.Dropout(rate, seed=1)(x, training=True))
        ours = d.dropout(x, rate, rng=1)
        both = (theirs != 0) & (ours != 0)
        np.testing.assert_allclose(ours[both], theirs[both], rtol=1e-6)
        assert (theirs == 0).mean() == pytest.approx((ours == 0).mean(), abs=0.02)
        np.testing.assert_array_equal(keras.layers.Dropout(rate)(x, training=False), x)

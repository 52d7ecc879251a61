"""Batch normalisation by hand, its properties and its errors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.errors import OperatorError
from cnnlib.ops.normalization import batch_norm, batch_norm_gradient, batch_norm_steps

few = settings(deadline=None, max_examples=40)


@st.composite
def batches(draw):
    """(x, gamma, beta, moving mean, moving variance) with one to three axes before the channels."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    channels = draw(st.integers(1, 3))
    x = rng.normal(draw(st.sampled_from([0, 5])), 2, (*shape, channels)).astype(np.float32)
    vectors = rng.normal(size=(3, channels)).astype(np.float32)
    return x, *vectors, rng.uniform(0, 3, channels).astype(np.float32)


def test_by_hand():
    """Channel 0: mean 3, variance 4; channel 1: mean 10, variance 9."""
    x = np.array([[1, 7], [5, 13]], np.float32)
    steps = batch_norm_steps(
        x, [2, 1], [0, 100], moving_mean=[0, 0], moving_variance=[1, 1], momentum=0.9, epsilon=1e-9
    )
    np.testing.assert_array_equal(steps.mean, [3, 10])
    np.testing.assert_array_equal(steps.variance, [4, 9])
    np.testing.assert_allclose(steps.x_hat, [[-1, -1], [1, 1]])
    np.testing.assert_allclose(steps.output, [[-2, 99], [2, 101]])
    np.testing.assert_allclose(steps.moving_mean, [0.3, 1], rtol=1e-6)
    np.testing.assert_allclose(steps.moving_variance, [0.9 + 0.4, 0.9 + 0.9], rtol=1e-6)


def test_epsilon_stands_inside_the_root():
    x = np.array([[-1], [1]], np.float32)
    np.testing.assert_array_equal(batch_norm(x, [1], [0], epsilon=3), [[-0.5], [0.5]])
    np.testing.assert_allclose(batch_norm(x, [1], [0]), x / np.sqrt(np.float32(1.001)))
    assert not batch_norm(np.full((3, 2), 7), [1, 1], [0, 0]).any()


def test_inference_takes_the_moving_statistics_and_leaves_them():
    x = np.array([[1, 7], [5, 13]], np.float32)
    moving = {"moving_mean": [1, 3], "moving_variance": [3, 15], "epsilon": 1}
    steps = batch_norm_steps(x, [1, 1], [0, 0], training=False, **moving)
    np.testing.assert_array_equal(steps.output, [[0, 1], [2, 2.5]])
    np.testing.assert_array_equal(steps.mean, [1, 3])
    np.testing.assert_array_equal(steps.moving_mean, [1, 3])
    np.testing.assert_array_equal(steps.moving_variance, [3, 15])
    np.testing.assert_array_equal(
        steps.output, batch_norm(x, [1, 1], [0, 0], training=False, **moving)
    )


@few
@given(arguments=batches())
def test_each_channel_has_mean_0_and_variance_1_then_beta_and_gamma(arguments):
    x, gamma, beta, *_ = arguments
    steps = batch_norm_steps(x, gamma, beta, epsilon=1e-6)
    axes = tuple(range(x.ndim - 1))
    assert steps.output.dtype == steps.x_hat.dtype == np.float32
    assert (steps.moving_mean, steps.moving_variance) == (None, None)
    if x.size > x.shape[-1]:
        np.testing.assert_allclose(steps.x_hat.mean(axis=axes), 0, atol=2e-3)
        share = steps.variance / (steps.variance + 1e-6)
        np.testing.assert_allclose(steps.x_hat.var(axis=axes), share, rtol=1e-3)
    np.testing.assert_array_equal(steps.output, batch_norm(x, gamma, beta, epsilon=1e-6))
    np.testing.assert_allclose(steps.output, gamma * steps.x_hat + beta, atol=1e-6)


@few
@given(arguments=batches(), training=st.booleans(), seed=st.integers(0, 99))
def test_gradient_is_the_slope(arguments, training, seed):
    x, gamma, beta, mean, variance = arguments
    upstream = np.random.default_rng(seed).normal(size=x.shape).astype(np.float32)
    options = {"training": training, "moving_mean": mean, "moving_variance": variance,
               "epsilon": 0.1}  # fmt: skip
    ours = batch_norm_gradient(x, upstream, gamma, **options)
    inputs = {"x": x, "gamma": gamma, "beta": beta}
    for name, value in inputs.items():
        slopes = np.zeros(value.shape)
        for cell in np.ndindex(value.shape):
            ends = []
            for step in (0.01, -0.01):
                moved = value.copy()
                moved[cell] += step
                made = batch_norm(**{**inputs, name: moved}, **options)
                ends.append((made.astype(float) * upstream).sum())
            slopes[cell] = (ends[0] - ends[1]) / 0.02
        np.testing.assert_allclose(getattr(ours, name), slopes, atol=2e-2, rtol=1e-2)


X = np.ones((2, 3, 3, 2), np.float32)
PAIR = [1, 1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: batch_norm(X, [1], PAIR), ["gamma", "(2)", "(1,)"]),
        (lambda: batch_norm(X, PAIR, 0), ["beta", "()"]),
        (lambda: batch_norm(X[0, 0, 0], PAIR, PAIR), ["x must", "(2,)"]),
        (lambda: batch_norm(X[:0], PAIR, PAIR), ["x must", "(0, 3, 3, 2)"]),
        (lambda: batch_norm("x", PAIR, PAIR), ["x must", "str"]),
        (lambda: batch_norm(X, PAIR, PAIR, epsilon=0), ["epsilon", "above 0", "0.001", ": 0."]),
        (lambda: batch_norm(X, PAIR, PAIR, epsilon=float("nan")), ["epsilon", "nan"]),
        (lambda: batch_norm(X, PAIR, PAIR, momentum=1.1), ["momentum", "1.1"]),
        (lambda: batch_norm(X, PAIR, PAIR, training=False), ["moving_mean", "training=False"]),
        (lambda: batch_norm(X, PAIR, PAIR, moving_mean=PAIR), ["a moving_mean, no moving_var"]),
        (
            lambda: batch_norm(X, PAIR, PAIR, moving_mean=PAIR, moving_variance=[1, -2]),
            ["moving_variance", "0 or more", "-2"],
        ),
        (
            lambda: batch_norm(X, PAIR, PAIR, moving_mean=[1], moving_variance=PAIR),
            ["moving_mean", "(1,)"],
        ),
        (lambda: batch_norm_gradient(X, X[0], PAIR), ["upstream", "(2, 3, 3, 2)", "(3, 3, 2)"]),
    ],
)
def test_errors_name_the_argument_the_rule_and_the_value(call, words):
    with pytest.raises(OperatorError) as caught:
        call()
    for word in [*words, "Received"]:
        assert word in str(caught.value)

"""Batch normalisation trained with and without `training`, by Keras itself."""

import numpy as np
import pytest

from cnnlib.backend.bn_demo import train_three
from cnnlib.errors import RunError
from cnnlib.runs.arrays import decode_array, encode_array

X = np.random.default_rng(0).normal(3, 2, (4, 2, 2, 2)).astype(np.float32)


def test_only_the_forgetful_model_stays_at_0_and_1() -> None:
    answer = train_three(encode_array(X), 0.5, 6)
    told = {
        name: [decode_array(model[key]) for key in ("moving_mean", "moving_variance")]
        for name, model in answer["models"].items()
    }
    left = 0.5 ** np.arange(7)[:, None]
    axes = (0, 1, 2)
    for name in ("functional", "mindful"):
        mean, variance = told[name]
        np.testing.assert_allclose(mean, (1 - left) * X.mean(axis=axes), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(variance, left + (1 - left) * X.var(axis=axes), rtol=1e-5)
    mean, variance = told["forgetful"]
    assert mean.shape == variance.shape == (7, 2)
    assert (mean == 0).all()
    assert (variance == 1).all()


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ((encode_array(X[0]), 0.9, 3), "axes"),
        ((encode_array(X), 1.5, 3), "momentum"),
        ((encode_array(X), "0.9", 3), "momentum"),
        ((encode_array(X), True, 3), "momentum"),
        ((encode_array(X), 0.9, 0), "steps"),
        ((encode_array(X), 0.9, 101), "steps"),
        ((encode_array(X), 0.9, True), "steps"),
        ((encode_array(X), 0.9, 3, -1), "seed"),
        (("x", 0.9, 3), "array"),
    ],
)
def test_a_question_that_is_none_is_refused(arguments, rule) -> None:
    with pytest.raises(RunError, match=rule):
        train_three(*arguments)

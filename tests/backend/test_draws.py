"""Keras' own dropout, counted."""

import numpy as np
import pytest

from cnnlib.backend.draws import draw_dropout
from cnnlib.errors import RunError
from cnnlib.runs.arrays import encode_array

X = np.array([[0, 1, 2], [-3, 0.5, 0]], np.float32)


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 0.9])
def test_as_many_fall_as_the_rate_says_and_the_others_are_scaled(rate) -> None:
    answer = draw_dropout(encode_array(X), rate, 4000)
    assert answer["values"] == 4 * 4000  # its two zeros are not counted
    margin = 5 * np.sqrt(rate * (1 - rate) / answer["values"])
    assert abs(answer["fallen"] / answer["values"] - rate) <= margin
    assert answer["max_difference"] <= 1e-5 * answer["scale"]
    assert answer["scale"] == pytest.approx(3 / (1 - rate))


@pytest.mark.parametrize(
    ("rate", "draws"), [(1.0, 5), (-0.1, 5), ("x", 5), (0.5, 0), (0.5, 10**7), (0.5, "y")]
)
def test_what_cannot_be_drawn_is_refused(rate, draws) -> None:
    with pytest.raises(RunError, match="must be"):
        draw_dropout(encode_array(X), rate, draws)

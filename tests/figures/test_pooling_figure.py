"""The draws of stochastic pooling as bars."""

import numpy as np

from cnnlib.figures.pooling import make_draws_figure


def test_each_value_has_its_probability_and_its_share() -> None:
    figure = make_draws_figure([0.5, 6.0], np.array([0.25, 0.75]), np.array([0.2, 0.8]))
    first, second = figure.data
    assert first.x == second.x == ("0.5", "6")
    assert list(first.y) == [0.25, 0.75]
    assert list(second.y) == [0.2, 0.8]
    assert figure.layout.xaxis.type == "category"  # a value is a name here, not a place

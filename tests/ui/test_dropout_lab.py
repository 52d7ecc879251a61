"""The dropout page's network and means, by other ways than its own."""

import numpy as np
import pytest

from cnnlib.ops.dropout import dropout
from cnnlib.ui.anatomy import Question
from cnnlib.ui.dropout.controls import list_places
from cnnlib.ui.dropout.lab import DRAWS, choose_shown, compute_means
from cnnlib.ui.dropout.network import make_network
from cnnlib.ui.dropout.views import describe_draws


def test_the_thinned_network_gives_what_dropout_gives() -> None:
    network = make_network()
    for example in range(5):
        mask = np.random.default_rng(example).random(8) < 0.6
        dropped = np.where(mask, network.hidden[example] * 2.5, 0)
        first, second = (call.weights[0] for call in network.make_thinned_calls(mask, 2.5))
        assert first.shape == (6, mask.sum())
        thinned = np.maximum(network.inputs[example] @ first, 0) @ second
        np.testing.assert_allclose(thinned, network.finish(dropped), rtol=1e-5)


def test_means_are_those_of_draws_one_after_another() -> None:
    values = np.array([[1, 2], [0, 4]], np.float32)
    means = compute_means(values, 0.3, 7, (3, 0))
    rng = np.random.default_rng(7)
    draws = np.array([dropout(values, 0.3, rng=rng) for _ in range(DRAWS)])
    for count, told, error in zip(means.counts, means.means, means.errors, strict=True):
        mean = draws[:count].mean(axis=0)
        np.testing.assert_allclose(told, [mean[1, 1], mean[0, 0]], rtol=1e-5)
        assert error == pytest.approx(np.abs(mean - values).mean(), rel=1e-4)
    assert means.counts[0] == 1
    assert means.counts[-1] == DRAWS


def test_the_expected_error_is_what_many_seeds_come_to() -> None:
    values = np.array([1, 2, 5, 9], np.float32)
    runs = [compute_means(values, 0.5, seed, (0,)) for seed in range(60)]
    late = runs[0].counts > 30  # where a mean is about normal
    measured = np.mean([run.errors for run in runs], axis=0)[late]
    np.testing.assert_allclose(measured, runs[0].expected[late], rtol=0.15)


def test_shown_cells_lie_well_apart_and_are_not_0() -> None:
    assert choose_shown(np.array([0, 3, 1, 2, 0], np.float32)) == (1, 3, 2)
    assert choose_shown(np.zeros(4, np.float32)) == ()
    assert choose_shown(np.array([0, 7], np.float32)) == (1,)


def test_a_guess_of_a_share_needs_two_decimals() -> None:
    question = Question("scale", 1 / 0.7)
    assert question.accepts(1.43)
    assert not question.accepts(1.44)
    assert not question.accepts(None)
    assert question.describe(question.answer) == "1.4286"
    assert not Question("rows", 3).accepts(3.004)


def test_the_count_of_keras_draws_is_said_with_its_margin() -> None:
    answer = {"keras": "3", "values": 10_000, "fallen": 2_050, "max_difference": 0.0}
    told = describe_draws(answer, 0.2)
    assert "2,050 of 10,000" in told
    assert "20.50%" in told
    assert "± 1.32%" in told  # 3.29 · √(0.2 · 0.8 / 10,000)


def test_places_are_those_of_the_networks() -> None:
    places = list_places().to_dict("records")
    assert {"network": "Baseline", "after": "max_pooling2d_1", "rate": 0.2} in places

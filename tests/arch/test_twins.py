"""Twins: whatever the order of the steps, two networks that differ in one of them."""

from itertools import permutations

import pytest

from cnnlib.arch.layers import Activation, Conv2D
from cnnlib.arch.spec import Spec
from cnnlib.arch.twins import (
    STEPS,
    compute_kept_share,
    find_equal_starts,
    list_differences,
    make_twins,
)
from cnnlib.errors import SpecError
from cnnlib.runs.networks import check_network

SHAPE, CLASSES = (32, 32, 3), 10
ORDERS = [("C", *rest) for n in range(5) for rest in permutations("BAPD", n)]


def read_letters(spec: Spec) -> str:
    """The CBAPD letters of the layers before the classifier."""
    return "".join(layer.role for layer in spec.layers[:-2])


@pytest.mark.parametrize("steps", ORDERS, ids="".join)
def test_every_order_has_twins_that_a_run_may_train(steps) -> None:
    letters = "".join(steps)
    differences = list_differences(steps)
    for name in differences:
        first, second = make_twins(steps, name, SHAPE, CLASSES)
        assert read_letters(first) == 2 * letters
        assert first.title == f"Twin A: {letters}"
        assert first.layers != second.layers, name
        assert (check_network(first).name, check_network(second).name) == ("twin-a", "twin-b")
        if name.startswith("toggle"):
            block = read_letters(second)[: len(read_letters(second)) // 2]
            assert read_letters(second) == 2 * block
            assert len(set(block) ^ set(letters)) == 1
            assert [s for s in block if s in letters] == [s for s in letters if s in block]
    assert {f"toggle-{step}" for step in "BAPD"} <= set(differences)
    assert ("exchange-AB" in differences) == ({"A", "B"} <= set(steps))
    assert ("sigmoid" in differences) == ("A" in steps)
    assert ("stride" in differences) == ("P" in steps)


@pytest.mark.parametrize(
    ("steps", "difference", "words", "letters"),
    [
        ("CBAPD", "toggle-B", "without batch normalisation", "CAPD"),
        ("CAPD", "toggle-B", "with batch normalisation", "CBAPD"),
        ("CBAP", "toggle-D", "with dropout", "CBAPD"),
        ("CPA", "toggle-B", "with batch normalisation", "CBPA"),
        ("CBAPD", "exchange-AB", "batch normalisation after the activation", "CABPD"),
        ("CAPBD", "exchange-AB", "batch normalisation before the activation", "CBPAD"),
        ("CBAPD", "stride", "a stride of 2 in place of pooling", "CBAD"),
        ("CBAPD", "toggle-A", "without activation", "CBPD"),
    ],
)
def test_a_difference_is_what_it_is_called(steps, difference, words, letters) -> None:
    assert list_differences(steps)[difference] == words
    assert read_letters(make_twins(steps, difference, SHAPE, CLASSES)[1]) == 2 * letters


def test_another_activation_and_a_stride_reach_the_layers() -> None:
    _, sigmoid = make_twins(STEPS, "sigmoid", SHAPE, CLASSES)
    used = [layer.activation for layer in sigmoid.layers if isinstance(layer, Activation)]
    assert used == ["sigmoid", "sigmoid"]
    _, strided = make_twins(STEPS, "stride", SHAPE, CLASSES)
    assert [x.strides for x in strided.layers if isinstance(x, Conv2D)] == [(2, 2), (2, 2)]


@pytest.mark.parametrize("steps", [(), ("B", "C"), ("C", "C"), ("C", "X"), ("C", "")])
def test_impossible_steps_are_refused(steps) -> None:
    with pytest.raises(SpecError, match="steps must be some of C, B, A, P, D"):
        list_differences(steps)


@pytest.mark.parametrize("difference", ["", "nope", "stride"])
def test_an_impossible_difference_is_refused(difference) -> None:
    with pytest.raises(SpecError, match="difference must be one of"):
        make_twins("CBA", difference, SHAPE, CLASSES)


def test_dropout_moves_what_is_drawn_after_it() -> None:
    """`tests/backend/test_twins.py` asks Keras itself."""
    starts = find_equal_starts(*make_twins(STEPS, "toggle-D", SHAPE, CLASSES))
    assert starts == {"conv2d_1": True, "conv2d_2": False, "dense_1": False}
    starts = find_equal_starts(*make_twins(STEPS, "toggle-P", SHAPE, CLASSES))
    assert starts == {"conv2d_1": True, "conv2d_2": True, "dense_1": False}


def test_a_moving_mean_forgets_its_start_step_by_step() -> None:
    mean = 1.0
    for _ in range(63):
        mean = 0.99 * mean + (1 - 0.99) * 0.0
    assert compute_kept_share(0.99, 63) == pytest.approx(mean)

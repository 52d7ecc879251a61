"""The CBAPD block: every order, its linkages, its swaps, and Keras beside it."""

from itertools import permutations

import numpy as np
import pytest

from cnnlib.arch import layers as arch
from cnnlib.arch.analysis import analyze
from cnnlib.arch.spec import Spec
from cnnlib.errors import OperatorError
from cnnlib.ops.block_layers import count_step_params, make_layer_calls
from cnnlib.ops.blocks import (
    EPSILON,
    LETTERS,
    Block,
    compare_swaps,
    run_block,
    stage_block,
    swap_steps,
    with_moving,
)

RNG = np.random.default_rng(5)
OTHERS = RNG.normal(3, 2, (7, 5, 5, 2)).astype(np.float32)
X = OTHERS[0] * 2 - 5
KERNEL = RNG.normal(size=(3, 3, 2, 3)).astype(np.float32)
BIAS = np.array([1, -2, 0.5], np.float32)
ORDERS = [order[:count] for order in permutations(LETTERS) for count in (5, 3)][::7]


def make_block(steps="CBAPD", **settings) -> Block:
    return with_moving(Block(tuple(steps), KERNEL, BIAS, **settings), OTHERS)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("pooling", ["max", "avg"])
@pytest.mark.parametrize("training", [False, True])
def test_every_stage_is_what_its_linkage_says(order, pooling, training) -> None:
    block = make_block(order, pooling=pooling, rate=0.4, pool_size=2)
    values = X
    for step, stage in zip(order, stage_block(X, block, training=training, seed=3), strict=True):
        assert stage.name == step
        told = stage.linkage.apply(values, stage.kernel, stage.bias)
        np.testing.assert_allclose(told, stage.output, rtol=1e-4, atol=1e-4)
        values = stage.output


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("training", [False, True])
def test_the_stages_end_where_the_run_ends(order, training) -> None:
    block = make_block(order, activation="tanh", rate=0.0)
    stages = stage_block(X, block, training=training)
    np.testing.assert_allclose(
        run_block(X[None], block, training=training)[0], stages[-1].output, rtol=1e-5, atol=1e-6
    )


def test_dropout_falls_in_training_only() -> None:
    block = make_block("D", rate=0.5)
    assert np.array_equal(stage_block(X, block, training=False)[0].output, X)
    drawn = stage_block(X, block, training=True, seed=1)[0].output
    fell = drawn == 0
    assert 0.2 < fell.mean() < 0.8
    np.testing.assert_allclose(drawn[~fell], 2 * X[~fell], rtol=1e-6)
    assert np.array_equal(drawn, stage_block(X, block, training=True, seed=1)[0].output)


def test_moving_statistics_are_those_of_what_reaches_the_norm() -> None:
    mean, variance = make_block("ABC").moving
    seen = np.maximum(OTHERS, 0)
    np.testing.assert_allclose(mean, seen.mean(axis=(0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(variance, seen.var(axis=(0, 1, 2)), rtol=1e-5)
    normal = run_block(OTHERS, make_block("AB"))
    np.testing.assert_allclose(normal, (seen - mean) / np.sqrt(variance + EPSILON), rtol=1e-4,
                               atol=1e-5)  # fmt: skip


def test_without_statistics_the_norm_is_a_new_layers() -> None:
    block = Block(("B",), KERNEL, BIAS)
    np.testing.assert_allclose(run_block(X[None], block)[0], X / np.sqrt(1.001), rtol=1e-6)


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_max_pooling_and_activation_change_places_freely(activation) -> None:
    swaps = compare_swaps(X, OTHERS, make_block("CBAPD", activation=activation))
    by_pair = {swap.first + swap.second: swap for swap in swaps}
    assert list(by_pair) == ["CB", "BA", "AP", "PD"]
    assert by_pair["AP"].difference == 0
    assert by_pair["PD"].difference == 0
    assert by_pair["BA"].difference > 0.01
    assert by_pair["CB"].difference > 0.01


def test_average_pooling_and_relu_do_not() -> None:
    swaps = compare_swaps(X, OTHERS, make_block("AP", pooling="avg"))
    by_hand = np.maximum(X, 0)[:2, :2].mean(axis=(0, 1)) - np.maximum(
        X[:2, :2].mean(axis=(0, 1)), 0
    )
    assert swaps[0].difference >= np.abs(by_hand).max() > 0


def test_a_swap_that_changes_the_shape_or_does_not_fit() -> None:
    [swap] = compare_swaps(X, OTHERS, make_block("CP"))
    assert (swap.difference, swap.shape) == (None, (1, 1, 3))  # 5 → 3 → 1, not 5 → 3 → 2
    [swap] = compare_swaps(X, OTHERS, make_block("CP", pool_size=3))
    assert (swap.difference, swap.shape) == (None, None)  # 3 × 3 does not fit into 2 × 2


def test_swapping_twice_is_the_block_itself() -> None:
    block = make_block()
    assert swap_steps(block, 1).steps == ("C", "A", "B", "P", "D")
    assert swap_steps(swap_steps(block, 1), 1).steps == block.steps


@pytest.mark.parametrize("steps", [("C", "C"), ("X",), ("c",)])
def test_steps_that_are_none(steps) -> None:
    with pytest.raises(OperatorError, match="steps must be letters"):
        Block(steps, KERNEL, BIAS)


def test_parameters_are_those_of_the_declared_network() -> None:
    layers = (
        arch.BatchNormalization(),
        arch.Conv2D(filters=3, kernel_size=3),
        arch.Activation(),
        arch.MaxPooling2D(padding="same"),
        arch.Dropout(rate=0.2),
    )
    told = analyze(Spec("block", "Block", X.shape, layers)).layers
    block = make_block("BCAPD", pool_size=2)
    for stage, layer in zip(stage_block(X, block, training=False), told, strict=True):
        shape = stage.output.shape
        assert count_step_params(stage.name, block, shape) == layer.params
        assert shape == layer.output_shape


@pytest.mark.keras
@pytest.mark.parametrize("order", ORDERS[::3])
@pytest.mark.parametrize("training", [False, True])
def test_keras_layers_in_the_same_order_give_the_same(order, training) -> None:
    import keras

    block = make_block(order, padding="same", activation="sigmoid", pooling="avg")
    layers, model = [], keras.Sequential([keras.Input(X.shape)])
    for call in make_layer_calls(block, dropout=not training):
        layers.append(getattr(keras.layers, call.layer)(**call.arguments))
        model.add(layers[-1])
        layers[-1].set_weights(list(call.weights))
    theirs = np.asarray(model(X[None], training=training))[0] if layers else X
    np.testing.assert_allclose(
        run_block(X[None], block, training=training)[0], theirs, rtol=1e-4, atol=1e-5
    )

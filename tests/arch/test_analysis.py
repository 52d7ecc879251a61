"""Counts against numbers from the literature and from hand-computed tables."""

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.arch.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnlib.arch.rules import compute_output_shape
from cnnlib.arch.spec import Spec
from cnnlib.errors import SpecError


def test_the_notes_baseline() -> None:
    summary = analyze(zoo.get("baseline"))
    assert summary.params == 198_506
    assert summary.trainable_params == 198_494
    assert summary.layers[0].params == 5 * 5 * 3 * 6 + 6
    assert summary.layers[-1].output_shape == (10,)


def test_lenet5() -> None:
    summary = analyze(zoo.get("lenet5"))
    assert summary.params == summary.trainable_params == 62_006
    assert summary.macs == 651_720
    assert [layer.output_shape for layer in summary.layers[:5]] == [
        (28, 28, 6),
        (14, 14, 6),
        (10, 10, 16),
        (5, 5, 16),
        (400,),
    ]


def test_the_notes_dense_network() -> None:
    layers = (Flatten(), Dense(units=128), Dense(units=10))
    assert analyze(Spec("mlp", "MLP", (28, 28, 1), layers)).params == 101_770


# input size, kernel, stride, dilation, padding → output size; worked by hand
SIZES = [
    (5, 3, 1, 1, "valid", 3),
    (5, 3, 1, 1, "same", 5),
    (5, 3, 2, 1, "valid", 2),
    (5, 3, 2, 1, "same", 3),
    (6, 2, 2, 1, "valid", 3),
    (7, 2, 2, 1, "valid", 3),
    (7, 2, 2, 1, "same", 4),
    (7, 3, 1, 2, "valid", 3),
    (7, 3, 1, 3, "valid", 1),
    (32, 5, 1, 1, "valid", 28),
    (224, 7, 2, 1, "same", 112),
    (1, 1, 1, 1, "valid", 1),
]


@pytest.mark.parametrize(("size", "kernel", "stride", "dilation", "padding", "expected"), SIZES)
def test_output_sizes(size, kernel, stride, dilation, padding, expected) -> None:
    layer = Conv2D(
        filters=4, kernel_size=kernel, strides=stride, dilation_rate=dilation, padding=padding
    )
    assert compute_output_shape(layer, (size, size, 3)) == (expected, expected, 4)


def test_receptive_field_of_two_3x3_equals_one_5x5() -> None:
    def field(*kernels: int) -> tuple[int, int]:
        layers = tuple(Conv2D(filters=1, kernel_size=k) for k in kernels)
        return analyze(Spec("x", "X", (32, 32, 1), layers)).receptive_field

    assert field(3, 3) == field(5) == (5, 5)


def test_receptive_field_grows_by_the_jump() -> None:
    # conv 5: 5; pool 2/2: 5 + 1 = 6, jump 2; conv 5: 6 + 4·2 = 14; pool 2/2: 14 + 1·2 = 16
    assert analyze(zoo.get("lenet5")).receptive_field == (16, 16)


@pytest.mark.parametrize(
    ("layers", "rule"),
    [
        ((Conv2D(filters=4, kernel_size=9),), "conv2d_1.*window must fit.*Received: 9"),
        ((Flatten(), Conv2D(filters=4, kernel_size=1)), "conv2d_1.*before the Flatten"),
        ((Conv2D(filters=4, kernel_size=1, groups=2),), "groups must divide the 3 input"),
        ((MaxPooling2D(pool_size=9),), "max_pooling2d_1.*window must fit"),
    ],
)
def test_a_layer_that_does_not_fit_is_named_with_its_rule(layers, rule) -> None:
    with pytest.raises(SpecError, match=rule):
        analyze(Spec("x", "X", (8, 8, 3), layers))

"""Counts against numbers from the literature and from hand-computed tables."""

from dataclasses import replace

import pytest

from cnnlib.arch import zoo
from cnnlib.arch.analysis import LayerError, analyze, analyze_until_error
from cnnlib.arch.layers import (
    AveragePooling2D,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Foreign,
    MaxPooling2D,
    SeparableConv2D,
)
from cnnlib.arch.rules import compute_output_shape
from cnnlib.arch.spec import Branches, Spec
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


# Where a number is someone else's, its source stands beside it.
KNOWN = [
    ("mlp", 101_770, 101_770, None),
    ("baseline", 198_506, 198_494, None),
    ("lenet5", 62_006, 62_006, 651_720),
    ("resnet18", 11_183_562, 11_173_962, 555_422_720),
    ("resnet34", None, 21_282_122, None),  # the CIFAR form that is common in PyTorch
    ("mobilenet", None, 3_217_226, None),  # likewise
    ("alexnet_imagenet", 62_378_344, 62_378_344, None),
    ("vgg16_imagenet", 138_357_544, 138_357_544, 15_470_264_320),  # torchvision; fvcore's MACs
    ("resnet18_imagenet", None, 11_689_512, 1_814_073_344),  # torchvision; fvcore's MACs
    ("googlenet_imagenet", 6_998_552, 6_998_552, None),  # Caffe's bvlc_googlenet
]


@pytest.mark.parametrize(("name", "params", "trainable", "macs"), KNOWN)
def test_what_the_literature_counts(name, params, trainable, macs) -> None:
    summary = analyze(zoo.get(name))
    assert params in (None, summary.params)
    assert summary.trainable_params == trainable
    assert macs in (None, summary.macs)


def test_kinds_of_convolution_by_hand() -> None:
    layers = (
        DepthwiseConv2D(kernel_size=3, padding="same", depth_multiplier=2),
        SeparableConv2D(filters=5, kernel_size=3, padding="same"),
        Conv2D(filters=10, kernel_size=3, padding="same", groups=5, use_bias=False),
    )
    depthwise, separable, grouped = analyze(Spec("x", "X", (8, 8, 3), layers)).layers
    assert (depthwise.output_shape, depthwise.params) == ((8, 8, 6), 9 * 6 + 6)
    assert depthwise.macs == 64 * 6 * 9
    assert (separable.output_shape, separable.params) == ((8, 8, 5), 9 * 6 + 6 * 5 + 5)
    assert separable.macs == 64 * (9 * 6 + 6 * 5)
    assert (grouped.output_shape, grouped.params) == ((8, 8, 10), 9 * 1 * 10)
    assert grouped.macs == 64 * 9 * 10


def test_where_paths_meet_the_widest_is_seen_and_shapes_are_joined() -> None:
    wide = (Conv2D(filters=4, kernel_size=5, padding="same"), AveragePooling2D(pool_size=2))
    narrow = (Conv2D(filters=2, kernel_size=1, strides=2, padding="same"),)
    spec = Spec("x", "X", (9, 9, 3), (Branches((wide, narrow), Concatenate()), Flatten()))
    with pytest.raises(LayerError, match=r"one height and width.*4 × 4 × 4 and 5 × 5 × 2"):
        analyze(spec)
    rows = analyze(replace(spec, input_shape=(8, 8, 3))).layers
    assert [row.receptive_field for row in rows] == [(5, 5), (6, 6), (1, 1), (6, 6), None]
    assert rows[3].input_shapes == ((4, 4, 4), (4, 4, 2))
    assert rows[3].output_shape == (4, 4, 6)


def test_the_rows_before_an_error_are_told() -> None:
    layers = (Conv2D(filters=4, kernel_size=3), Conv2D(filters=4, kernel_size=9), Flatten())
    summary, error = analyze_until_error(Spec("x", "X", (8, 8, 3), layers))
    assert [row.name for row in summary.layers] == ["conv2d_1"]
    assert error is not None
    assert (error.layer, error.rule[:20]) == ("conv2d_2", "with padding='valid'")


def test_foreign_layers_are_unknown_and_not_nothing() -> None:
    layers = (
        Foreign(class_name="Rescaling", output_shape=(8, 8, 3), params=0, trainable_params=0),
        Foreign(class_name="Mystery", output_shape=(8, 8, 4)),
        Conv2D(filters=2, kernel_size=1),
        Foreign(class_name="Riddle"),
        Flatten(),
    )
    summary = analyze(Spec("x", "X", (8, 8, 3), layers))
    assert [row.known for row in summary.layers] == [True, False, True, False, False]
    assert [row.kind for row in summary.unknown] == ["Mystery", "Riddle", "Flatten"]
    assert summary.params == 4 * 2 + 2


def test_a_dense_network_sees_the_whole_image() -> None:
    assert analyze(zoo.get("mlp")).receptive_field == (28, 28)


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

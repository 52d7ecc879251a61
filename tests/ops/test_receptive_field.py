"""Receptive fields against numbers worked by hand, and against pixels marked by brute force."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze
from cnnlib.errors import OperatorError
from cnnlib.ops.receptive_field import (
    ALEXNET,
    VGG16,
    StackLayer,
    compute_fields,
    find_field,
    trace_cells,
    trace_middle,
)
from cnnlib.ops.receptive_field_grids import compute_stages, link_layer, make_average_kernel


def conv(kernel_size: int, strides: int = 1, padding: str = "valid", **more: int) -> StackLayer:
    return StackLayer("conv", kernel_size, strides, padding=padding, **more)


def pool(kernel_size: int = 2, strides: int = 2, padding: str = "valid") -> StackLayer:
    return StackLayer("pool", kernel_size, strides, padding=padding, kind="pool")


# -- worked by hand --------------------------------------------------------------------------------


def test_alexnet_at_imagenet_size() -> None:
    rows = compute_fields(ALEXNET, 227)
    assert [row.output_size for row in rows] == [55, 27, 27, 13, 13, 13, 13, 6]
    assert [row.jump for row in rows] == [4, 8, 8, 16, 16, 16, 16, 32]
    # 11; + 2·4; + 4·8; + 2·8; + 2·16 three times; + 2·16
    assert [row.field for row in rows] == [11, 19, 51, 67, 99, 131, 163, 195]
    # first pixels 0, 0, -2·8, -16, -16 - 16, -48, -64, -64; each start + (r - 1) / 2
    assert [row.start for row in rows] == [5, 9, 9, 17, 17, 17, 17, 33]


def test_vgg16_at_imagenet_size() -> None:
    rows = {row.layer.name: row for row in compute_fields(VGG16, 224)}
    fields = [rows[f"pool{block}"].field for block in range(1, 6)]
    assert fields == [6, 16, 44, 100, 212]
    assert [rows[f"pool{block}"].output_size for block in range(1, 6)] == [112, 56, 28, 14, 7]
    assert rows["conv5_3"].field == 196
    assert rows["pool5"].jump == 32
    # padding 1 before each of 2, 2, 3, 3, 3 convolutions at jumps 1, 2, 4, 8, 16: 90 pixels
    assert rows["pool5"].first == -90
    assert rows["pool5"].start == -90 + 211 / 2


def test_alexnet_and_vgg_cells_in_the_image() -> None:
    assert find_field(compute_fields(ALEXNET, 227), 7, 0) == (-64, 130)
    assert find_field(compute_fields(ALEXNET, 227), 0, 54) == (216, 226)
    assert find_field(compute_fields(VGG16, 224), len(VGG16) - 1, 6) == (102, 313)


def test_lenet_by_hand() -> None:
    rows = compute_fields((conv(5), pool(), conv(5), pool()), 32)
    assert [row.output_size for row in rows] == [28, 14, 10, 5]
    assert [row.jump for row in rows] == [1, 2, 2, 4]
    assert [row.field for row in rows] == [5, 6, 14, 16]
    assert [row.start for row in rows] == [2, 2.5, 6.5, 7.5]
    assert find_field(rows, 3, 4) == (16, 31)


def test_dilation_widens_the_field_without_more_weights() -> None:
    rows = compute_fields([conv(3), conv(3, dilation_rate=2), conv(3, dilation_rate=4)], 32)
    assert [row.effective_size for row in rows] == [3, 5, 9]
    assert [row.field for row in rows] == [3, 7, 15]


def test_two_3x3_see_what_one_5x5_sees() -> None:
    assert compute_fields([conv(3), conv(3)], 9)[-1].field == compute_fields([conv(5)], 9)[0].field


def test_the_odd_zero_of_same_padding_comes_after() -> None:
    (row,) = compute_fields([conv(3, 2, "same")], 6)  # 3 places, 1 zero in all: after
    assert (row.output_size, row.first, row.start) == (3, 0, 1.0)
    assert find_field([row], 0, 2) == (4, 6)  # 6 is the zero


@pytest.mark.parametrize("name", ["baseline", "lenet5"])
def test_agrees_with_the_analysis_of_a_declaration(name: str) -> None:
    spec = zoo.get(name)
    layers = []
    for layer in spec.layers:
        if layer.kind == "Conv2D":
            layers.append(conv(layer.kernel_size[0], layer.strides[0], layer.padding))
        elif layer.kind == "MaxPooling2D":
            layers.append(pool(layer.pool_size[0], layer.strides[0], layer.padding))
    assert compute_fields(layers, 32)[-1].field == analyze(spec).receptive_field[0]


def test_an_empty_stack_sees_one_pixel() -> None:
    assert compute_fields([], 8) == ()
    assert trace_cells([], 8, 3) == ((3,),)


# -- brute force -----------------------------------------------------------------------------------


def run_naive(signal: np.ndarray, layers: list[StackLayer], *, pad: bool) -> np.ndarray:
    """Sums of windows, one output at a time; a NaN in the signal marks all that it reaches."""
    for layer in layers:
        span = (layer.kernel_size - 1) * layer.dilation_rate + 1
        if pad and layer.padding == "same":
            places = int(np.ceil(len(signal) / layer.strides))
            total = max((places - 1) * layer.strides + span - len(signal), 0)
            signal = np.pad(signal, (total // 2, total - total // 2))
        starts = range(0, len(signal) - span + 1, layer.strides)
        signal = np.array([signal[s : s + span : layer.dilation_rate].sum() for s in starts])
    return signal


def mark(size: int, layers: list[StackLayer], *, pad: bool) -> np.ndarray:
    """(outputs, pixels): which pixel reaches which output."""
    columns = []
    for pixel in range(size):
        signal = np.zeros(size)
        signal[pixel] = np.nan
        columns.append(np.isnan(run_naive(signal, layers, pad=pad)))
    return np.stack(columns, axis=1)


@st.composite
def stacks(draw: st.DrawFn, paddings: tuple[str, ...] = ("valid", "same")) -> list[StackLayer]:
    layers = []
    for number in range(draw(st.integers(1, 4))):
        strides = draw(st.integers(1, 3))
        layers.append(
            StackLayer(
                f"layer{number}",
                draw(st.integers(1, 5)),
                strides,
                draw(st.integers(1, 3)) if strides == 1 else 1,
                draw(st.sampled_from(paddings)),
            )
        )
    return layers


def compute_fields_if_they_fit(layers: list[StackLayer], size: int):
    try:
        return compute_fields(layers, size)
    except OperatorError:
        assume(False)


@given(stacks(), st.integers(1, 40))
def test_traced_pixels_are_those_that_reach_the_cell(layers, size) -> None:
    rows = compute_fields_if_they_fit(layers, size)
    marked = mark(size, layers, pad=True)
    assert len(marked) == rows[-1].output_size
    for cell, reached in enumerate(marked):
        seen = trace_cells(layers, size, cell)
        assert len(seen) == len(layers) + 1
        assert list(seen[0]) == np.flatnonzero(reached).tolist()


@given(stacks(paddings=("valid",)), st.integers(1, 60))
def test_a_field_is_what_reaches_the_cell(layers, size) -> None:
    rows = compute_fields_if_they_fit(layers, size)
    for cell, reached in enumerate(mark(size, layers, pad=False)):
        pixels = np.flatnonzero(reached)
        assert find_field(rows, len(rows) - 1, cell) == (pixels[0], pixels[-1])


@given(stacks(), st.integers(1, 24))
def test_a_field_of_a_padded_stack_is_what_reaches_the_cell_of_an_endless_one(layers, size) -> None:
    """The image goes on beyond its edges; where padding was, more image is read."""
    rows = compute_fields_if_they_fit(layers, size)
    field, jump = rows[-1].field, rows[-1].jump
    before = -(rows[-1].first)  # pixels of the image's continuation that cell 0 reads
    endless = np.zeros(before + size + field + jump * rows[-1].output_size)
    outputs = len(run_naive(endless, layers, pad=False))
    marked = mark(len(endless), layers, pad=False)
    for cell in range(min(rows[-1].output_size, outputs)):
        pixels = np.flatnonzero(marked[cell]) - before
        assert find_field(rows, len(rows) - 1, cell) == (pixels[0], pixels[-1])


@given(stacks(), st.integers(1, 40))
def test_the_first_pixel_lies_as_far_out_as_the_padding_of_all_layers(layers, size) -> None:
    rows = compute_fields_if_they_fit(layers, size)
    out, first, sizes = 1, 0, [size, *(row.output_size for row in rows)]
    for layer, cells in zip(layers, sizes, strict=False):
        span = (layer.kernel_size - 1) * layer.dilation_rate + 1
        if layer.padding == "same":
            total = max((int(np.ceil(cells / layer.strides)) - 1) * layer.strides + span - cells, 0)
            first -= total // 2 * out
        out *= layer.strides
    assert rows[-1].first == first


@given(stacks(), st.integers(1, 40))
def test_the_middle_of_a_window_is_among_what_is_seen(layers, size) -> None:
    rows = compute_fields_if_they_fit(layers, size)
    cell = rows[-1].output_size // 2
    middle = trace_middle(rows, len(rows) - 1, cell)
    assert (len(middle), middle[-1]) == (len(rows), cell)
    seen = trace_cells(layers, size, cell)[1:]
    for row, place, places in zip(rows, middle, seen, strict=True):
        assert 0 <= place < row.output_size
        assert place in places or not all(seen)


# -- linkages and values ---------------------------------------------------------------------------


@given(stacks(), st.integers(1, 7), st.integers(1, 7))
def test_values_are_what_the_linkages_say(layers, height, width) -> None:
    image = np.random.default_rng(0).random((height, width, 2), np.float32)
    try:
        stages = compute_stages(layers[:2], image)
    except OperatorError:
        assume(False)
    values = image
    for stage in stages:
        expected = stage.linkage.apply(values, stage.kernel)
        np.testing.assert_allclose(stage.output, expected, atol=1e-5)
        values = stage.output


def test_pooling_takes_the_largest_and_never_its_padding() -> None:
    image = -np.arange(1, 10, dtype=np.float32).reshape(3, 3, 1)
    (stage,) = compute_stages([pool(padding="same")], image)
    assert stage.output[..., 0].tolist() == [[-1, -3], [-7, -9]]
    assert stage.kernel is None
    assert stage.linkage.output_shape == (2, 2, 1)


def test_weights_of_a_link_are_the_kernels_own() -> None:
    linkage = link_layer(conv(2), (3, 3, 1))
    assert [weight for _, weight in linkage.cells((1, 1, 0))] == [0, 1, 2, 3]
    assert [source[:2] for source, _ in linkage.cells((1, 1, 0))] == [
        (1, 1),
        (1, 2),
        (2, 1),
        (2, 2),
    ]
    assert make_average_kernel(2).tolist() == [[0.25, 0.25], [0.25, 0.25]]


# -- rules -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        ({"kernel_size": 0}, "kernel_size must be a whole number from 1 up.*Received: 0"),
        ({"strides": 0}, "strides must be"),
        ({"dilation_rate": -1}, "dilation_rate must be"),
        ({"padding": "full"}, "padding must be 'valid' or 'same'. Received: 'full'"),
        ({"kind": "dense"}, "kind must be 'conv' or 'pool'. Received: 'dense'"),
        ({"kind": "pool", "dilation_rate": 2}, "dilation_rate must be 1 for pooling"),
        ({"strides": 2, "dilation_rate": 2}, "not both"),
    ],
)
def test_a_layer_that_breaks_a_rule_says_which(arguments, rule) -> None:
    with pytest.raises(OperatorError, match=rule):
        StackLayer(**{"name": "x", "kernel_size": 3, **arguments})


def test_a_layer_that_does_not_fit_is_named() -> None:
    layers = [conv(3), StackLayer("big", 9)]
    with pytest.raises(OperatorError, match=r"Layer big: .*must fit.*the input has 6"):
        compute_fields(layers, 8)
    with pytest.raises(OperatorError, match=r"Layer big: .*must fit"):
        compute_stages(layers, np.zeros((8, 8, 1), np.float32))


@pytest.mark.parametrize(("layer", "cell"), [(1, 0), (-1, 0), (0, 6), (0, -1)])
def test_no_field_of_what_is_not_there(layer: int, cell: int) -> None:
    with pytest.raises(OperatorError, match=r"must be from 0 to \d"):
        find_field(compute_fields([conv(3)], 8), layer, cell)

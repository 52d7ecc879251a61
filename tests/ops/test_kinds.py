"""Every kind of convolution tells the same story in all its parts, and Keras agrees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlib.errors import OperatorError
from cnnlib.ops.kinds import KINDS, Kind, Options
from cnnlib.ops.layer_calls import make_keras_code

FLOAT = {"rtol": 1e-5, "atol": 1e-4}


@st.composite
def experiments(draw: st.DrawFn) -> tuple[Kind, Options, np.ndarray]:
    """A kind, a setting that it allows, and an image of whole numbers."""
    kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    may = kind.controls
    groups = draw(st.integers(1, 3)) if "groups" in may else 1
    channels = groups * draw(st.integers(1, kind.max_channels // groups))
    strides = draw(st.integers(1, 3)) if "strides" in may else 1
    dilated = "dilation_rate" in may and strides == 1
    options = Options(
        kernel="random",
        kernel_size=draw(st.integers(2, 4)) if "kernel_size" in may else 1,
        kernel_depth=draw(st.integers(1, 3)),
        filters=groups * draw(st.integers(1, 3)) if "filters" in may else 1,
        depth_multiplier=draw(st.integers(1, 2)) if "depth_multiplier" in may else 1,
        strides=strides,
        padding=draw(st.sampled_from(["valid", "same"])),
        dilation_rate=draw(st.integers(1, 2)) if dilated else 1,
        groups=groups,
        use_bias="use_bias" in may and draw(st.booleans()),
        in_two_steps="in_two_steps" in may and draw(st.booleans()),
        seed=draw(st.integers(0, 99)),
    )
    if kind.name == "volume":
        channels = max(channels, options.kernel_depth)
    size = draw(st.integers(7, 9)), draw(st.integers(7, 9))
    image = np.random.default_rng(options.seed).integers(-9, 10, (*size, channels))
    return kind, options, image.astype(np.float32)


@settings(deadline=None, max_examples=150)
@given(experiments())
def test_stages_operator_linkage_and_formulas_tell_the_same(experiment) -> None:
    kind, options, image = experiment
    x = kind.prepare(image)
    kind.check(options, x.shape)
    weights = kind.make_weights(options, x.shape)
    stages = kind.compute(x, weights, options)
    output = stages[-1].output
    np.testing.assert_allclose(kind.run(x[None], weights, options)[0], output, **FLOAT)

    values = x
    for stage in stages:
        retold = stage.linkage.apply(values, stage.kernel, stage.bias)
        np.testing.assert_allclose(retold, stage.output, **FLOAT)
        values = stage.output

    told = kind.explain(options, x.shape, output.shape)
    sizes = [formula.result for formula in told.sizes if formula.name.startswith("Output")]
    assert tuple(sizes) == output.shape[:-1]
    held = sum(array.size for call in kind.make_layer_calls(weights, options, x.shape)
               for array in call.weights)  # fmt: skip
    assert told.total_params.result == held


@settings(deadline=None, max_examples=100)
@given(experiments())
def test_macs_are_the_products_of_all_windows(experiment) -> None:
    """Counted one by one from the linkage: each tap of each output cell, padding included."""
    kind, options, image = experiment
    if options.in_two_steps or kind.name == "transposed":  # SAME cuts stamps that are computed
        return
    x = kind.prepare(image)
    stages = kind.compute(x, kind.make_weights(options, x.shape), options)
    counted = sum(
        np.prod([sum(len(taps) for taps in axis) for axis in stage.linkage.axes])
        for stage in stages
        if stage.kernel is not None
    )
    assert kind.explain(options, x.shape, stages[-1].output.shape).total_macs.result == counted


def test_a_transposed_convolution_multiplies_every_input_cell_with_the_whole_kernel() -> None:
    kind = KINDS["transposed"]
    told = kind.explain(Options(kernel_size=3, filters=5), (4, 6, 2), (6, 8, 5))
    assert told.total_macs.result == 4 * 6 * 3 * 3 * 2 * 5


def test_the_notes_depthwise_separable_example() -> None:
    """7 × 7 × 3 to 5 × 5 × 128: 675 + 9,600 multiplications against 86,400."""
    told = KINDS["depthwise_separable"].explain(Options(filters=128), (7, 7, 3), (5, 5, 128))
    assert [formula.result for formula in told.macs] == [675, 9_600]
    assert told.standard is not None
    assert told.standard[1].result == 86_400
    assert [formula.result for formula in told.params] == [27, 384]
    assert told.standard[0].result == 3_456


@pytest.mark.parametrize(("name", "params"), [("single", 10), ("multi", 28)])
def test_the_notes_parameter_counts(name: str, params: int) -> None:
    channels = 1 if name == "single" else 3
    told = KINDS[name].explain(Options(use_bias=True), (6, 6, channels), (4, 4, 1))
    assert told.total_params.result == params


def test_learned_kernels_take_the_place_of_the_library() -> None:
    learned = np.arange(3 * 3 * 3 * 2, dtype=np.float32).reshape(3, 3, 3, 2)
    options = Options(learned=learned, filters=3)
    kernel = KINDS["multi"].make_weights(options, (6, 6, 3))["kernel"]
    np.testing.assert_array_equal(kernel[..., :2], learned)
    np.testing.assert_array_equal(kernel[..., 2], learned[..., 0])
    with pytest.raises(OperatorError, match="learned kernels are 3 × 3"):
        KINDS["multi"].make_weights(Options(learned=learned, kernel_size=5), (6, 6, 3))


BROKEN = {
    "stride and dilation": ("dilated", Options(strides=2, dilation_rate=2), (9, 9, 1), "not both"),
    "a kernel too large": ("single", Options(kernel_size=7), (6, 6, 1), "must fit"),
    "groups and channels": ("grouped", Options(groups=4, filters=4), (6, 6, 6), "groups"),
    "groups and filters": ("grouped", Options(groups=3, filters=4), (6, 6, 6), "groups"),
    "a shuffle of no whole hands": (
        "shuffled_grouped", Options(groups=3, filters=4), (6, 6, 6), "groups",
    ),
    "too few slices": ("volume", Options(kernel_depth=3), (2, 6, 6, 1), "must fit"),
    "an unknown kernel": ("flattened", Options(kernel="nope"), (6, 6, 3), "kernel"),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_setting_that_breaks_a_rule_names_it(what: str) -> None:
    name, options, shape, rule = BROKEN[what]
    with pytest.raises(OperatorError, match=rule):
        attempt(KINDS[name], options, shape)


def attempt(kind: Kind, options: Options, shape: tuple[int, ...]) -> None:
    kind.check(options, shape)
    kind.compute(np.zeros(shape, np.float32), kind.make_weights(options, shape), options)


@pytest.mark.keras
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_the_keras_lines_shown_compute_the_same(name: str, padding: str) -> None:
    """The very text that the page offers to copy is run."""
    kind = KINDS[name]
    grouped = "groups" in kind.controls
    options = Options(
        kernel="random",
        kernel_size=3 if "kernel_size" in kind.controls else 1,
        filters=6 if "filters" in kind.controls else 1,
        strides=2 if "strides" in kind.controls else 1,
        padding=padding,
        groups=3 if grouped else 1,
        use_bias="use_bias" in kind.controls,
        seed=5,
    )
    image = np.random.default_rng(1).normal(size=(8, 9, kind.max_channels)).astype(np.float32)
    x = kind.prepare(image)
    weights = kind.make_weights(options, x.shape)
    if "bias" in weights:
        weights["bias"] = np.arange(options.filters, dtype=np.float32)
    calls = kind.make_layer_calls(weights, options, x.shape)
    names: dict[str, object] = {}
    exec(make_keras_code(calls, x.shape), names)
    model = names["model"]
    model.set_weights([array for call in calls for array in call.weights])  # type: ignore[attr-defined]
    expected = np.asarray(model(x[None]))[0]  # type: ignore[operator]
    output = kind.run(x[None], weights, options)[0]
    assert output.shape == expected.shape
    assert np.abs(output - expected).max() <= 1e-4 * max(np.abs(expected).max(), 1)

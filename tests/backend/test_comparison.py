"""«Equals Keras?»: right answers, wrong answers, and questions that are none."""

import math
from typing import Any

import keras
import numpy as np
import pytest

from cnnlib.backend.comparison import compare
from cnnlib.backend.inference import first_kernels
from cnnlib.errors import RunError
from cnnlib.runs.arrays import decode_array, encode_array
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import checkpoint_path
from cnnlib.runs.store import RunStore

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 6, 4)).astype(np.float32)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape).astype(np.float32)


def call(layer: str, *weights: np.ndarray, **arguments: Any) -> dict[str, Any]:
    return {
        "layer": layer,
        "arguments": arguments,
        "weights": [encode_array(weight) for weight in weights],
    }


def ask(x: np.ndarray, output: np.ndarray, *calls: dict[str, Any], **mode: Any) -> dict[str, Any]:
    return compare(encode_array(x), list(calls), encode_array(output), **mode)


def correlate(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """(*space, in) and (*kernel space, in, out) to (*space, out), valid, tap by tap."""
    axes = tuple(range(x.ndim - 1))
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:-2], axes)
    taps = kernel.reshape(-1, *kernel.shape[-2:])
    return np.einsum("...it,tio->...o", windows.reshape(*windows.shape[: x.ndim], -1), taps)


def correlate_each(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Depthwise: (h, w, in) and (kh, kw, in, multiplier) to (h, w, in * multiplier)."""
    parts = [
        correlate(x[..., i : i + 1], kernel[..., i : i + 1, :]) for i in range(kernel.shape[2])
    ]
    return np.concatenate(parts, axis=-1)


def spread(x: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """Transposed: each cell of (h, w, in) lays its copy of (kh, kw, out, in)."""
    height, width = ((n - 1) * stride + k for n, k in zip(x.shape, kernel.shape[:2], strict=False))
    canvas = np.zeros((height, width, kernel.shape[2]))
    for i, j in np.ndindex(x.shape[:2]):
        copy = kernel @ x[i, j]
        rows, columns = copy.shape[:2]
        canvas[i * stride :, j * stride :][:rows, :columns] += copy
    return canvas


def make_right_ones() -> dict[str, tuple[np.ndarray, np.ndarray, list[dict[str, Any]]]]:
    kernel, bias = normal(3, 2, 4, 5), normal(5)
    halves = normal(3, 3, 2, 6)
    depth, point = normal(3, 3, 4, 2), normal(1, 1, 8, 3)
    volume, cube = normal(5, 5, 5, 2), normal(2, 3, 2, 2, 3)
    back = normal(3, 3, 5, 4)
    grouped = [correlate(X[..., s], halves[..., o]) for s, o in
               ((slice(0, 2), slice(0, 3)), (slice(2, 4), slice(3, 6)))]  # fmt: skip
    plain = {"use_bias": False}
    return {
        "Conv2D": (
            X,
            correlate(X, kernel) + bias,
            [call("Conv2D", kernel, bias, filters=5, kernel_size=[3, 2])],
        ),
        "grouped": (
            X,
            np.concatenate(grouped, -1),
            [call("Conv2D", halves, filters=6, kernel_size=3, groups=2, **plain)],
        ),
        "Conv3D": (
            volume,
            correlate(volume, cube),
            [call("Conv3D", cube, filters=3, kernel_size=[2, 3, 2], **plain)],
        ),
        "Conv2DTranspose": (
            X,
            spread(X, back, 2),
            [call("Conv2DTranspose", back, filters=5, kernel_size=3, strides=2, **plain)],
        ),
        "DepthwiseConv2D": (
            X,
            correlate_each(X, depth),
            [call("DepthwiseConv2D", depth, kernel_size=3, depth_multiplier=2, **plain)],
        ),
        "depthwise, two strides": (
            X,
            correlate_each(X, depth)[:, ::2],
            [call("DepthwiseConv2D", depth, kernel_size=3, depth_multiplier=2,
                  strides=[1, 2], **plain)],
        ),
        "SeparableConv2D": (
            X,
            correlate(correlate_each(X, depth), point),
            [call("SeparableConv2D", depth, point, filters=3, kernel_size=3,
                  depth_multiplier=2, **plain)],
        ),
        "channel shuffle": (
            X,
            X[..., [0, 2, 1, 3]],
            [
                call("Reshape", target_shape=[6, 6, 2, 2]),
                call("Permute", dims=[1, 2, 4, 3]),
                call("Reshape", target_shape=[6, 6, 4]),
            ],
        ),
        "padding of its own on each side": (
            X,
            np.pad(X, ((1, 0), (2, 3), (0, 0))),
            [call("ZeroPadding2D", padding=[[1, 0], [2, 3]])],
        ),
        "activation": (X, np.where(X > 0, X, X / 8), [call("LeakyReLU", negative_slope=0.125)]),
        "in inference": (X, X, [call("Dropout", rate=0.5)]),
    }  # fmt: skip


RIGHT = make_right_ones()


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_equals_keras_and_what_is_wrong_does_not(name: str) -> None:
    x, output, calls = RIGHT[name]
    answer = ask(x, output, *calls)
    assert answer["output_shape"] == list(output.shape)
    assert answer["max_difference"] < 1e-5 * max(answer["scale"], 1)
    assert answer["scale"] == pytest.approx(np.abs(output).max(), rel=1e-5)
    wrong = output.copy()
    wrong.flat[-1] += 1
    assert ask(x, wrong, *calls)["max_difference"] == pytest.approx(1, abs=1e-4)


def test_the_answer_says_with_what_and_how_fast() -> None:
    x, output, calls = RIGHT["Conv2D"]
    answer = ask(x, output, *calls)
    assert answer["params"] == 3 * 2 * 4 * 5 + 5
    assert 0 < answer["seconds"] < 1
    assert answer["keras"] == keras.__version__
    assert answer["tensorflow"].count(".") == 2


def test_another_shape_is_said() -> None:
    answer = ask(X, X[1:], call("Activation", activation="linear"))
    assert answer["shape_differs"]
    assert answer["output_shape"] == [6, 6, 4]
    assert "max_difference" not in answer


def normalize(batch: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    gamma, beta = NORM[:2]
    return gamma * (batch - mean) / np.sqrt(variance + 1e-3) + beta


BATCH = 3 * normal(5, 4, 3, 2) + 1
NORM = [normal(2), normal(2), normal(2), np.abs(normal(2))]
NORMALIZED = {
    True: normalize(BATCH, BATCH.mean(axis=(0, 1, 2)), BATCH.var(axis=(0, 1, 2))),
    False: normalize(BATCH, *NORM[2:]),
}


@pytest.mark.parametrize("training", [True, False])
def test_batch_normalization_in_both_modes(training: bool) -> None:
    layer = call("BatchNormalization", *NORM)
    answer = ask(BATCH, NORMALIZED[training], layer, batched=True, training=training)
    assert answer["output_shape"] == [5, 4, 3, 2]
    assert answer["max_difference"] < 1e-5
    other = ask(BATCH, NORMALIZED[not training], layer, batched=True, training=training)
    assert other["max_difference"] > 0.1
    answer = ask(BATCH[0], NORMALIZED[False][0], layer)
    assert answer["max_difference"] < 1e-5


def test_the_gradient_of_layers() -> None:
    x, above = normal(6, 6, 4), normal(3, 3, 4)
    expected = np.repeat(np.repeat(above, 2, axis=0), 2, axis=1) / 4
    pooling = call("AveragePooling2D", pool_size=2)
    answer = ask(x, expected, pooling, upstream=encode_array(above))
    assert answer["gradient"]
    assert answer["max_difference"] < 1e-6
    batch = ask(x[None], expected[None], pooling, upstream=encode_array(above[None]), batched=True)
    assert batch["max_difference"] < 1e-6
    assert ask(x, 2 * expected, pooling, upstream=encode_array(above))["max_difference"] > 0.1
    with pytest.raises(RunError, match=r"output's shape \(1, 3, 3, 4\)"):
        ask(x, expected, pooling, upstream=encode_array(x))


def test_nan_and_infinity_count_where_they_are_not_in_both() -> None:
    x = np.array([np.nan, np.inf, -np.inf, 1, 2], np.float32)
    linear = call("Activation", activation="linear")
    same = ask(x, x, linear)
    assert (same["not_finite"], same["disagree"], same["max_difference"]) == (3, 0, 0)
    other = ask(x, np.array([0, -np.inf, -np.inf, 1, np.nan]), linear)
    assert (other["not_finite"], other["disagree"]) == (4, 3)
    assert math.isfinite(other["scale"])


K = normal(3, 3, 4, 2)
HOSTILE = {
    "not a layer": call("Lambda", function="print"),
    "a private name": call("__class__"),
    "a dict": call("Conv2D", filters=2, kernel_size=3, kernel_initializer={"class_name": "Zeros"}),
    "a path": call("Conv2D", filters=2, kernel_size=3, activation="os.system"),
    "no activation": call("Conv2D", filters=2, kernel_size=3, activation="eval"),
    "deep": call("Conv2D", filters=2, kernel_size=[[[3]]]),
    "long": call("Permute", dims=[1] * 1000),
    "text for a number": call("Conv2D", filters="2", kernel_size=3),
    "a word for a number": call("Conv2D", filters="two", kernel_size=3),
    "huge": call("Dense", units=10**12),
    "infinite": call("Dropout", rate=math.inf),
    "unknown argument": call("Flatten", surprise=1),
    "too large": call("Conv2D", filters=2, kernel_size=9),
    "no weights": call("Conv2D", filters=2, kernel_size=3),
    "other weights": call("Conv2D", K[:2], filters=2, kernel_size=3, use_bias=False),
    "too many weights": call("Flatten", K),
    "weights of no form": {**call("Flatten"), "weights": [{"shape": [1], "data": "?"}]},
    "arguments of no form": {**call("Flatten"), "arguments": [1]},
    "a name only": "Flatten",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_keras_does_not_take_is_one_sentence(name: str) -> None:
    with pytest.raises(RunError) as caught:
        ask(X, X, HOSTILE[name])
    text = str(caught.value)
    assert "\n" not in text
    assert "\x1b" not in text
    assert len(text) < 400


@pytest.mark.parametrize("calls", [[], None, "Flatten", [call("Flatten")] * 100])
def test_there_must_be_layers(calls: Any) -> None:
    with pytest.raises(RunError, match="There must be"):
        compare(encode_array(X), calls, encode_array(X))


@pytest.mark.parametrize(
    "data",
    [
        None,
        [1.0],
        {"shape": [2]},
        {"shape": [2], "data": encode_array([1.0])["data"]},
        {"shape": [-1], "data": encode_array([1.0])["data"]},
        {"shape": ["1"], "data": encode_array([1.0])["data"]},
        {"shape": [1] * 9, "data": encode_array([1.0])["data"]},
    ],
)
def test_arrays_of_another_form_are_refused(data: Any) -> None:
    with pytest.raises(RunError, match="An array must be given"):
        decode_array(data)


@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3, 4)])
def test_an_array_comes_back_as_it_went(shape: tuple[int, ...]) -> None:
    array = normal(*shape)
    back = decode_array(encode_array(array))
    assert back.shape == shape
    assert np.array_equal(back, array)


def save(run_id: str, which: str, *layers: keras.Layer) -> keras.Model:
    model = keras.Sequential([keras.Input((8, 8, 3)), *layers])
    path = checkpoint_path(run_id, which)
    path.parent.mkdir(parents=True, exist_ok=True)
    model.save(path)
    return model


def ask_kernels(run_id: str, **arguments: str) -> dict[str, Any]:
    return first_kernels(lambda share, text: None, run=run_id, **arguments)


def test_first_kernels_are_the_best_checkpoints_else_the_last_ones(lab_home) -> None:
    run = RunStore().create(RunConfig(network="lenet5"), status="starting")
    with pytest.raises(RunError, match="no checkpoint yet"):
        ask_kernels(run.id)
    last = save(run.id, "last", keras.layers.ReLU(), keras.layers.Conv2D(5, (3, 2), name="first"))
    answer = ask_kernels(run.id)
    assert (answer["layer"], answer["checkpoint"]) == ("first", "last")
    assert np.array_equal(decode_array(answer["kernel"]), last.get_weights()[0])
    assert decode_array(answer["bias"]).shape == (5,)
    best = save(run.id, "best", keras.layers.Conv2D(4, 3, use_bias=False))
    answer = ask_kernels(run.id)
    assert (answer["bias"], answer["checkpoint"]) == (None, "best")
    assert np.array_equal(decode_array(answer["kernel"]), best.get_weights()[0])
    assert ask_kernels(run.id, checkpoint="last")["layer"] == "first"


def test_kernels_that_are_not_there(lab_home) -> None:
    run = RunStore().create(RunConfig(network="lenet5"), status="starting")
    save(run.id, "last", keras.layers.Flatten(), keras.layers.Dense(2))
    with pytest.raises(RunError, match="no Conv2D layer"):
        ask_kernels(run.id)
    with pytest.raises(RunError, match="must be 'best' or 'last'"):
        ask_kernels(run.id, checkpoint="../last")
    with pytest.raises(RunError, match="letters, digits"):
        ask_kernels("../../etc")

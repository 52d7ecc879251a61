"""«Equals Keras?»: the same layers, built and run by Keras itself, beside what the lab computed.

Layers and arguments come as plain data and are checked before Keras sees them: only layers of
`LAYERS`, only numbers, words and tuples of whole numbers. So no code can be named in them. What
Keras has no layer for is compared with its definition, one of `cnnlib.backend.definitions`.
"""

import inspect
import math
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnnlib.backend.definitions import DEFINITIONS
from cnnlib.errors import LabError, RunError
from cnnlib.runs.arrays import decode_array

LAYERS = frozenset([
    "Conv2D", "Conv3D", "Conv2DTranspose", "Conv3DTranspose", "DepthwiseConv2D", "SeparableConv2D",
    "Dense", "BatchNormalization", "LayerNormalization", "GroupNormalization",
    "MaxPooling2D", "AveragePooling2D", "MaxPooling3D", "AveragePooling3D",
    "GlobalMaxPooling2D", "GlobalAveragePooling2D",
    "ZeroPadding2D", "Cropping2D", "UpSampling2D", "Reshape", "Permute", "Flatten",
    "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Dropout", "SpatialDropout2D",
])  # fmt: skip
MAX_LAYERS = 32
MAX_NUMBER = 65_536  # of filters, units, cells …
MAX_ENTRIES = 8  # of a tuple
TIMED_CALLS = 5

_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NOISE = re.compile(r"\x1b\[\d*m|\{\{.*?\}\}|\[Op:.*?\]")  # colours, graph nodes, kernels' names


Forward = Callable[[tf.Tensor], tf.Tensor]


def compare(
    input: Any,
    calls: Any,
    output: Any,
    *,
    batched: bool = False,
    training: bool = False,
    upstream: Any = None,
) -> dict[str, Any]:
    """Run the layers on `input` and say how far `output` is from what they give.

    Args:
        input: encoded array (see `cnnlib.runs.arrays`).
        calls: a list of {"layer": name, "arguments": {…}, "weights": [encoded array, …]}; or of
            one {"definition": name, "arguments": {…}, "arrays": {name: encoded array}}.
        output: encoded array, what the lab computed.
        batched: whether the arrays have the batch axis.
        training: whether Keras runs as in training: BatchNormalization by the batch's statistics.
        upstream: encoded array, a gradient by the layers' output; then `output` is compared with
            TensorFlow's gradient by the input.

    Returns:
        output_shape: Keras' output, without the batch axis unless batched.
        params: how many weights the layers have; None of a definition.
        seconds: the median time of one pass, the first one left out.
        keras, tensorflow: their versions.
        against: "layers" or "definition". gradient: whether the gradient was compared.
        shape_differs: whether the two outputs have different shapes; then nothing more follows.
        max_difference, scale: max |keras - lab| and max |keras|, over the values finite in both.
        values, not_finite, disagree: how many values there are, how many of them are NaN or
            infinite in either output, and how many of those are not the same in both.

    Raises:
        RunError: the layers, their arguments or weights are not what Keras takes.
    """
    x, expected = decode_array(input), decode_array(output)
    if not x.size or (batched and not x.ndim):
        raise RunError(f"The input must not be empty. Received the shape {x.shape}.")
    batch = x if batched else x[np.newaxis]
    above = None if upstream is None else decode_array(upstream)
    if above is not None and not batched:
        above = above[np.newaxis]
    with keras.device("cpu:0"):  # a GPU may round to TF32, which is not the lab's error
        run, params = _make_forward(batch.shape[1:], calls, training)
        result, seconds = _run(run if above is None else _turn_back(run, above), batch)
    if not batched and result.ndim:
        result = result[0]
    return {
        "output_shape": list(result.shape),
        "params": params,
        "seconds": seconds,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "against": "layers" if params is not None else "definition",
        "gradient": above is not None,
        **_measure(result, expected),
    }


def _make_forward(
    input_shape: tuple[int, ...], calls: Any, training: bool
) -> tuple[Forward, int | None]:
    """What runs the calls, and how many weights the layers have; None of a definition."""
    match calls:
        case [{"definition": _} as call]:
            return _make_definition(call), None
    model = _build(input_shape, calls)
    return (lambda batch: model(batch, training=training)), model.count_params()


def _make_definition(call: dict[str, Any]) -> Forward:
    name = call["definition"]
    if not isinstance(name, str) or name not in DEFINITIONS:
        raise RunError(f"There is no definition {_short(name)}. Known: {', '.join(DEFINITIONS)}.")
    function = DEFINITIONS[name]
    arguments = _check_arguments(name, call.get("arguments", {}))
    arrays = call.get("arrays", {})
    if not isinstance(arrays, dict):
        raise RunError(f"{name}: arrays must have names. Received: {_short(arrays)}.")
    tensors = {key: tf.constant(decode_array(array)) for key, array in arrays.items()}
    try:
        inspect.signature(function).bind(None, **arguments, **tensors)
    except TypeError as error:
        raise RunError(f"{name} cannot be called so: {error}.") from error
    return lambda batch: function(batch, **arguments, **tensors)


def _turn_back(forward: Forward, upstream: NDArray[np.float32]) -> Forward:
    """From the batch to the gradient by it, of what the upstream gradient says."""

    def run(batch: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(batch)
            output = forward(batch)
        if tuple(output.shape) != upstream.shape:
            raise RunError(
                f"The upstream gradient must have the output's shape {tuple(output.shape)}. "
                f"Received: {upstream.shape}."
            )
        gradient = tape.gradient(output, batch, output_gradients=tf.constant(upstream))
        return tf.zeros_like(batch) if gradient is None else gradient

    return run


def _measure(keras_output: NDArray[np.float32], lab: NDArray[np.float32]) -> dict[str, Any]:
    if keras_output.shape != lab.shape:
        return {"shape_differs": True}
    a, b = keras_output.astype(np.float64), lab.astype(np.float64)
    finite = np.isfinite(a) & np.isfinite(b)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    return {
        "shape_differs": False,
        "max_difference": float(np.abs(a[finite] - b[finite]).max(initial=0.0)),
        "scale": float(np.abs(a[finite]).max(initial=0.0)),
        "values": int(a.size),
        "not_finite": int((~finite).sum()),
        "disagree": int((~finite & ~same).sum()),
    }


def _build(input_shape: tuple[int, ...], calls: Any) -> keras.Model:
    if not isinstance(calls, list) or not 0 < len(calls) <= MAX_LAYERS:
        raise RunError(f"There must be 1 to {MAX_LAYERS} layers. Received: {_short(calls)}.")
    model = keras.Sequential([keras.Input(input_shape)])
    for call in calls:
        if not isinstance(call, dict):
            raise RunError(f"A layer must be given by its name. Received: {_short(call)}.")
        name = call.get("layer")
        if not isinstance(name, str) or name not in LAYERS:
            raise RunError(f"The layer {_short(name)} is none of those that can be compared.")
        arguments = _check_arguments(name, call.get("arguments", {}))
        weights = call.get("weights", [])
        if not isinstance(weights, list):
            raise RunError(f"{name}: weights must be a list. Received: {_short(weights)}.")
        try:
            layer = getattr(keras.layers, name)(**arguments)
            model.add(layer)
        except Exception as error:  # Keras refuses in many ways
            raise _refusal(name, error) from error
        _set_weights(name, layer, [decode_array(weight) for weight in weights])
    return model


def _check_arguments(name: str, arguments: Any) -> dict[str, Any]:
    if not isinstance(arguments, dict):
        raise RunError(f"{name}: arguments must have names. Received: {_short(arguments)}.")
    return {key: _check_value(f"{name}: {key}", value) for key, value in arguments.items()}


def _check_value(what: str, value: Any, depth: int = 0) -> Any:
    """`value` with lists as tuples; `ZeroPadding2D` takes pairs of pairs, nothing takes deeper."""
    match value:
        case None | bool():
            good = depth == 0
        case int():
            good = abs(value) <= MAX_NUMBER
        case float():
            good = depth == 0 and math.isfinite(value)
        case str():
            good = depth == 0 and _WORD.fullmatch(value) is not None
        case list() if depth < 2 and len(value) <= MAX_ENTRIES:
            return tuple(_check_value(what, entry, depth + 1) for entry in value)
        case _:
            good = False
    if not good:
        raise RunError(
            f"{what} must be a number up to {MAX_NUMBER}, a word, true or false, or whole numbers. "
            f"Received: {_short(value)}."
        )
    return value


def _set_weights(name: str, layer: keras.Layer, weights: list[NDArray[np.float32]]) -> None:
    needed = [tuple(weight.shape) for weight in layer.weights]
    given = [weight.shape for weight in weights]
    if needed != given:
        raise RunError(f"{name} takes weights of the shapes {needed}. Received: {given}.")
    layer.set_weights(weights)


def _run(forward: Forward, batch: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """The output with its batch axis, and the median seconds of a pass that is not the first."""
    tensor = tf.constant(batch)
    times = []
    try:
        result = np.asarray(forward(tensor), np.float32)
        for _ in range(TIMED_CALLS):
            began = time.perf_counter()
            np.asarray(forward(tensor))  # waits until the values are there
            times.append(time.perf_counter() - began)
    except LabError:
        raise
    except Exception as error:  # what TensorFlow cannot run on this CPU
        raise _refusal("", error) from error
    return result, statistics.median(times)


def _refusal(name: str, error: Exception) -> LabError:
    """Keras' own reason as one line, without the report around it."""
    lines = [line.strip() for line in _NOISE.sub("", str(error)).splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("Exception encountered"):
        lines = lines[1:]
    reason = lines[0] if lines else type(error).__name__
    return RunError(f"{name or 'Keras'} refuses this setting: {reason[:240]}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]} …"

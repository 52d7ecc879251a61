"""One image through every kind of convolution: what comes out, how large, at what price."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnlib.ops.kinds import KINDS, Explanation, Options
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ui.thumbnails import make_png_url

ROUNDS = 5
POSITIVE, NEGATIVE = np.array([0x3B, 0x7D, 0xD8]), np.array([0xD9, 0x70, 0x2A])
PICTURE_SIZE = 96

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Entry:
    """What one kind made of the image. seconds: the median of some runs of the NumPy operator."""

    kind: str
    x: Floats
    output: Floats
    calls: Sequence[LayerCall]
    explanation: Explanation
    seconds: float


def run_all(image: Floats, shared: Options) -> list[Entry]:
    """Every kind on the same image (rows, columns, channels), with what they share of `shared`.

    A kind that takes one channel gets the mean of all; one without groups or dilation ignores them.

    Raises:
        OperatorError: a setting breaks a rule.
    """
    return [_run_kind(name, image, shared) for name in KINDS]


def adapt_options(name: str, shared: Options) -> Options:
    """Of the shared options those that this kind has a control for."""
    kind, plain = KINDS[name], Options()
    options = replace(
        shared,
        **{
            field: getattr(plain, field)
            for field in ("filters", "dilation_rate", "groups", "strides")
            if field not in kind.controls
        },
    )
    if name == "pointwise":
        options = replace(options, kernel_size=1)
    if name == "depthwise_separable":
        options = replace(options, dilation_rate=1)
    return options


def _run_kind(name: str, image: Floats, shared: Options) -> Entry:
    kind, options = KINDS[name], adapt_options(name, shared)
    if kind.max_channels == 1:
        image = image.mean(axis=-1, keepdims=True)
    x = kind.prepare(image)
    kind.check(options, x.shape)
    weights = kind.make_weights(options, x.shape)
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        output = kind.run(x[np.newaxis], weights, options)[0]
        times.append(time.perf_counter() - began)
    calls = kind.make_layer_calls(weights, options, x.shape)
    explanation = kind.explain(options, x.shape, output.shape)
    return Entry(name, x, output, calls, explanation, median(times))


def make_picture(output: Floats) -> str:
    """The first filter's map as a PNG address: positive blue, negative orange, zero white."""
    plane = output[output.shape[0] // 2] if output.ndim == 4 else output
    values = plane[..., 0]
    strength = np.abs(values) / (np.abs(values).max() or 1.0)
    color = np.where((values >= 0)[..., np.newaxis], POSITIVE, NEGATIVE)
    pixels = 255 - strength[..., np.newaxis] * (255 - color)
    picture = Image.fromarray(pixels.astype(np.uint8)).resize(
        (PICTURE_SIZE, PICTURE_SIZE), Image.Resampling.NEAREST
    )
    return make_png_url(np.asarray(picture))

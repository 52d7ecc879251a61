"""Depthwise separable convolution: `keras.layers.SeparableConv2D`."""

from typing import Any

import numpy as np

from cnnlib.ops.convolution import (
    separable_conv2d,
    stage_separable_conv2d,
)
from cnnlib.ops.formulas import explain_product
from cnnlib.ops.kinds.base import (
    Explanation,
    Floats,
    Kind,
    Options,
    Weights,
    choose_kernel,
    collect,
    drop_defaults,
    make_bias,
)
from cnnlib.ops.kinds.standard import explain_sizes, explain_standard
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ops.linkage import Index
from cnnlib.ops.stages import Stage


class DepthwiseSeparable(Kind):
    """`keras.layers.SeparableConv2D`: every channel by itself, then a 1×1 that mixes them."""

    name, title = "depthwise_separable", "Depthwise separable"
    controls = ("kernel", "kernel_size", "depth_multiplier", "filters", "strides", "padding",
                "dilation_rate", "use_bias")  # fmt: skip

    def make_weights(self, options: Options, input_shape: Index) -> Weights:
        size = (options.kernel_size, options.kernel_size)
        channels = input_shape[-1]
        # Like a first filter on each channel; further multiples take the library's next kernels.
        depthwise = choose_kernel(options, size, 1, options.depth_multiplier)
        middle = channels * options.depth_multiplier
        return {
            "depthwise": np.repeat(depthwise, channels, axis=2),
            "pointwise": choose_kernel(options, (1, 1), middle, options.filters),
            **make_bias(options, options.filters),
        }

    def compute(self, x: Floats, weights: Weights, options: Options) -> list[Stage]:
        kernels = weights["depthwise"], weights["pointwise"]
        return stage_separable_conv2d(x, *kernels, **self._settings(weights, options))

    def run(self, images: Floats, weights: Weights, options: Options) -> Floats:
        kernels = weights["depthwise"], weights["pointwise"]
        return separable_conv2d(images, *kernels, **self._settings(weights, options))

    @staticmethod
    def _settings(weights: Weights, options: Options) -> dict[str, Any]:
        return {
            "strides": options.strides,
            "padding": options.padding,
            "dilation_rate": options.dilation_rate,
            "bias": weights.get("bias"),
        }

    def make_layer_calls(
        self, weights: Weights, options: Options, input_shape: Index
    ) -> list[LayerCall]:
        arguments = {
            "filters": options.filters,
            "kernel_size": options.kernel_size,
            **drop_defaults(
                strides=options.strides,
                padding=options.padding,
                dilation_rate=options.dilation_rate,
                depth_multiplier=options.depth_multiplier,
                use_bias=options.use_bias,
            ),
        }
        held = collect(weights, "depthwise", "pointwise", "bias")
        return [LayerCall("SeparableConv2D", arguments, held)]

    def explain(self, options: Options, input_shape: Index, output_shape: Index) -> Explanation:
        height, width, filters = output_shape
        channels, k, multiplier = input_shape[-1], options.kernel_size, options.depth_multiplier
        window = [("k", k), ("k", k), ("C_{in}", channels)]
        if multiplier > 1:
            window.append(("m", multiplier))
        symbol = r"(C_{in} m)" if multiplier > 1 else "C_{in}"
        mixing = [(symbol, channels * multiplier), ("C_{out}", filters)]
        places = [("H_{out}", height), ("W_{out}", width)]
        biases = ("C_{out}", filters if options.use_bias else 0)
        return Explanation(
            sizes=explain_sizes(options, input_shape),
            params=(
                explain_product("depthwise", window),
                explain_product("pointwise", mixing, biases),
            ),
            macs=(
                explain_product("depthwise", [*places, *window]),
                explain_product("pointwise", [*places, *mixing]),
            ),
            standard=explain_standard(options, channels, output_shape),
        )

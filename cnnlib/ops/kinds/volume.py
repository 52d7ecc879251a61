"""Convolution in three dimensions: `keras.layers.Conv3D`."""

from typing import Any

import numpy as np

from cnnlib.ops.convolution import (
    conv3d,
    stage_conv3d,
)
from cnnlib.ops.formulas import (
    explain_output_size,
    explain_product,
)
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
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ops.linkage import Index
from cnnlib.ops.stages import Stage


class Volume(Kind):
    """`keras.layers.Conv3D`: the image's channels, stacked as slices, are the depth."""

    name, title = "volume", "3-D"
    controls = ("kernel", "kernel_size", "kernel_depth", "filters", "strides", "padding",
                "use_bias")  # fmt: skip
    max_channels = 6

    def prepare(self, image: Floats) -> Floats:
        return np.ascontiguousarray(image.transpose(2, 0, 1))[..., np.newaxis]

    def make_weights(self, options: Options, input_shape: Index) -> Weights:
        flat = choose_kernel(
            options, (options.kernel_size, options.kernel_size), 1, options.filters
        )
        kernel = np.repeat(flat[np.newaxis], options.kernel_depth, axis=0)
        return {"kernel": kernel, **make_bias(options, options.filters)}

    def compute(self, x: Floats, weights: Weights, options: Options) -> list[Stage]:
        return stage_conv3d(x, weights["kernel"], **self._settings(weights, options))

    def run(self, images: Floats, weights: Weights, options: Options) -> Floats:
        return conv3d(images, weights["kernel"], **self._settings(weights, options))

    def _settings(self, weights: Weights, options: Options) -> dict[str, Any]:
        return {
            "strides": self._strides(options),
            "padding": options.padding,
            "bias": weights.get("bias"),
        }

    def make_layer_calls(
        self, weights: Weights, options: Options, input_shape: Index
    ) -> list[LayerCall]:
        strides = options.strides if options.strides == 1 else self._strides(options)
        arguments = {
            "filters": options.filters,
            "kernel_size": (options.kernel_depth, options.kernel_size, options.kernel_size),
            **drop_defaults(strides=strides, padding=options.padding, use_bias=options.use_bias),
        }
        return [LayerCall("Conv3D", arguments, collect(weights, "kernel", "bias"))]

    def explain(self, options: Options, input_shape: Index, output_shape: Index) -> Explanation:
        sizes = [
            explain_output_size(name, places, kernel_size, stride, options.padding)
            for name, places, kernel_size, stride in zip(
                ("Output depth", "Output height", "Output width"),
                input_shape,
                (options.kernel_depth, options.kernel_size, options.kernel_size),
                self._strides(options),
                strict=False,
            )
        ]
        window = [
            ("k_d", options.kernel_depth),
            ("k", options.kernel_size),
            ("k", options.kernel_size),
        ]
        both = [("C_{in}", input_shape[-1]), ("C_{out}", options.filters)]
        biases = ("C_{out}", options.filters if options.use_bias else 0)
        places = list(zip(("D_{out}", "H_{out}", "W_{out}"), output_shape, strict=False))
        params = explain_product("Parameters", [*window, *both], biases)
        macs = explain_product("MACs", [*places, *window, *both])
        return Explanation(tuple(sizes), (params,), (macs,))

    @staticmethod
    def _strides(options: Options) -> tuple[int, int, int]:
        """Every slice is visited; strides thin rows and columns."""
        return (1, options.strides, options.strides)

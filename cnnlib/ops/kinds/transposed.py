"""Transposed convolution: `keras.layers.Conv2DTranspose`."""

from typing import Any

import numpy as np

from cnnlib.ops.convolution import (
    conv2d_transpose,
    stage_conv2d_transpose,
)
from cnnlib.ops.formulas import (
    explain_product,
    explain_transposed_size,
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
from cnnlib.ops.kinds.standard import count_standard_params
from cnnlib.ops.layer_calls import LayerCall
from cnnlib.ops.linkage import Index
from cnnlib.ops.stages import Stage


class Transposed(Kind):
    """`keras.layers.Conv2DTranspose`; its kernel is (rows, columns, filters, in_channels)."""

    name, title = "transposed", "Transposed"
    controls = ("kernel", "kernel_size", "filters", "strides", "padding", "use_bias")

    def make_weights(self, options: Options, input_shape: Index) -> Weights:
        size = (options.kernel_size, options.kernel_size)
        kernel = choose_kernel(options, size, input_shape[-1], options.filters)
        turned = np.ascontiguousarray(kernel.swapaxes(2, 3))
        return {"kernel": turned, **make_bias(options, options.filters)}

    def compute(self, x: Floats, weights: Weights, options: Options) -> list[Stage]:
        return stage_conv2d_transpose(x, weights["kernel"], **self._settings(weights, options))

    def run(self, images: Floats, weights: Weights, options: Options) -> Floats:
        return conv2d_transpose(images, weights["kernel"], **self._settings(weights, options))

    @staticmethod
    def _settings(weights: Weights, options: Options) -> dict[str, Any]:
        return {
            "strides": options.strides,
            "padding": options.padding,
            "bias": weights.get("bias"),
        }

    def make_layer_calls(
        self, weights: Weights, options: Options, input_shape: Index
    ) -> list[LayerCall]:
        arguments = {
            "filters": options.filters,
            "kernel_size": options.kernel_size,
            **drop_defaults(
                strides=options.strides, padding=options.padding, use_bias=options.use_bias
            ),
        }
        return [LayerCall("Conv2DTranspose", arguments, collect(weights, "kernel", "bias"))]

    def explain(self, options: Options, input_shape: Index, output_shape: Index) -> Explanation:
        size, stride = options.kernel_size, options.strides
        height, width = (
            explain_transposed_size(name, places, size, stride, options.padding)
            for name, places in zip(("Output height", "Output width"), input_shape, strict=False)
        )
        macs = explain_product(
            "MACs",
            [
                ("H_{in}", input_shape[0]),
                ("W_{in}", input_shape[1]),
                ("k", size),
                ("k", size),
                ("C_{in}", input_shape[-1]),
                ("C_{out}", output_shape[-1]),
            ],
        )
        params = count_standard_params(options, input_shape[-1], output_shape[-1])
        return Explanation((height, width), (params,), (macs,))

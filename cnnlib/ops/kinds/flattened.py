"""Flattened convolution: one line of numbers for each axis."""

import numpy as np

from cnnlib.ops.convolution import (
    flattened_conv2d,
    split_rank_one,
    stage_flattened_conv2d,
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


class Flattened(Kind):
    """Three one-dimensional convolutions: across the channels, down the columns, along the rows."""

    name, title = "flattened", "Flattened"
    controls = ("kernel", "kernel_size", "filters", "padding", "use_bias")

    def make_weights(self, options: Options, input_shape: Index) -> Weights:
        k, filters = options.kernel_size, options.filters
        flat = choose_kernel(options, (k, k), 1, filters)
        halves = [split_rank_one(flat[:, :, 0, number]) for number in range(filters)]
        columns = np.stack([half.column for half in halves], axis=-1)
        rows = np.stack([half.row for half in halves], axis=-1)
        return {
            "channel": choose_kernel(options, (1, 1), input_shape[-1], filters),
            "column": columns.reshape(k, 1, filters, 1).astype(np.float32),
            "row": rows.reshape(1, k, filters, 1).astype(np.float32),
            **make_bias(options, filters),
        }

    def compute(self, x: Floats, weights: Weights, options: Options) -> list[Stage]:
        lines = weights["channel"], weights["column"], weights["row"]
        return stage_flattened_conv2d(x, *lines, padding=options.padding, bias=weights.get("bias"))

    def run(self, images: Floats, weights: Weights, options: Options) -> Floats:
        lines = weights["channel"], weights["column"], weights["row"]
        return flattened_conv2d(images, *lines, padding=options.padding, bias=weights.get("bias"))

    def make_layer_calls(
        self, weights: Weights, options: Options, input_shape: Index
    ) -> list[LayerCall]:
        k = options.kernel_size
        shared = drop_defaults(padding=options.padding)
        last = drop_defaults(padding=options.padding, use_bias=options.use_bias)
        return [
            LayerCall(
                "Conv2D",
                {"filters": options.filters, "kernel_size": 1, "use_bias": False},
                (weights["channel"],),
            ),
            LayerCall(
                "DepthwiseConv2D",
                {"kernel_size": (k, 1), **shared, "use_bias": False},
                (weights["column"],),
            ),
            LayerCall(
                "DepthwiseConv2D", {"kernel_size": (1, k), **last}, collect(weights, "row", "bias")
            ),
        ]

    def explain(self, options: Options, input_shape: Index, output_shape: Index) -> Explanation:
        k, channels, filters = options.kernel_size, input_shape[-1], options.filters
        mixing = [("C_{in}", channels), ("C_{out}", filters)]
        line = [("k", k), ("C_{out}", filters)]
        start = [("H_{in}", input_shape[0]), ("W_{in}", input_shape[1])]
        middle = [("H_{out}", output_shape[0]), ("W_{in}", input_shape[1])]
        end = [("H_{out}", output_shape[0]), ("W_{out}", output_shape[1])]
        biases = ("C_{out}", filters if options.use_bias else 0)
        return Explanation(
            sizes=explain_sizes(options, input_shape),
            params=(
                explain_product("channel", mixing),
                explain_product("column", line),
                explain_product("row", line, biases),
            ),
            macs=(
                explain_product("channel", [*start, *mixing]),
                explain_product("column", [*middle, *line]),
                explain_product("row", [*end, *line]),
            ),
            standard=explain_standard(options, channels, output_shape),
        )

"""The kinds that split a convolution into several cheaper ones."""

from typing import Any

import numpy as np

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution import (
    conv2d,
    flattened_conv2d,
    separable_conv2d,
    shuffled_grouped_conv2d,
    spatially_separable_conv2d,
    split_rank_one,
    stage_channel_shuffle,
    stage_conv2d,
    stage_flattened_conv2d,
    stage_separable_conv2d,
    stage_spatially_separable_conv2d,
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


class SpatiallySeparable(Kind):
    """A k×1 convolution, then a 1×k one: the nearest split of the learner's own k×k kernel."""

    name, title = "spatially_separable", "Spatially separable"
    controls = ("kernel", "kernel_size", "strides", "padding")
    max_channels = 1

    def make_weights(self, options: Options, input_shape: Index) -> Weights:
        size = (options.kernel_size, options.kernel_size)
        return {"kernel": choose_kernel(options, size, 1, 1)}

    def split(self, weights: Weights) -> tuple[Floats, Floats]:
        """(rows, 1, 1, 1) and (1, columns, 1, 1), whose product is nearest to the kernel."""
        halves = split_rank_one(weights["kernel"][:, :, 0, 0])
        return halves.column.reshape(-1, 1, 1, 1), halves.row.reshape(1, -1, 1, 1)

    def compute(self, x: Floats, weights: Weights, options: Options) -> list[Stage]:
        column, row = self.split(weights)
        return stage_spatially_separable_conv2d(
            x, column, row, strides=options.strides, padding=options.padding
        )

    def run(self, images: Floats, weights: Weights, options: Options) -> Floats:
        column, row = self.split(weights)
        return spatially_separable_conv2d(
            images, column, row, strides=options.strides, padding=options.padding
        )

    def make_layer_calls(
        self, weights: Weights, options: Options, input_shape: Index
    ) -> list[LayerCall]:
        column, row = self.split(weights)
        k, s = options.kernel_size, options.strides
        shared = drop_defaults(padding=options.padding)
        return [
            LayerCall(
                "Conv2D",
                {
                    "filters": 1,
                    "kernel_size": (k, 1),
                    **_strides(s, 1),
                    **shared,
                    "use_bias": False,
                },
                (column,),
            ),
            LayerCall(
                "Conv2D",
                {
                    "filters": 1,
                    "kernel_size": (1, k),
                    **_strides(1, s),
                    **shared,
                    "use_bias": False,
                },
                (row,),
            ),
        ]

    def explain(self, options: Options, input_shape: Index, output_shape: Index) -> Explanation:
        k = options.kernel_size
        height, width, _ = output_shape
        column = [("H_{out}", height), ("W_{in}", input_shape[1]), ("k", k)]
        row = [("H_{out}", height), ("W_{out}", width), ("k", k)]
        return Explanation(
            sizes=explain_sizes(options, input_shape),
            params=(explain_product("column", [("k", k)]), explain_product("row", [("k", k)])),
            macs=(explain_product("column", column), explain_product("row", row)),
            standard=explain_standard(options, 1, output_shape),
        )


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


class ShuffledGrouped(Kind):
    """A grouped convolution, a shuffle of its channels, and a grouped 1×1 that profits from it."""

    name, title = "shuffled_grouped", "Shuffled grouped"
    controls = ("kernel", "kernel_size", "filters", "groups", "strides", "padding", "use_bias")
    max_channels = 6

    def check(self, options: Options, input_shape: Index) -> None:
        super().check(options, input_shape)
        if options.filters % options.groups:
            raise OperatorError(
                f"groups must divide filters, so that the shuffle deals out whole hands. "
                f"Received: filters={options.filters}, groups={options.groups}."
            )

    def make_weights(self, options: Options, input_shape: Index) -> Weights:
        size = (options.kernel_size, options.kernel_size)
        share = max(input_shape[-1] // options.groups, 1)
        middle = max(options.filters // options.groups, 1)
        return {
            "kernel": choose_kernel(options, size, share, options.filters),
            "pointwise": choose_kernel(options, (1, 1), middle, options.filters),
            **make_bias(options, options.filters),
        }

    def compute(self, x: Floats, weights: Weights, options: Options) -> list[Stage]:
        grouped = stage_conv2d(
            x,
            weights["kernel"],
            strides=options.strides,
            padding=options.padding,
            groups=options.groups,
        )
        shuffled = stage_channel_shuffle(grouped[-1].output, options.groups)
        mixed = stage_conv2d(
            shuffled[-1].output,
            weights["pointwise"],
            groups=options.groups,
            bias=weights.get("bias"),
        )
        return [*grouped, *shuffled, *mixed]

    def run(self, images: Floats, weights: Weights, options: Options) -> Floats:
        shuffled = shuffled_grouped_conv2d(
            images,
            weights["kernel"],
            groups=options.groups,
            strides=options.strides,
            padding=options.padding,
        )
        return conv2d(
            shuffled, weights["pointwise"], groups=options.groups, bias=weights.get("bias")
        )

    def make_layer_calls(
        self, weights: Weights, options: Options, input_shape: Index
    ) -> list[LayerCall]:
        groups, filters = options.groups, options.filters
        height, width = (formula.result for formula in explain_sizes(options, input_shape))
        grouped = drop_defaults(
            strides=options.strides, padding=options.padding, groups=groups, use_bias=False
        )
        mixing = drop_defaults(groups=groups, use_bias=options.use_bias)
        return [
            LayerCall(
                "Conv2D",
                {"filters": filters, "kernel_size": options.kernel_size, **grouped},
                (weights["kernel"],),
            ),
            LayerCall("Reshape", {"target_shape": (height, width, groups, filters // groups)}),
            LayerCall("Permute", {"dims": (1, 2, 4, 3)}),
            LayerCall("Reshape", {"target_shape": (height, width, filters)}),
            LayerCall(
                "Conv2D",
                {"filters": filters, "kernel_size": 1, **mixing},
                collect(weights, "pointwise", "bias"),
            ),
        ]

    def explain(self, options: Options, input_shape: Index, output_shape: Index) -> Explanation:
        k, filters, groups = options.kernel_size, options.filters, options.groups
        first = [
            ("k", k),
            ("k", k),
            (r"\tfrac{C_{in}}{g}", input_shape[-1] // groups),
            ("C_{out}", filters),
        ]
        second = [(r"\tfrac{C_{out}}{g}", filters // groups), ("C_{out}", filters)]
        places = [("H_{out}", output_shape[0]), ("W_{out}", output_shape[1])]
        biases = ("C_{out}", filters if options.use_bias else 0)
        return Explanation(
            sizes=explain_sizes(options, input_shape),
            params=(
                explain_product("grouped", first),
                explain_product(r"grouped 1×1", second, biases),
            ),
            macs=(
                explain_product("grouped", [*places, *first]),
                explain_product(r"grouped 1×1", [*places, *second]),
            ),
            standard=explain_standard(options, input_shape[-1], output_shape),
        )


def _strides(rows: int, columns: int) -> dict[str, tuple[int, int]]:
    return {} if rows == columns == 1 else {"strides": (rows, columns)}

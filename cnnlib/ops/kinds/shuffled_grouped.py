"""Grouped convolutions with a shuffle between them."""

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution import (
    conv2d,
    shuffled_grouped_conv2d,
    stage_channel_shuffle,
    stage_conv2d,
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

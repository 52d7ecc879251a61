"""The kinds that are one `keras.layers.Conv2D`, and differ in what the learner may set."""

from dataclasses import replace
from typing import Any

from cnnlib.ops.convolution import (
    conv2d,
    stage_conv2d,
    stage_conv2d_in_two_steps,
)
from cnnlib.ops.formulas import (
    Formula,
    explain_effective_size,
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


class StandardConvolution(Kind):
    """`keras.layers.Conv2D`."""

    def make_weights(self, options: Options, input_shape: Index) -> Weights:
        size = (options.kernel_size, options.kernel_size)
        kernel = choose_kernel(
            options, size, max(input_shape[-1] // options.groups, 1), options.filters
        )
        return {"kernel": kernel, **make_bias(options, options.filters)}

    def compute(self, x: Floats, weights: Weights, options: Options) -> list[Stage]:
        return stage_conv2d(x, weights["kernel"], **self._settings(weights, options))

    def run(self, images: Floats, weights: Weights, options: Options) -> Floats:
        return conv2d(images, weights["kernel"], **self._settings(weights, options))

    @staticmethod
    def _settings(weights: Weights, options: Options) -> dict[str, Any]:
        return {
            "strides": options.strides,
            "padding": options.padding,
            "dilation_rate": options.dilation_rate,
            "groups": options.groups,
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
                groups=options.groups,
                use_bias=options.use_bias,
            ),
        }
        return [LayerCall("Conv2D", arguments, collect(weights, "kernel", "bias"))]

    def explain(self, options: Options, input_shape: Index, output_shape: Index) -> Explanation:
        return Explanation(
            sizes=explain_sizes(options, input_shape),
            params=(count_standard_params(options, input_shape[-1], output_shape[-1]),),
            macs=(count_standard_macs(options, input_shape[-1], output_shape),),
        )


class SingleChannel(StandardConvolution):
    name, title = "single", "Single channel"
    controls = ("kernel", "kernel_size", "strides", "padding", "use_bias")
    max_channels = 1


class MultiChannel(StandardConvolution):
    name, title = "multi", "Multi-channel"
    controls = (
        "kernel", "kernel_size", "filters", "strides", "padding", "use_bias", "in_two_steps",
    )  # fmt: skip

    def compute(self, x: Floats, weights: Weights, options: Options) -> list[Stage]:
        if not options.in_two_steps:
            return super().compute(x, weights, options)
        return stage_conv2d_in_two_steps(
            x,
            weights["kernel"],
            strides=options.strides,
            padding=options.padding,
            bias=weights.get("bias"),
        )


class Pointwise(StandardConvolution):
    """1×1: neither size nor library kernel to choose; it mixes channels."""

    name, title = "pointwise", "1×1"
    controls = ("filters", "use_bias")
    max_channels = 6


class Dilated(StandardConvolution):
    name, title = "dilated", "Dilated"
    controls = (
        "kernel", "kernel_size", "dilation_rate", "filters", "strides", "padding", "use_bias",
    )  # fmt: skip

    def explain(self, options: Options, input_shape: Index, output_shape: Index) -> Explanation:
        plain = super().explain(options, input_shape, output_shape)
        effective = explain_effective_size(options.kernel_size, options.dilation_rate)
        return Explanation((effective, *plain.sizes), plain.params, plain.macs)


class Grouped(StandardConvolution):
    name, title = "grouped", "Grouped"
    controls = ("kernel", "kernel_size", "filters", "groups", "strides", "padding", "use_bias")
    max_channels = 6

    def explain(self, options: Options, input_shape: Index, output_shape: Index) -> Explanation:
        plain = super().explain(options, input_shape, output_shape)
        standard = explain_standard(options, input_shape[-1], output_shape)
        return Explanation(plain.sizes, plain.params, plain.macs, standard)


def explain_sizes(options: Options, input_shape: Index) -> tuple[Formula, ...]:
    """Output height and width of a sliding window."""
    return tuple(
        explain_output_size(
            name,
            size,
            options.kernel_size,
            options.strides,
            options.padding,
            options.dilation_rate,
        )
        for name, size in zip(("Output height", "Output width"), input_shape, strict=False)
    )


def count_standard_params(options: Options, in_channels: int, filters: int) -> Formula:
    """k·k·C_in/g·C_out + C_out."""
    factors = [("k", options.kernel_size), ("k", options.kernel_size)]
    factors.append(_channels_per_group(options, in_channels))
    factors.append(("C_{out}", filters))
    biases = ("C_{out}", filters if options.use_bias else 0)
    return explain_product("Parameters", factors, biases)


def count_standard_macs(options: Options, in_channels: int, output_shape: Index) -> Formula:
    """H_out·W_out·k·k·C_in/g·C_out."""
    factors = list(zip(("H_{out}", "W_{out}"), output_shape, strict=False))
    factors += [("k", options.kernel_size), ("k", options.kernel_size)]
    factors.append(_channels_per_group(options, in_channels))
    factors.append(("C_{out}", output_shape[-1]))
    return explain_product("MACs", factors)


def explain_standard(
    options: Options, in_channels: int, output_shape: Index
) -> tuple[Formula, Formula]:
    """Parameters and MACs of a standard convolution that gives an output of this shape."""
    plain = replace(options, groups=1)
    return (
        count_standard_params(plain, in_channels, output_shape[-1]),
        count_standard_macs(plain, in_channels, output_shape),
    )


def _channels_per_group(options: Options, in_channels: int) -> tuple[str, int]:
    symbol = r"\tfrac{C_{in}}{g}" if options.groups > 1 else "C_{in}"
    return symbol, in_channels // options.groups

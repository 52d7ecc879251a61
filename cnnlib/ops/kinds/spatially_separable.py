"""A k×k convolution as a k×1 one and a 1×k one."""

from cnnlib.ops.convolution import (
    spatially_separable_conv2d,
    split_rank_one,
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
    drop_defaults,
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


def _strides(rows: int, columns: int) -> dict[str, tuple[int, int]]:
    return {} if rows == columns == 1 else {"strides": (rows, columns)}

"""The Keras layers of a CBAPD block, and how many parameters each has."""

import numpy as np

from cnnlib.ops.blocks import EPSILON, Block
from cnnlib.ops.layer_calls import LayerCall


def make_layer_calls(block: Block, *, dropout: bool = True) -> list[LayerCall]:
    """The Keras layers in the block's order; without dropout what can be compared in training."""
    return [_make_call(step, block) for step in block.steps if dropout or step != "D"]


def _make_call(step: str, block: Block) -> LayerCall:
    if step == "C":
        rows, _, _, filters = block.kernel.shape
        arguments = {"filters": filters, "kernel_size": rows, "padding": block.padding}
        return LayerCall("Conv2D", arguments, (block.kernel, block.bias))
    if step == "B":
        assert block.moving is not None, "a block with BatchNorm has statistics"
        mean, variance = block.moving
        weights = (np.ones_like(mean), np.zeros_like(mean), mean, variance)
        return LayerCall("BatchNormalization", {"epsilon": EPSILON}, weights)
    if step == "A":
        return LayerCall("Activation", {"activation": block.activation})
    if step == "P":
        layer = "MaxPooling2D" if block.pooling == "max" else "AveragePooling2D"
        return LayerCall(layer, {"pool_size": block.pool_size, "padding": "same"})
    return LayerCall("Dropout", {"rate": block.rate})


def count_step_params(step: str, block: Block, shape: tuple[int, ...]) -> int:
    """The parameters of a step whose output is (rows, columns, channels), trainable or not."""
    if step == "C":
        return block.kernel.size + block.bias.size
    return 4 * shape[-1] if step == "B" else 0

"""A stack's grids with values in them: averages for convolutions, the largest for pooling."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cnnlib.errors import OperatorError
from cnnlib.ops.linkage import Linkage, link_one_to_one
from cnnlib.ops.receptive_field import StackLayer, slide_layer
from cnnlib.ops.stages import Stage


def link_layer(layer: StackLayer, input_shape: tuple[int, int, int]) -> Linkage:
    """The layer on (height, width, channels), each channel by itself.

    The weights are those of one square kernel of (kernel_size, kernel_size), for all channels.

    Raises:
        OperatorError: the layer does not fit into the input.
    """
    height, width, channels = input_shape
    rows = slide_layer(layer, height, weight_step=layer.kernel_size)
    return Linkage(input_shape, (rows, slide_layer(layer, width), link_one_to_one(channels)))


def compute_stages(layers: Sequence[StackLayer], image: NDArray[np.float32]) -> tuple[Stage, ...]:
    """Run a stack whose convolutions are average filters, so that every grid shows something.

    Padding is zeros for convolutions and nothing at all for pooling, as in Keras.

    Args:
        image: (height, width, channels) float32.

    Raises:
        OperatorError: a layer does not fit into what comes before it; the message names it.
    """
    stages: list[Stage] = []
    values = image
    for layer in layers:
        try:
            linkage = link_layer(layer, values.shape)
        except OperatorError as error:
            raise OperatorError(f"Layer {layer.name}: {error}") from error
        windows = _gather(values, linkage, 0.0 if layer.kind == "conv" else -np.inf)
        if layer.kind == "conv":
            kernel = make_average_kernel(layer.kernel_size)
            values = np.einsum("akblc,kl->abc", windows, kernel, dtype=np.float32)
            stages.append(Stage(layer.name, linkage, values, kernel))
        else:
            values = windows.max(axis=(1, 3))
            stages.append(Stage(layer.name, linkage, values))
    return tuple(stages)


def make_average_kernel(kernel_size: int) -> NDArray[np.float32]:
    """(kernel_size, kernel_size) of equal weights that add up to 1."""
    return np.full((kernel_size, kernel_size), 1 / kernel_size**2, np.float32)


def _gather(values: NDArray[np.float32], linkage: Linkage, padding: float) -> NDArray[np.float32]:
    """(rows, taps, columns, taps, channels): all windows of a linkage."""
    rows, columns = (
        np.array([[tap.source for tap in taps] for taps in axis]) for axis in linkage.axes[:2]
    )
    before = max(0, -rows.min(), -columns.min())
    height, width = values.shape[:2]
    after = max(0, rows.max() - height + 1, columns.max() - width + 1)
    frame = ((before, after), (before, after), (0, 0))
    padded = np.pad(values, frame, constant_values=padding)
    gathered: NDArray[np.float32] = padded[rows + before][:, :, columns + before]
    return gathered

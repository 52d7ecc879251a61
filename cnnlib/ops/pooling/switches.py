"""Switches: where in its image the cell was that a window took."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution.arguments import Floats, check_shape
from cnnlib.ops.linkage import Index


class Switched(NamedTuple):
    """A pooled image that remembers which cell each window took.

    output: (images, out rows, out columns, channels), float32.
    switches: the same shape, whole numbers: (row · columns + column) · channels + channel of the
        cell in its image, as `tf.nn.max_pool_with_argmax` counts; -1: the window took none.
    """

    output: Floats
    switches: NDArray[np.int64]


def as_switches(value: ArrayLike, shape: Index, sizes: Index) -> NDArray[np.int64]:
    """Switches that fit: one for each cell of `shape`, each into its own channel of the image.

    Args:
        shape: (images, rows, columns, channels) of the pooled grid.
        sizes: (rows, columns) of the image that was pooled.

    Raises:
        OperatorError: not whole numbers, another shape, or one leads out of the image or channel.
    """
    switches = np.asarray(value)
    check_shape("switches", switches.shape, shape, ", one for each pooled cell")
    if not np.issubdtype(switches.dtype, np.integer):
        raise OperatorError(
            "switches must be whole numbers, as max_pool2d_with_switches returns them. "
            f"Received: {switches.dtype}."
        )
    channels = shape[-1]
    last = int(np.prod(sizes)) * channels - 1
    wrong = (switches < -1) | (switches > last) | (switches % channels != np.arange(channels))
    wrong &= switches != -1
    if wrong.any():
        raise OperatorError(
            f"switches must lead into their own channel of the image: (row · {sizes[1]} + column) "
            f"· {channels} + channel, from 0 to {last}, or -1 for none. Take those of the same "
            f"image and settings. Received: {int(switches[wrong][0])}."
        )
    return switches.astype(np.int64)

"""What every window of an image sees, and the way back from the windows to the image.

Every pooling here is a weighted sum over each window's cells. So an operator is a rule for the
weights: 1 for the largest and 0 else, 1/n for all … The same weights draw the linkage and, for
the operators whose weights stand still when a cell moves, carry the gradient back.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.ops.convolution.arguments import IMAGES, Floats, Sizes, as_array
from cnnlib.ops.convolution.sweep import Sweep
from cnnlib.ops.linkage import Index, Linkage, link_one_to_one
from cnnlib.ops.pooling.arguments import as_upstream, make_pool_sweep


@dataclass(frozen=True)
class Windows:
    """All windows of some images; a window's taps are counted row by row.

    cells: (taps, images, rows, columns, channels); rows and columns are places of the window. 0 in
        the padding.
    sources: (taps, 1, rows, columns, 1), row · width + column of the tap in the image; -1 in the
        padding.
    """

    sweep: Sweep
    cells: Floats
    sources: NDArray[np.int64]

    @cached_property
    def inside(self) -> NDArray[np.bool_]:
        """(taps, 1, rows, columns, 1): whether the tap lies in the image, not in its padding."""
        return self.sources >= 0

    @cached_property
    def counts(self) -> Floats:
        """(1, rows, columns, 1): how many cells of the image a window has, 1 or more."""
        counts: Floats = self.inside.sum(axis=0, dtype=np.float32)
        return counts

    @property
    def shape(self) -> Index:
        """(images, rows, columns, channels): one cell for each window."""
        return self.cells.shape[1:]

    def pick(self, taps: NDArray[np.int64]) -> Floats:
        """The cell of each window's tap `taps` (images, rows, columns, channels)."""
        picked: Floats = np.take_along_axis(self.cells, taps[None], axis=0)[0]
        return picked

    def mark(self, taps: NDArray[np.int64]) -> Floats:
        """Weights (taps, images, rows, columns, channels): 1 at each window's tap, else 0."""
        numbers = np.arange(len(self.cells)).reshape(-1, 1, 1, 1, 1)
        weights: Floats = (numbers == taps).astype(np.float32)
        return weights

    def locate(self, taps: NDArray[np.int64]) -> NDArray[np.int64]:
        """Switches: where in its image the cell of each window's tap lies.

        It is (row · width + column) · channels + channel, as `tf.nn.max_pool_with_argmax` counts.
        """
        channels = self.shape[-1]
        chosen = np.take_along_axis(np.broadcast_to(self.sources, self.cells.shape), taps[None], 0)
        return np.where(chosen[0] < 0, -1, chosen[0] * channels + np.arange(channels))

    def match(self, switches: NDArray[np.int64]) -> Floats:
        """Weights: 1 where a tap is the cell that the window's switch names, else 0."""
        channels = self.shape[-1]
        same = self.sources * channels + np.arange(channels) == switches
        weights: Floats = (self.inside & same).astype(np.float32)
        return weights

    def send_back(self, parts: Floats) -> Floats:
        """Add each tap's part to the cell of the image that it is: (images, *sizes, channels)."""
        canvas = self.sweep.make_canvas(self.shape[0], self.shape[-1])
        for part, (_, view) in zip(parts, self.sweep.views(canvas), strict=True):
            view += part
        return np.ascontiguousarray(self.sweep.crop(canvas))

    def as_upstream(self, upstream: ArrayLike) -> Floats:
        """`upstream` checked: one number for each window."""
        return as_upstream(upstream, self.shape)


def look(
    x: ArrayLike, pool_size: Sizes, *, strides: Sizes | None = None, padding: str = "valid"
) -> Windows:
    """The windows of x (images, rows, columns, channels).

    Raises:
        OperatorError: a shape or a setting breaks a rule.
    """
    images = as_array("x", x, IMAGES)
    sweep = make_pool_sweep(images.shape[1:3], pool_size, strides, padding)
    numbers = np.arange(np.prod(sweep.sizes)).reshape(1, *sweep.sizes, 1)
    return Windows(sweep, _gather(sweep, images, 0), _gather(sweep, numbers, -1))


def _gather(sweep: Sweep, values: NDArray[Any], fill: int) -> NDArray[Any]:
    canvas = np.pad(values, ((0, 0), *sweep.zeros, (0, 0)), constant_values=fill)
    return np.stack([view for _, view in sweep.views(canvas)])


def look_at_one(
    image: ArrayLike, pool_size: Sizes, *, strides: Sizes | None = None, padding: str = "valid"
) -> Windows:
    """The windows of one image (rows, columns, channels)."""
    cells = as_array("image", image, IMAGES[1:])
    return look(cells[None], pool_size, strides=strides, padding=padding)


def link(windows: Windows, weights: Floats) -> Linkage:
    """What each window of one image reads, with `weights` (taps, 1, rows, columns, channels)."""
    channels = windows.shape[-1]
    axes = (*windows.sweep.link(0), link_one_to_one(channels))
    by_cell = np.broadcast_to(weights, windows.cells.shape)[:, 0].reshape(len(weights), -1).T
    return Linkage((*windows.sweep.sizes, channels), axes, np.ascontiguousarray(by_cell))

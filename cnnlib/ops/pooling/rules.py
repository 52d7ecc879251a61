"""The three plain rules, for all windows at once: what a window gives, and the cells' weights.

Cells in the padding never count. Results have the windows' shape (images, rows, columns, channels),
weights (taps, images, rows, columns, channels); a window's weights add up to 1.
"""

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops.convolution.arguments import Floats
from cnnlib.ops.pooling.windows import Windows


def take_max(windows: Windows) -> Floats:
    """The largest cell."""
    largest: Floats = np.where(windows.inside, windows.cells, np.float32(-np.inf)).max(axis=0)
    return largest


def find_winners(windows: Windows) -> NDArray[np.int64]:
    """The tap of the largest cell; of equals the first, row by row, as TensorFlow's."""
    winners: NDArray[np.int64] = (windows.inside & (windows.cells == take_max(windows))).argmax(0)
    return winners


def weigh_max(windows: Windows) -> Floats:
    """1 for the winner."""
    return windows.mark(find_winners(windows))


def take_average(windows: Windows) -> Floats:
    """The mean of the cells in the image."""
    means: Floats = windows.cells.sum(axis=0) / windows.counts
    return means


def weigh_average(windows: Windows) -> Floats:
    """1/n for each cell in the image, n of them in the window."""
    shares = windows.inside / windows.counts
    return np.broadcast_to(shares, windows.cells.shape).astype(np.float32)


def take_median(windows: Windows) -> Floats:
    """The middle cell by size; of an even count the mean of the two middle ones."""
    low, high = _find_middles(windows)
    return np.float32(0.5) * (windows.pick(low) + windows.pick(high))


def weigh_median(windows: Windows) -> Floats:
    """1 for the middle cell, or a half for each of the two."""
    low, high = _find_middles(windows)
    return np.float32(0.5) * (windows.mark(low) + windows.mark(high))


def _find_middles(windows: Windows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The taps of the lower and the upper middle; of equal cells the first counts as smaller."""
    outside = np.broadcast_to(~windows.inside, windows.cells.shape)
    order = np.lexsort((windows.cells, outside), axis=0)  # the padding last
    counts = np.broadcast_to(windows.counts.astype(np.int64), windows.shape)[None]
    low = np.take_along_axis(order, (counts - 1) // 2, axis=0)[0]
    high = np.take_along_axis(order, counts // 2, axis=0)[0]
    return low, high

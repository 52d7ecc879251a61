"""A computation as stages: each one grid made from the one before it, with its linkage."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops.linkage import Linkage


@dataclass(frozen=True)
class Stage:
    """One step from grid to grid, all arrays float32 and without the batch axis.

    output: (height, width, channels), 3-D: (depth, height, width, channels).
    kernel: as the linkage indexes it, flat in C order; None where there is none.
    bias: (channels,) or None.
    """

    name: str
    linkage: Linkage
    output: NDArray[np.float32]
    kernel: NDArray[np.float32] | None = None
    bias: NDArray[np.float32] | None = None

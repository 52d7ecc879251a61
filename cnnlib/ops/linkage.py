"""A linkage: for every output cell, the input cells that made it and the weights they met.

Windows factor by axis: the cells that an output cell reads are all combinations of what its row
reads, what its column reads and what its channel reads. So a linkage is a short list per axis
instead of a long one per cell, and one form holds for convolution of every kind, pooling,
unpooling, padding and receptive fields.
"""

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Index = tuple[int, ...]


class Tap(NamedTuple):
    """One thing that an output place reads along one axis.

    source: the input's place on this axis; below 0 or beyond the end it is a zero of padding.
    weight: this axis' share of the weight's index in the flattened kernel; the shares of all axes
        add up to the index.
    """

    source: int
    weight: int = 0


AxisTaps = tuple[tuple[Tap, ...], ...]
"""For each output place of an axis, its taps."""


@dataclass(frozen=True)
class Linkage:
    """How an output grid comes from an input grid, both without the batch axis.

    axes: one `AxisTaps` per axis (the input has as many axes as the output).
    weights: for operators without a kernel, the weight of each tap by output cell, shape
        (output cells, taps); cells in C order, taps in the order of `cells`; rows of cells with
        fewer taps end in zeros. None: weights come from the kernel, or there are none to show.
    """

    input_shape: Index
    axes: tuple[AxisTaps, ...]
    weights: NDArray[np.float32] | None = None

    @property
    def output_shape(self) -> Index:
        return tuple(len(taps) for taps in self.axes)

    def cells(self, output: Index) -> list[tuple[Index, int]]:
        """(input index, flat kernel index) of all taps of one output cell, last axis fastest."""
        taps_by_axis = [taps[place] for taps, place in zip(self.axes, output, strict=True)]
        return [
            (tuple(tap.source for tap in taps), sum(tap.weight for tap in taps))
            for taps in product(*taps_by_axis)
        ]

    def holds(self, index: Index) -> bool:
        """Whether `index` lies in the input; False for a zero of padding."""
        return all(0 <= place < size for place, size in zip(index, self.input_shape, strict=True))

    def apply(
        self,
        values: NDArray[np.float32],
        kernel: NDArray[np.float32] | None = None,
        bias: NDArray[np.float32] | None = None,
    ) -> NDArray[np.float32]:
        """The output as the linkage tells it: weighted sums, cell by cell. Slow; for tests.

        Args:
            values: (*input_shape).
            kernel: any shape; indexed flat. Default: `weights`, and ones where there are none.
            bias: (last output axis,).
        """
        flat_kernel = None if kernel is None else kernel.ravel()
        out = np.zeros(self.output_shape, np.float32)
        for number, output in enumerate(np.ndindex(*self.output_shape)):
            total = 0.0
            for tap, (source, weight_index) in enumerate(self.cells(output)):
                if not self.holds(source):
                    continue
                if flat_kernel is not None:
                    weight = float(flat_kernel[weight_index])
                else:
                    weight = 1.0 if self.weights is None else float(self.weights[number, tap])
                total += weight * float(values[source])
            out[output] = total + (0.0 if bias is None else float(bias[output[-1]]))
        return out


def link_one_to_one(size: int, *, weight_step: int = 0) -> AxisTaps:
    """Along this axis every output place reads the input's same place (depthwise channels …)."""
    return tuple((Tap(place, place * weight_step),) for place in range(size))


def link_all(sources: int, places: int, *, source_step: int = 0, place_step: int = 0) -> AxisTaps:
    """Along this axis every output place reads every input place (a convolution's channels)."""
    return tuple(
        tuple(Tap(source, source * source_step + place * place_step) for source in range(sources))
        for place in range(places)
    )

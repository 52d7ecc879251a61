"""A window's sweep over all spatial axes at once: the engine of the fast operators.

Instead of going from window to window, the operators go from tap to tap: one tap of the kernel
meets one strided view of the padded input, for all windows together. A 3×3 kernel is nine products.
The transposed operator runs the same views the other way round: it adds into them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np

from cnnlib.ops.convolution.arguments import Floats, Sizes, as_sizes
from cnnlib.ops.linkage import AxisTaps, Index
from cnnlib.ops.windows import Padding, compute_output_size, compute_padding, slide


@dataclass(frozen=True)
class Sweep:
    """Sizes, one number for each spatial axis: (rows, columns) or (depth, rows, columns)."""

    sizes: Index
    kernel_size: Index
    strides: Index
    padding: Padding
    dilation_rate: Index

    @property
    def places(self) -> Index:
        """How many windows there are along each axis: the output's spatial shape."""
        return tuple(
            compute_output_size(size, k, stride=s, padding=self.padding, dilation_rate=d)
            for size, k, s, d in self._by_axis()
        )

    @property
    def zeros(self) -> tuple[tuple[int, int], ...]:
        """Zeros (before, after) on each axis."""
        return tuple(
            compute_padding(size, k, stride=s, padding=self.padding, dilation_rate=d)
            for size, k, s, d in self._by_axis()
        )

    def pad(self, x: Floats) -> Floats:
        """x (batch, *sizes, channels) in the middle of its zeros."""
        canvas = self.make_canvas(x.shape[0], x.shape[-1])
        self.crop(canvas)[...] = x
        return canvas

    def make_canvas(self, batch: int, channels: int) -> Floats:
        """Zeros as large as the padded input."""
        padded = [size + sum(zeros) for size, zeros in zip(self.sizes, self.zeros, strict=True)]
        return np.zeros((batch, *padded, channels), np.float32)

    def crop(self, canvas: Floats) -> Floats:
        """The view of a padded input without its padding."""
        inner = [
            slice(before, before + size)
            for size, (before, _) in zip(self.sizes, self.zeros, strict=True)
        ]
        return canvas[:, *inner]

    def views(self, canvas: Floats) -> Iterator[tuple[Index, Floats]]:
        """Each tap's place in the kernel, and what it meets: a view (batch, *places, channels)."""
        places = self.places
        for tap in np.ndindex(*self.kernel_size):
            starts = [t * d for t, d in zip(tap, self.dilation_rate, strict=True)]
            cells = [
                slice(start, start + (count - 1) * stride + 1, stride)
                for start, count, stride in zip(starts, places, self.strides, strict=True)
            ]
            yield tap, canvas[:, *cells]

    def link(self, weight_step: int) -> tuple[AxisTaps, ...]:
        """What each place reads, axis by axis.

        Args:
            weight_step: numbers that a kernel holds for one spatial tap (its channels' product).
        """
        axes: list[AxisTaps] = []
        for size, k, s, d in reversed(self._by_axis()):
            options = {"stride": s, "dilation_rate": d, "weight_step": weight_step}
            axes.insert(0, slide(size, k, padding=self.padding, **options))
            weight_step *= k
        return tuple(axes)

    def _by_axis(self) -> list[tuple[int, int, int, int]]:
        return list(
            zip(self.sizes, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        )


def make_sweep(
    sizes: Index,
    kernel_size: Index,
    *,
    strides: Sizes = 1,
    padding: str = "valid",
    dilation_rate: Sizes = 1,
) -> Sweep:
    """A sweep of checked settings.

    Raises:
        OperatorError: strides or dilation_rate are no whole numbers from 1 up, the padding is
            unknown, or with 'valid' the kernel does not fit into the input.
    """
    count = len(sizes)
    sweep = Sweep(
        tuple(sizes),
        tuple(kernel_size),
        as_sizes("strides", strides, count),
        cast("Padding", padding),
        as_sizes("dilation_rate", dilation_rate, count),
    )
    _ = sweep.places  # raises for an unknown padding, and when the kernel does not fit
    return sweep

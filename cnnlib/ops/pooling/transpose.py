"""A linkage read the other way round: what each input cell gave, and to which output cells."""

import numpy as np

from cnnlib.ops.linkage import AxisTaps, Index, Linkage, Tap


def transpose(linkage: Linkage) -> Linkage:
    """From the output grid back to the input grid, every weight kept.

    Of a pooling it is the way of the gradient: each input cell sums, with the weights it had, what
    arrived at the output cells that read it. It is the whole gradient where the weights do not
    change with the input (max, average, median, mixed, global, a drawn cell).
    """
    axes = tuple(
        _turn(taps, size) for taps, size in zip(linkage.axes, linkage.input_shape, strict=True)
    )
    rows: dict[Index, list[float]] = {cell: [] for cell in np.ndindex(*linkage.input_shape)}
    # Both sides count their cells with the last axis fastest: so the weights fall into order.
    for number, output in enumerate(np.ndindex(*linkage.output_shape)):
        for tap, (source, _) in enumerate(linkage.cells(output)):
            if linkage.holds(source):
                weight = 1.0 if linkage.weights is None else float(linkage.weights[number, tap])
                rows[source].append(weight)
    weights = np.zeros((len(rows), max(map(len, rows.values()), default=0)), np.float32)
    for number, row in enumerate(rows.values()):
        weights[number, : len(row)] = row
    return Linkage(linkage.output_shape, axes, weights)


def _turn(axis: AxisTaps, size: int) -> AxisTaps:
    """For each of an axis' `size` sources the places that read it."""
    readers: list[list[Tap]] = [[] for _ in range(size)]
    for place, taps in enumerate(axis):
        for tap in taps:
            if 0 <= tap.source < size:
                readers[tap.source].append(Tap(place))
    return tuple(tuple(each) for each in readers)

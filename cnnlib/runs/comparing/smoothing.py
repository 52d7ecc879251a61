"""A curve without its noise."""

import numpy as np
from numpy.typing import NDArray


def smooth(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """The running mean: at each place that of the `width` nearest points, fewer at the ends.

    Args:
        values: (n,), NaN where a value is missing; those are left out of the means.
        width: an odd number of points, the place itself in their middle; 1 changes nothing.

    Returns:
        (n,), NaN where a mean would have no value.
    """
    if width <= 1 or not len(values):
        return values
    half = width // 2
    known = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    places = np.arange(len(values))
    first, last = np.maximum(places - half, 0), np.minimum(places + half + 1, len(values))
    number = counts[last] - counts[first]
    mean = (sums[last] - sums[first]) / np.maximum(number, 1)
    return np.where(number > 0, mean, np.nan)

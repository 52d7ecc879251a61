"""A long curve in fewer points, for a chart: spikes stay."""

import numpy as np
from numpy.typing import NDArray


def thin(values: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """Which points of a curve to keep: of each stretch the lowest and the highest.

    The first and the last point stay, and so does the first NaN of a stretch, which is a gap in
    the curve or a training that diverged. Minimum and maximum of stretches are what a chart of
    that many columns shows anyway (Jugel et al., «M4», 2014, section 4.1).

    Args:
        values: (n,) the curve, NaN where a value is missing.
        most: about how many points to keep, at least 4.

    Returns:
        Their places, (m,), in order; all n where n <= most. m is at most `most`, but for NaN.
    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    stretches = max(1, (most - 2) // 2)
    starts = np.linspace(0, count, stretches + 1).astype(np.intp)[:-1]
    lengths = np.diff(np.append(starts, count))
    stretch = np.repeat(np.arange(stretches), lengths)
    order = np.lexsort((values, stretch))  # within a stretch by value; NaN last
    finite = np.isfinite(values[order])
    counts = np.bincount(stretch[order][finite], minlength=stretches)
    lowest, highest = order[starts], order[starts + np.maximum(counts, 1) - 1]
    missing = np.isnan(values)
    first_missing = np.flatnonzero(missing)
    _, first = np.unique(stretch[first_missing], return_index=True)
    return np.unique(
        np.concatenate([lowest, highest, first_missing[first], np.array([0, count - 1])])
    )

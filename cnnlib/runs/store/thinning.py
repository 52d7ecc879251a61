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
    # A row a stretch; a shorter one ends with its last value once more.
    places = starts[:, None] + np.minimum(np.arange(lengths.max()), lengths[:, None] - 1)
    rows = values[places]
    missing = np.isnan(rows)
    lowest = np.where(missing, np.inf, rows).argmin(axis=1)
    highest = np.where(missing, -np.inf, rows).argmax(axis=1)
    gaps = np.flatnonzero(missing.any(axis=1))
    kept = np.zeros(count, bool)
    kept[[0, -1]] = True
    kept[starts + lowest] = kept[starts + highest] = True
    kept[starts[gaps] + missing[gaps].argmax(axis=1)] = True
    return np.flatnonzero(kept)

"""Which images of a split to show, and in which order: a filter and a sort over a million images.

Nothing here looks at pixels. The measures were sorted once when they were computed, so that a
filter is one look-up per image: about 20 ms and 30 bytes an image.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.data.dataset import Split
from cnnlib.data.statistics import MEASURES, SplitStatistics
from cnnlib.errors import DatasetError

ORDERS = ("index", "class", *MEASURES)


def find_images(
    split: Split,
    *,
    classes: Collection[int] = (),
    by: str | NDArray[Any] = "index",
    descending: bool = False,
    statistics: SplitStatistics | None = None,
    where: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """The indices of the images that pass the filters, in the order that was asked for.

    Equal images stand by their index; with `descending` the whole order is turned round. NaN
    stands last, turned round first.

    Args:
        split: N images.
        classes: labels that pass; none given, all pass.
        by: one of ORDERS, or a value of every image, (N,): a model's confidence, for instance.
        statistics: of this split; the measures need it.
        where: (N,), which images pass: those that a model has right, for instance.

    Raises:
        DatasetError: `by` is none of ORDERS, or is a measure and no statistics are given; or an
            array is not of N values.
    """
    keep = _keep(split, classes, where)
    found: NDArray[Any]
    if isinstance(by, str) and by in MEASURES:
        order = _find_order(split, by, statistics)
        found = order if keep is None else order[keep[order]]
    else:
        found = np.arange(len(split)) if keep is None else np.flatnonzero(keep)
        values = _find_values(split, by)
        if values is not None:
            found = found[np.argsort(_make_short(values[found]), kind="stable")]
    return np.asarray(found[::-1] if descending else found, np.int64)


def _keep(
    split: Split, classes: Collection[int], where: NDArray[np.bool_] | None
) -> NDArray[np.bool_] | None:
    """Which images pass, (N,); None for all of them."""
    chosen = None if where is None else _check(split, "where", where).astype(bool)
    if not classes:
        return chosen
    passes = np.isin(np.arange(int(split.labels.max()) + 1), list(classes))
    keep: NDArray[np.bool_] = passes[split.labels]
    return keep if chosen is None else keep & chosen


def _find_order(split: Split, by: str, statistics: SplitStatistics | None) -> NDArray[np.int32]:
    """All indices by a measure, ascending, (N,)."""
    if statistics is None:
        raise DatasetError(f"Sorting by {by} needs the statistics of all images: compute them.")
    return _check(split, "statistics", statistics.orders[by])


def _find_values(split: Split, by: str | NDArray[Any]) -> NDArray[Any] | None:
    """What to sort by, (N,); None for the order that the images have."""
    if not isinstance(by, str):
        return _check(split, "by", by)
    if by not in ORDERS:
        raise DatasetError(f"Images are sorted by one of {', '.join(ORDERS)}. Received: {by!r}.")
    return split.labels if by == "class" else None


def _make_short(values: NDArray[Any]) -> NDArray[Any]:
    """The same order in a type that NumPy sorts faster: a tenth of the time for labels."""
    if values.dtype == np.float16:
        return values.astype(np.float32)
    if values.dtype.kind in "iu" and len(values) and values.min() >= 0:
        return values.astype(np.min_scalar_type(int(values.max())))
    return values


def _check(split: Split, name: str, values: NDArray[Any]) -> NDArray[Any]:
    if values.shape != (len(split),):
        raise DatasetError(
            f"{name} must have one value for each of the {len(split):,} images. "
            f"Received: shape {values.shape}."
        )
    return values

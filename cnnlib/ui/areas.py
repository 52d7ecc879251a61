"""Areas on a map: a polygon as text in an address, and which points lie in it.

A map's coordinates run from 0 to `SIDE` along both axes. A polygon's text is its corners,
"x.y-x.y-…" in whole numbers, so that the browser and the server mean the very same one.
"""

import re

import numpy as np
from numpy.typing import NDArray

SIDE = 9999
MOST_CORNERS = 60
_CORNER = r"[0-9]{1,4}\.[0-9]{1,4}"
_AREA = re.compile(rf"{_CORNER}(?:-{_CORNER}){{2,{MOST_CORNERS - 1}}}")


def read_area(text: str) -> NDArray[np.int64]:
    """Corners (n, 2) of the polygon that `text` names, 3 to `MOST_CORNERS` of them.

    Raises:
        ValueError: `text` names none.
    """
    if not _AREA.fullmatch(text):
        raise ValueError(f"An area is x.y-x.y-x.y…. Received: {text[:40]!r}.")
    return np.array([corner.split(".") for corner in text.split("-")], np.int64)


def find_inside(points: NDArray[np.floating], corners: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the points (n, 2) lie in the polygon, (n,), by the even-odd rule.

    A polygon that crosses itself has a hole where it covers the map twice.
    """
    x, y = points[:, 0, None], points[:, 1, None]
    x1, y1 = corners[:, 0], corners[:, 1]
    x2, y2 = np.roll(x1, -1), np.roll(y1, -1)
    crosses = (y1 > y) != (y2 > y)
    rise = np.where(y2 == y1, 1, y2 - y1)  # a level side crosses nothing
    left = x < x1 + (y - y1) * (x2 - x1) / rise
    return np.asarray((crosses & left).sum(axis=1) % 2 == 1)


def fit_to_map(points: NDArray[np.floating]) -> NDArray[np.uint16]:
    """Points (n, 2) of any range on the map, (n, 2): one scale for both axes, in the middle.

    Values are rounded to whole numbers of 0..`SIDE`, the ones that the browser sees.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float(np.max(high - low)) or 1.0
    margin = 0.03 * SIDE
    centred = (points - (low + high) / 2) / extent * (SIDE - 2 * margin) + SIDE / 2
    return np.asarray(np.clip(np.rint(centred), 0, SIDE), np.uint16)

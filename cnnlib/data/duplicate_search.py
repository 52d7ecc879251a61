"""Find images that show the same, by their pixels: exact copies, and near ones in three steps.

All is looked at as luma on a 32 × 32 grid, without its slow changes (light, sky), so that
brightness, contrast, tint, JPEG and a little noise do not matter; and mirrored as well.

1. Candidates: 8 × 8 cells without their average surroundings, as unit vectors; every pair of them
   is multiplied (tiles of one matrix product), and those above CANDIDATE go on.
2. Alignment: the cross-correlation on 16 × 16 cells over all shifts up to 4 pixels, by Fourier
   transform (D. Kuglin, D. Hines, "The phase correlation image alignment method", 1975, is its
   kin); those above ALIGNED go on.
3. Measure: at the best shift on 32 × 32 cells, the correlation in each of 16 blocks that has
   anything in it. What counts is r, the mean over the worse half of these blocks: two frames alike,
   or two ships on a grey sea, agree in some blocks only. The distance is 1 − r + 1/n − 1/16 with n
   such blocks: the fewer there are, the less their agreement says.

LIMIT was set by eye on CIFAR-10: of the pairs of a test and a training image below it about
nineteen in twenty are the same photograph, and 285 of the 10,000 test images (2.9 %) have one. By
features and human eyes 286 were listed, 249 of them as the same photograph: B. Barz, J. Denzler,
"Do We Train on Test Data? Purging CIFAR of Near-Duplicates", J. Imaging 6, 2020 (ciFAIR). The two
lists are not the same: a network's features see through zooms and cuts that pixels do not.
Found are shifts of 1 pixel, most of 2 along one axis, fewer of more; zooms by a few percent. Not
found: what is turned or zoomed by a tenth, and twins as flat as a sky that are not exact copies.
Time grows with the square of the images, so above MAX_IMAGES a sample is compared.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from cnnlib.data import grids
from cnnlib.data.dataset import Progress
from cnnlib.data.statistics import LUMA

VERSION = 1  # raise it with every change to what is found: kept results are then found anew
MAX_IMAGES = 100_000
MAX_CANDIDATES = 3_000_000  # the best of them; a set of digits has a great many
MAX_PAIRS = 20_000
CANDIDATE, ALIGNED, LIMIT = 0.65, 0.78, 0.39
SAME_BLOCK, FLAT = 1.0, 2.0  # grey levels 0..255: below these deviations is noise, is nothing
GRID, MIDDLE, SMALL, BLOCKS = 32, 16, 8, 4  # cells along a side
TILE, CHUNK = 2048, 2048

CANDIDATES = [("a", np.int32), ("b", np.int32), ("mirrored", np.bool_), ("likeness", np.float32)]

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Tell = Callable[[float], None]


@dataclass(frozen=True)
class Pairs:
    """P pairs by ascending distance; `a` < `b` count through all splits, one after the other.

    distance: 0 for images that are equal byte by byte, and for these only.
    compared: how many of the images were compared with each other, beside the exact copies.
    complete: whether that were all of them, and nothing was left out of the result.
    """

    a: Indices
    b: Indices
    distance: Floats
    mirrored: NDArray[np.bool_]
    compared: int
    complete: bool


class Images:
    """The images of several splits as one row of them."""

    def __init__(self, parts: list[NDArray[np.uint8]]) -> None:
        self._parts = parts
        self._starts = np.cumsum([0, *(len(part) for part in parts)])
        height, width = parts[0].shape[1:3]
        self._rows, self._columns = (
            grids.average_matrix(height, GRID),
            grids.average_matrix(width, GRID),
        )

    def __len__(self) -> int:
        return int(self._starts[-1])

    def read(self, indices: Indices) -> NDArray[np.uint8]:
        """The images as they are, (n, H, W, C)."""
        result = np.empty((len(indices), *self._parts[0].shape[1:]), np.uint8)
        for part, start in zip(self._parts, self._starts, strict=False):
            here = (indices >= start) & (indices < start + len(part))
            result[here] = part[indices[here] - start]
        return result

    def read_luma(self, indices: Indices) -> Floats:
        """Their luma, (n, GRID, GRID), 0..255."""
        images = self.read(indices)
        if images.shape[-1] == 3:
            luma = sum(images[..., c] * np.float32(LUMA[c]) for c in range(3))
        else:
            luma = images[..., 0].astype(np.float32)
        return grids.apply(self._rows, np.asarray(luma), self._columns)


def search(parts: list[NDArray[np.uint8]], progress: Progress) -> Pairs:
    """Find the near-duplicates among the images (N, H, W, C) of all parts together."""
    images = Images(parts)

    def share(low: float, high: float, text: str) -> Tell:
        return lambda fraction: progress(low + (high - low) * fraction, text)

    first, copies = _find_copies(images, share(0.0, 0.05, "Looking for exact copies"))
    chosen = _sample(np.flatnonzero(first == np.arange(len(images))), len(parts[0]))
    small, middle = _describe(images, chosen, share(0.05, 0.15, "Making small copies"))
    a, b, mirrored, full = _find_candidates(small, share(0.15, 0.7, "Comparing all with all"))
    keep = _align(middle, a, b, mirrored, share(0.7, 0.85, "Looking at the likely pairs"))
    a, b, mirrored = chosen[a[keep]], chosen[b[keep]], mirrored[keep]
    distance = _measure(images, a, b, mirrored, share(0.85, 1.0, "Measuring the pairs"))
    a, b = np.concatenate([first[copies], a]), np.concatenate([copies, b])
    distance = np.concatenate([np.zeros(len(copies), np.float32), distance])
    mirrored = np.concatenate([np.zeros(len(copies), bool), mirrored])
    best = _pick(a, b, distance)
    complete = full and len(best) <= MAX_PAIRS and len(chosen) + len(copies) == len(images)
    best = best[:MAX_PAIRS]
    progress(1.0, "Done")
    return Pairs(a[best], b[best], distance[best], mirrored[best], len(chosen), complete)


def _find_copies(images: Images, tell: Tell) -> tuple[Indices, Indices]:
    """For every image the first one that is equal to it; and those that are not the first."""
    hashes = np.empty(len(images), np.uint64)
    for start, indices in _chunks(np.arange(len(images)), tell):
        for place, image in enumerate(images.read(indices), start):
            hashes[place] = int.from_bytes(blake2b(image.tobytes(), digest_size=8).digest())
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    return first[inverse], np.flatnonzero(first[inverse] != np.arange(len(images)))


def _sample(indices: Indices, first_part: int) -> Indices:
    """At most MAX_IMAGES of them; half of these from behind the first part if there are so many."""
    if len(indices) <= MAX_IMAGES:
        return indices
    rng = np.random.default_rng(0)
    front = rng.permutation(indices[indices < first_part])
    behind = rng.permutation(indices[indices >= first_part])
    behind = behind[: max(MAX_IMAGES // 2, MAX_IMAGES - len(front))]
    return np.sort(np.concatenate([front[: MAX_IMAGES - len(behind)], behind]))


def _describe(images: Images, chosen: Indices, tell: Tell) -> tuple[Floats, NDArray[np.float16]]:
    """Unit vectors (n, 8, 8), and (n, 16, 16) in half precision to save room."""
    small = np.empty((len(chosen), SMALL, SMALL), np.float32)
    middle = np.empty((len(chosen), MIDDLE, MIDDLE), np.float16)
    for start, indices in _chunks(chosen, tell):
        luma, here = images.read_luma(indices), slice(start, start + len(indices))
        small[here] = grids.unit(grids.band(grids.shrink(luma, SMALL), 0, 4))
        middle[here] = grids.unit(grids.band(grids.shrink(luma, MIDDLE), 2, 9))
    return small, middle


def _find_candidates(small: Floats, tell: Tell) -> tuple[Indices, Indices, NDArray[np.bool_], bool]:
    """Pairs a < b whose products are above CANDIDATE, mirrored or not; whether that are all."""
    count, limit, full = len(small), CANDIDATE, True
    straight = small.reshape(count, -1)
    turned = np.ascontiguousarray(small[:, :, ::-1]).reshape(count, -1)
    parts = [np.empty(0, CANDIDATES)]
    for top in range(0, count, TILE):
        tell(1 - (1 - top / count) ** 2)
        for left in range(top, count, TILE):
            for mirrored, other in ((False, straight), (True, turned)):
                likeness = straight[top : top + TILE] @ other[left : left + TILE].T
                rows, columns = np.divmod(np.flatnonzero(likeness > limit), likeness.shape[1])
                part = np.empty(len(rows), CANDIDATES)
                part["a"], part["b"], part["mirrored"] = top + rows, left + columns, mirrored
                part["likeness"] = likeness[rows, columns]
                parts.append(part[part["a"] < part["b"]])
            if sum(map(len, parts)) > 2 * MAX_CANDIDATES:
                found = np.concatenate(parts)
                best = np.argpartition(-found["likeness"], MAX_CANDIDATES)[:MAX_CANDIDATES]
                parts, full = [found[best]], False
                limit = float(parts[0]["likeness"].min())
    found = np.concatenate(parts)
    return found["a"].astype(np.int64), found["b"].astype(np.int64), found["mirrored"], full


def _align(
    middle: NDArray[np.float16], a: Indices, b: Indices, mirrored: NDArray[np.bool_], tell: Tell
) -> Indices:
    """Which of the pairs (P,) are alike enough at some shift of up to 4 pixels."""
    best = np.empty(len(a), np.float32)
    for start, pairs in _chunks(np.arange(len(a)), tell):
        one, other = middle[a[pairs]].astype(np.float32), middle[b[pairs]].astype(np.float32)
        best[start : start + len(pairs)] = grids.correlate(
            one, grids.turn(other, mirrored[pairs]), 2
        )[0]
    return np.flatnonzero(best > ALIGNED)


def _measure(
    images: Images, a: Indices, b: Indices, mirrored: NDArray[np.bool_], tell: Tell
) -> Floats:
    """The distance of each pair, (P,)."""
    result = np.empty(len(a), np.float32)
    for start, pairs in _chunks(np.arange(len(a)), tell):
        one, other = (grids.band(images.read_luma(side[pairs]), 1, 6) for side in (a, b))
        other = grids.turn(other, mirrored[pairs])
        _, down, right = grids.correlate(grids.unit(one), grids.unit(other), 5)
        other, inside = grids.shift(other, down, right)
        result[start : start + len(pairs)] = compare_blocks(one * inside, other)
    return result


def compare_blocks(one: Floats, other: Floats) -> Floats:
    """The distance of aligned pairs (P, GRID, GRID) without their slow changes, as step 3 says."""
    pixels = (GRID // BLOCKS) ** 2

    def add_up(values: Floats) -> Floats:
        cells = values.reshape(len(values), BLOCKS, GRID // BLOCKS, BLOCKS, GRID // BLOCKS)
        return np.asarray(cells.sum(axis=(2, 4)).reshape(len(values), -1), np.float32)

    squares, others, products = add_up(one * one), add_up(other * other), add_up(one * other)
    floor = pixels * SAME_BLOCK**2
    likeness = products / np.sqrt((squares + floor) * (others + floor))
    busy = np.maximum(squares, others) > pixels * FLAT**2
    count = busy.sum(axis=1)
    worse = np.sort(np.where(busy, likeness, np.inf), axis=1)
    half = np.maximum(1, -(-count // 2))
    worse[np.arange(BLOCKS * BLOCKS) >= half[:, None]] = 0
    mean = worse.sum(axis=1) / half
    distance = 1 - mean + 1 / np.maximum(count, 1) - 1 / (BLOCKS * BLOCKS)
    distance = np.where(count == 0, 1.0, np.clip(distance, 1e-6, 1.0))
    return np.asarray(distance, np.float32)


def _pick(a: Indices, b: Indices, distance: Floats) -> Indices:
    """Which pairs stay, the nearest first: each once, below LIMIT."""
    order = np.lexsort((b, a, distance))
    order = order[distance[order] <= LIMIT]
    _, once = np.unique(np.stack([a[order], b[order]]), axis=1, return_index=True)
    return order[np.sort(once)]


def _chunks(indices: Indices, tell: Tell) -> Iterator[tuple[int, Indices]]:
    for start in range(0, len(indices), CHUNK):
        tell(start / len(indices))
        yield start, indices[start : start + CHUNK]

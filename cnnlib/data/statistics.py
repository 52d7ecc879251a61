"""What a whole data set looks like in numbers, and four measures of every image.

Images are read in chunks, twice, so memory stays at some tens of MB plus about 50 bytes an image;
the results are kept on disk (`derived`) and opened as memory maps. C is 1 (grey) or 3 (red, green,
blue). The measures, of pixels p and luma Y = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601, §2.5.1):

- brightness: the mean of Y / 255, 0 (black) to 1 (white).
- contrast: RMS contrast, the standard deviation of Y / 255, 0 to 0.5 (E. Peli, "Contrast in
  complex images", J. Opt. Soc. Am. A 7, 1990, eq. 4).
- colourfulness: √(σ_rg² + σ_yb²) + 0.3 √(μ_rg² + μ_yb²) with rg = R − G, yb = (R + G) / 2 − B in
  0..255: 0 grey, 15 slightly, 45 averagely, 109 extremely colourful (D. Hasler, S. Süsstrunk,
  "Measuring colourfulness in natural images", Proc. SPIE 5007, 2003, §5).
- distance: √Σ (p − m)², pixels in 0..1, from m, the mean image of the image's own class in its own
  split (L2; the image itself is one of those that m averages).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnlib.data import derived
from cnnlib.data.dataset import Dataset, Progress, Split

MEASURES = ("brightness", "contrast", "colourfulness", "distance")
KIND, VERSION = "statistics", 1
LUMA = (0.299, 0.587, 0.114)
CENTRE = 128  # pixels are summed as p - 128 …
CHUNK_ROWS = 1024  # … so that sums of this many squares are below 2²⁴: exact in float32
CHUNK_BYTES = 8_000_000  # of float32 pixels


@dataclass(frozen=True)
class SplitStatistics:
    """Of one split with N images (H, W, C) of K classes.

    Attributes:
        counts: (K,), images per class.
        mean_images: (K, H, W, C) float32, 0..255; NaN for a class without images.
        std_images: (K, H, W, C) float32, 0..255, of the population (divided by n); NaN likewise.
        channel_means: (C,) float64, of all pixels, 0..1.
        channel_stds: (C,) float64, of all pixels, 0..1.
        measures: by the names in MEASURES, (N,) float32 each.
        orders: by the same names, (N,) int32 each: the images by that measure, ascending; equal
            ones by index.
        squared_norms: (N,) float64, Σ p² of an image with p in 0..255: exact whole numbers.
    """

    counts: NDArray[np.int64]
    mean_images: NDArray[np.float32]
    std_images: NDArray[np.float32]
    channel_means: NDArray[np.float64]
    channel_stds: NDArray[np.float64]
    measures: dict[str, NDArray[np.float32]]
    orders: dict[str, NDArray[np.int32]]
    squared_norms: NDArray[np.float64]


@dataclass(frozen=True)
class Statistics:
    """The two splits' own statistics; nothing is mixed between them."""

    train: SplitStatistics
    test: SplitStatistics


def compute_statistics(dataset: Dataset, progress: Progress | None = None) -> Statistics:
    """The statistics of all images, computed once and kept beside the data sets.

    Raises:
        DatasetError: they cannot be kept: the disk is full or may not be written.
    """
    arrays = derived.make_arrays(
        dataset, KIND, VERSION, lambda tell: _compute(dataset, tell), progress
    )
    return _unpack(arrays)


def read_statistics(dataset: Dataset) -> Statistics | None:
    """What `compute_statistics` has kept, at once; None when it has not, or it is damaged."""
    arrays = derived.read_arrays(dataset, KIND, VERSION)
    return None if arrays is None else _unpack(arrays)


def compute_class_distances(statistics: SplitStatistics) -> NDArray[np.float64]:
    """How far the classes' mean images are from each other, (K, K): L2, pixels in 0..1.

    Symmetric, 0 on the diagonal; NaN where a class has no images.
    """
    means = statistics.mean_images.reshape(len(statistics.counts), -1) / 255.0
    rows = [np.sqrt(((means - mean) ** 2).sum(axis=1)) for mean in means]
    return np.asarray(rows, np.float64)


def iterate_pixels(
    images: NDArray[np.uint8],
) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Chunks of images (N, H, W, C) as rows (n, H·W·C) of float32, 0..255.

    Yields where they stand and the rows; both are valid until the next step: one buffer serves all
    and may be written into.
    """
    size = int(np.prod(images.shape[1:]))
    most = max(1, min(CHUNK_ROWS, CHUNK_BYTES // (4 * size), len(images)))
    buffer = np.empty((most, size), np.float32)
    for start in range(0, len(images), most):
        chunk = images[start : start + most]
        rows = buffer[: len(chunk)]
        np.copyto(rows, chunk.reshape(len(chunk), size))
        yield slice(start, start + len(chunk)), rows


def measure_images(images: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
    """Brightness, contrast and colourfulness, (n,) each, of images (n, H, W, C) in 0..255."""
    count = len(images)
    if images.shape[-1] != 3:
        grey = images[..., 0].reshape(count, -1).astype(np.float32)
        return {
            "brightness": grey.mean(axis=1) / 255,
            "contrast": grey.std(axis=1) / 255,
            "colourfulness": np.zeros(count, np.float32),
        }
    red, green, blue = (
        images[..., channel].reshape(count, -1).astype(np.float32) for channel in range(3)
    )
    luma = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(axis=1), yellow_blue.std(axis=1))
    offset = np.hypot(red_green.mean(axis=1), yellow_blue.mean(axis=1))
    return {
        "brightness": luma.mean(axis=1) / 255,
        "contrast": luma.std(axis=1) / 255,
        "colourfulness": spread + 0.3 * offset,
    }


def _compute(dataset: Dataset, progress: Progress) -> derived.Arrays:
    arrays: derived.Arrays = {}
    total = 2 * (len(dataset.train) + len(dataset.test))
    done = 0
    for name, split in (("train", dataset.train), ("test", dataset.test)):

        def tell(images: int, name: str = name, before: int = done) -> None:
            progress((before + images) / total, f"Measuring the {name} images")

        found = _compute_split(split, len(dataset.class_names), tell)
        arrays |= {f"{name}-{key}": array for key, array in found.items()}
        done += 2 * len(split)
    progress(1.0, "Done")
    return arrays


def _compute_split(split: Split, classes: int, tell: Callable[[int], None]) -> derived.Arrays:
    count, shape = len(split), split.images.shape[1:]
    measures = {name: np.empty(count, np.float32) for name in MEASURES}
    norms = np.empty(count)
    sums, squares = np.zeros((2, classes, int(np.prod(shape))))
    for rows, pixels in iterate_pixels(split.images):
        tell(rows.start)
        for name, values in measure_images(pixels.reshape(len(pixels), *shape)).items():
            measures[name][rows] = values
        norms[rows] = np.einsum("nd,nd->n", pixels, pixels, dtype=np.float64)
        pixels -= CENTRE
        _add_by_class(sums, pixels, split.labels[rows])
        np.square(pixels, out=pixels)
        _add_by_class(squares, pixels, split.labels[rows])
    facts = _summarize(split.count_classes(classes), sums, squares, shape)
    means = facts["mean_images"].reshape(classes, -1)
    for rows, pixels in iterate_pixels(split.images):
        tell(count + rows.start)
        pixels -= means[split.labels[rows]]
        measures["distance"][rows] = np.sqrt(np.einsum("nd,nd->n", pixels, pixels)) / 255
    arrays: derived.Arrays = {**facts, "squared_norms": norms}
    for name, values in measures.items():
        arrays[f"measure-{name}"] = values
        arrays[f"order-{name}"] = np.argsort(values, kind="stable").astype(np.int32)
    return arrays


def _add_by_class(
    sums: NDArray[np.float64], rows: NDArray[np.float32], labels: NDArray[np.int64]
) -> None:
    """Add rows (n, d) to the sums (K, d) of their classes."""
    for label in np.unique(labels):
        sums[label] += rows[labels == label].sum(axis=0)


def _summarize(
    counts: NDArray[np.int64],
    sums: NDArray[np.float64],
    squares: NDArray[np.float64],
    shape: tuple[int, ...],
) -> derived.Arrays:
    """Means and deviations from the sums (K, d) of p - CENTRE and of its square."""
    with np.errstate(invalid="ignore"):  # 0 / 0 of a class without images: NaN is meant
        means = sums / counts[:, None]
        stds = np.sqrt(np.maximum(squares / counts[:, None] - means**2, 0))
    total = counts.sum() * (sums.shape[1] // shape[-1])
    channel_means = sums.reshape(-1, shape[-1]).sum(axis=0) / total
    channel_squares = squares.reshape(-1, shape[-1]).sum(axis=0) / total
    return {
        "counts": counts,
        "mean_images": (means + CENTRE).reshape(-1, *shape).astype(np.float32),
        "std_images": stds.reshape(-1, *shape).astype(np.float32),
        "channel_means": (channel_means + CENTRE) / 255,
        "channel_stds": np.sqrt(np.maximum(channel_squares - channel_means**2, 0)) / 255,
    }


def _unpack(arrays: derived.Arrays) -> Statistics:
    plain = ("counts", "mean_images", "std_images", "channel_means", "channel_stds")

    def split(name: str) -> SplitStatistics:
        return SplitStatistics(
            **{key: arrays[f"{name}-{key}"] for key in (*plain, "squared_norms")},
            measures={key: arrays[f"{name}-measure-{key}"] for key in MEASURES},
            orders={key: arrays[f"{name}-order-{key}"] for key in MEASURES},
        )

    return Statistics(split("train"), split("test"))

"""A library of kernels that show what convolution can do before anything is learned.

Each is defined for every size, rows by columns, and is the classic one at 3×3. What is «the centre»
of an even size is where padding 'same' puts the output cell: at (k - 1) // 2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
from numpy.typing import NDArray

from cnnlib.errors import OperatorError
from cnnlib.ops.windows import check_positive

Floats = NDArray[np.float32]
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class KernelRecipe:
    """A kernel of the library.

    draw: (rows, columns, rng) -> the kernel's numbers.
    keeps_brightness: its numbers add up to 1 at every size, so an even area stays as it is.
    min_rows, min_columns: the smallest kernel that can do it.
    """

    name: str
    title: str
    description: str
    draw: Callable[[int, int, np.random.Generator], Numbers]
    keeps_brightness: bool = False
    min_rows: int = 1
    min_columns: int = 1

    def make(self, rows: int, columns: int | None = None, *, seed: int = 0) -> Floats:
        """The kernel (rows, columns), float32; square without `columns`.

        Raises:
            OperatorError: it does not come in this size.
        """
        columns = rows if columns is None else columns
        check_positive(rows=rows, columns=columns)
        if not self.fits(rows, columns):
            raise OperatorError(
                f"kernel_size must be at least {self.min_rows} × {self.min_columns} for the kernel "
                f"{self.name!r}. Received: {rows} × {columns}. Take a larger size."
            )
        return self.draw(rows, columns, np.random.default_rng(seed)).astype(np.float32)

    def fits(self, rows: int, columns: int) -> bool:
        """Whether the kernel comes in this size."""
        return rows >= self.min_rows and columns >= self.min_columns


def _binomial(size: int) -> Numbers:
    """Pascal's triangle, 1 2 1: the whole-number bell curve."""
    numbers = np.ones(1)
    for _ in range(size - 1):
        numbers = np.convolve(numbers, [1.0, 1.0])
    return numbers


def _difference(size: int) -> Numbers:
    """Right minus left, smoothed: -1 1; -1 0 1; -1 -1 1 1; -1 -2 0 2 1."""
    return np.convolve(_binomial(size - 1), [-1.0, 1.0])


def _draw_identity(rows: int, columns: int, _: np.random.Generator) -> Numbers:
    kernel = np.zeros((rows, columns))
    kernel[(rows - 1) // 2, (columns - 1) // 2] = 1
    return kernel


def _draw_box(rows: int, columns: int, _: np.random.Generator) -> Numbers:
    return np.full((rows, columns), 1 / (rows * columns))


def _draw_gaussian(rows: int, columns: int, _: np.random.Generator) -> Numbers:
    across, down = _binomial(columns), _binomial(rows)
    return np.outer(down / down.sum(), across / across.sum())


def _draw_sharpen(rows: int, columns: int, rng: np.random.Generator) -> Numbers:
    kernel = np.zeros((rows, columns))
    middle = (rows - 1) // 2, (columns - 1) // 2
    kernel[middle[0], :] = kernel[:, middle[1]] = -1
    kernel[middle] = rows + columns - 1
    return kernel


def _draw_sobel_x(rows: int, columns: int, _: np.random.Generator) -> Numbers:
    return np.outer(_binomial(rows), _difference(columns))


def _draw_sobel_y(rows: int, columns: int, _: np.random.Generator) -> Numbers:
    return np.outer(_difference(rows), _binomial(columns))


def _draw_laplacian(rows: int, columns: int, rng: np.random.Generator) -> Numbers:
    return rows * columns * _draw_identity(rows, columns, rng) - 1


def _draw_emboss(rows: int, columns: int, rng: np.random.Generator) -> Numbers:
    slope = np.add.outer(np.arange(rows), np.arange(columns)) - (rows + columns - 2) / 2
    return slope + _draw_identity(rows, columns, rng)


def _draw_random(rows: int, columns: int, rng: np.random.Generator) -> Numbers:
    return rng.integers(-2, 3, (rows, columns)).astype(np.float64)


KERNELS: dict[str, KernelRecipe] = {
    recipe.name: recipe
    for recipe in (
        KernelRecipe(
            "sobel_x",
            "Sobel, left to right",
            "Bright where the image gets brighter from left to right: it finds vertical edges.",
            _draw_sobel_x,
            min_columns=2,
        ),
        KernelRecipe(
            "sobel_y",
            "Sobel, top to bottom",
            "Bright where the image gets brighter from top to bottom: it finds horizontal edges.",
            _draw_sobel_y,
            min_rows=2,
        ),
        KernelRecipe(
            "laplacian",
            "Laplacian",
            "Compares each pixel with all around it: it finds edges and dots of any direction.",
            _draw_laplacian,
        ),
        KernelRecipe(
            "box",
            "Box blur",
            "The mean of all pixels under the kernel: it blurs evenly.",
            _draw_box,
            keeps_brightness=True,
        ),
        KernelRecipe(
            "gaussian",
            "Gaussian blur",
            "A mean in which near pixels count more than far ones: it blurs softly.",
            _draw_gaussian,
            keeps_brightness=True,
        ),
        KernelRecipe(
            "sharpen",
            "Sharpen",
            "Adds what sets a pixel apart from those beside, above and below: edges get crisp.",
            _draw_sharpen,
            keeps_brightness=True,
        ),
        KernelRecipe(
            "emboss",
            "Emboss",
            "Lower right minus upper left, plus the pixel: the image looks lit from one side.",
            _draw_emboss,
            keeps_brightness=True,
        ),
        KernelRecipe(
            "identity",
            "Identity",
            "Takes the pixel in the centre as it is: the image stays the same.",
            _draw_identity,
            keeps_brightness=True,
        ),
        KernelRecipe(
            "random",
            "Random",
            "Whole numbers from −2 to 2 by chance, as a network begins before it has learned.",
            _draw_random,
        ),
    )
}

COLOUR_MIXES: dict[str, tuple[float, float, float]] = {
    "Grey": (0.299, 0.587, 0.114),  # luma, ITU-R BT.601
    "Red": (1, 0, 0),
    "Red − green": (1, -1, 0),
    "Blue − yellow": (-0.5, -0.5, 1),
    "Green": (0, 1, 0),
    "Blue": (0, 0, 1),
}
"""What a 1×1 kernel can do with red, green and blue."""


def make_kernel(
    name: str,
    kernel_size: int | tuple[int, int],
    in_channels: int,
    out_channels: int,
    *,
    seed: int = 0,
) -> tuple[Floats, list[str]]:
    """A kernel for a whole layer: the named one first, then the next ones of the library, cycling.

    A filter has the same numbers for every input channel; those that keep the brightness are
    divided by in_channels, so that the sum over the channels keeps it too. At 1×1 there is nothing
    around to look at: whatever the name, the filters then mix channels.

    Args:
        name: a key of `KERNELS`.
        kernel_size: one number, or (rows, columns); kernels that do not come in it are skipped.
        seed: of the random kernels; each filter draws its own.

    Returns:
        The kernel (rows, columns, in_channels, out_channels), and a title for each filter.

    Raises:
        OperatorError: no kernel has this name, or it does not come in this size.
    """
    rows, columns = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    check_positive(rows=rows, columns=columns, in_channels=in_channels, out_channels=out_channels)
    if name not in KERNELS:
        raise OperatorError(f"kernel must be one of {', '.join(KERNELS)}. Received: {name!r}.")
    if rows == columns == 1:
        return _mix_channels(in_channels, out_channels)
    KERNELS[name].make(rows, columns)  # raises when the size does not suit it
    start = list(KERNELS).index(name)
    recipes = [*KERNELS.values()][start:] + [*KERNELS.values()][:start]
    fitting = [recipe for recipe in recipes if recipe.fits(rows, columns)]
    kernel = np.empty((rows, columns, in_channels, out_channels), np.float32)
    chosen = list(islice(cycle(fitting), out_channels))
    for number, recipe in enumerate(chosen):
        flat = recipe.make(rows, columns, seed=seed + number)
        share = in_channels if recipe.keeps_brightness else 1
        kernel[..., number] = flat[:, :, np.newaxis] / share
    return kernel, [recipe.title for recipe in chosen]


def _mix_channels(in_channels: int, out_channels: int) -> tuple[Floats, list[str]]:
    """Three channels are taken for colours; of others the mean, each alone, and differences."""
    if in_channels == 3:
        mixes = {title: np.array(mix) for title, mix in COLOUR_MIXES.items()}
    elif in_channels == 1:
        mixes = {"The same": np.ones(1), "Negative": -np.ones(1), "Half": np.full(1, 0.5)}
    else:
        alone = np.eye(in_channels)
        mixes = {"Mean": np.full(in_channels, 1 / in_channels)}
        for channel in range(in_channels):
            mixes[f"Channel {channel + 1}"] = alone[channel]
        for channel in range(in_channels - 1):
            mixes[f"Channel {channel + 1} − {channel + 2}"] = alone[channel] - alone[channel + 1]
    titles = list(islice(cycle(mixes), out_channels))
    columns = np.stack([mixes[title] for title in titles], axis=1)
    return columns[np.newaxis, np.newaxis].astype(np.float32), titles

"""What is done to pixel values before a network sees them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def scale(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Values 0..255 as 0..1, float32: each divided by 255."""
    return np.asarray(image, np.float32) / np.float32(255)


def standardise(
    image: NDArray[np.uint8], means: NDArray[Any], stds: NDArray[Any]
) -> NDArray[np.float32]:
    """(x − mean) / standard deviation of each channel, float32.

    Args:
        image: (…, C) uint8.
        means, stds: (C,), of the channels, of values 0..1. Where a deviation is 0 (all pixels are
            alike), so is the result.
    """
    spread = np.asarray(stds, np.float64)
    away = scale(image) - np.asarray(means, np.float64)
    return np.asarray(away / np.where(spread > 0, spread, np.inf), np.float32)

"""How sure a share is that was counted on a limited number of images."""

import math

SURE_95 = 1.959964  # standard deviations that hold 95 % of a normal distribution


def wilson_interval(right: int, count: int, z: float = SURE_95) -> tuple[float, float]:
    """The interval that the true share lies in, with the surety that `z` stands for.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    J. Am. Stat. Assoc. 22, 1927, pp. 209-212. It also holds for few images and shares near 0 or 1.

    Args:
        right: 0 to `count`.
        count: at least 1.

    Returns:
        (low, high), 0..1.

    Raises:
        ValueError: the numbers break their rules.
    """
    if count < 1 or not 0 <= right <= count:
        raise ValueError(
            f"right must be from 0 to a count of at least 1. Received: {right, count}."
        )
    share = right / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = (
        z
        / (1 + z * z / count)
        * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    )
    # At 0 and 1 an end is the share itself, but for rounding.
    return min(share, max(0.0, middle - reach)), max(share, min(1.0, middle + reach))

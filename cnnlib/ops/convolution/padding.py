"""Zero padding as an operator of its own."""

import numpy as np

from cnnlib.errors import OperatorError
from cnnlib.ops.convolution.arguments import Floats
from cnnlib.ops.linkage import Index, Linkage, Tap, link_one_to_one

Pair = tuple[int, int]


def link_padding(input_shape: Index, before: Pair, after: Pair) -> Linkage:
    """One image with zeros around it; the zeros' cells read a place outside the input.

    Args:
        input_shape: (rows, columns, channels).
        before: zeros above the first row and left of the first column.
        after: zeros below the last row and right of the last column.

    Raises:
        OperatorError: a number of zeros is not a whole number from 0 up.
    """
    for name, pair in (("before", before), ("after", after)):
        if len(pair) != 2 or not all(isinstance(n, int | np.integer) and n >= 0 for n in pair):
            raise OperatorError(
                f"{name} must be two whole numbers from 0 up, (rows, columns). Received: {pair!r}."
            )
    spatial = [
        tuple((Tap(place - first),) for place in range(first + size + last))
        for size, first, last in zip(input_shape[:2], before, after, strict=True)
    ]
    return Linkage(tuple(input_shape), (*spatial, link_one_to_one(input_shape[2])))


def pad_image(image: Floats, before: Pair, after: Pair) -> Floats:
    """The image (rows, columns, channels) that `link_padding` describes."""
    rows, columns = zip(before, after, strict=True)
    return np.pad(image, (rows, columns, (0, 0)))

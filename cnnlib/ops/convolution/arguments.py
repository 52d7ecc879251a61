"""What the operators accept, checked once: arrays, sizes, channels, groups and biases."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.errors import OperatorError

Floats = NDArray[np.float32]
Sizes = int | Sequence[int]
"""One whole number for all spatial axes, or one for each."""

IMAGES = ("images", "rows", "columns", "channels")
VOLUMES = ("volumes", "depth", "rows", "columns", "channels")


def as_array(name: str, value: ArrayLike, axes: tuple[str, ...]) -> Floats:
    """`value` as float32.

    Raises:
        OperatorError: it is not made of numbers, has other axes than `axes`, or one is empty (only
            the first, the batch, may be).
    """
    rule = f"{name} must be an array of numbers with the axes ({', '.join(axes)})."
    try:
        array = np.asarray(value, np.float32)
    except (TypeError, ValueError):
        raise OperatorError(f"{rule} Received: {type(value).__name__} of something else.") from None
    if array.ndim != len(axes):
        lacks_batch = name == "x" and array.ndim == len(axes) - 1
        advice = f" For one of the {axes[0]} alone pass x[None]." if lacks_batch else ""
        raise OperatorError(f"{rule}{advice} Received shape {array.shape}.")
    if 0 in array.shape[1:]:
        raise OperatorError(f"{rule} None may be empty. Received shape {array.shape}.")
    return array


def as_sizes(name: str, value: Sizes, count: int) -> tuple[int, ...]:
    """One whole number from 1 up for each of `count` spatial axes.

    Raises:
        OperatorError: not whole, below 1, or another count.
    """
    parts: tuple[Any, ...] = tuple(value) if isinstance(value, Sequence) else (value,) * count
    if len(parts) != count or not all(is_positive(part) for part in parts):
        raise OperatorError(
            f"{name} must be one whole number from 1 up, or {count} of them, one for each of the "
            f"{'rows and columns' if count == 2 else 'depth, rows and columns'}. "
            f"Received: {value!r}."
        )
    return tuple(int(part) for part in parts)  # NumPy's integers become Python's


def is_positive(number: object) -> bool:
    """Whether it is a whole number from 1 up."""
    whole = isinstance(number, int | np.integer) and not isinstance(number, bool)
    return whole and bool(number >= 1)  # type: ignore[operator]


def check_groups(groups: int, **channels: int) -> None:
    """Raises OperatorError unless `groups` is whole, from 1 up, and divides the named counts."""
    if not is_positive(groups):
        raise OperatorError(f"groups must be a whole number from 1 up. Received: {groups!r}.")
    for name, count in channels.items():
        if count % groups:
            divisors = [str(number) for number in range(1, count + 1) if count % number == 0]
            raise OperatorError(
                f"groups must divide {name}, so that all groups are alike: {count} channels do not "
                f"split into {groups} groups. Take one of {', '.join(divisors)}. "
                f"Received: groups={groups!r}."
            )


def check_channels(in_channels: int, kernel_shape: tuple[int, ...], groups: int = 1) -> None:
    """Raises OperatorError unless a kernel (…, in_channels/groups, filters) fits the input."""
    check_groups(groups, in_channels=in_channels, filters=kernel_shape[-1])
    if kernel_shape[-2] * groups != in_channels:
        share = f"{in_channels} / {groups} groups = " if groups > 1 else ""
        raise OperatorError(
            f"kernel must have as many input channels as its group of the input: "
            f"{share}{in_channels // groups} on its second last axis. "
            f"Received: kernel of shape {tuple(kernel_shape)}."
        )


def check_shape(
    name: str, shape: tuple[int, ...], rule: tuple[int | None, ...], why: str = ""
) -> None:
    """Raises OperatorError unless `shape` is as in `rule`, where None stands for any size."""
    fits = len(shape) == len(rule) and all(
        wanted in (None, size) for size, wanted in zip(shape, rule, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in rule)
        raise OperatorError(
            f"{name} must have the shape ({wanted}){why}. Received shape {tuple(shape)}."
        )


def add_bias(out: Floats, bias: ArrayLike | None) -> Floats:
    """`out` (…, channels) plus the bias (channels,), if there is one.

    Raises:
        OperatorError: the bias is not one number per output channel.
    """
    if bias is None:
        return out
    numbers = as_array("bias", bias, ("output channels",))
    check_shape("bias", numbers.shape, (out.shape[-1],), ", a number for each output channel")
    return out + numbers

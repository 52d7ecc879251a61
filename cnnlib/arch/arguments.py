"""The rules that arguments of layers obey, each with the sentence that a broken one gets."""

from typing import Any

from cnnlib.errors import SpecError

MAX_SIZE = 100_000  # largest filters, units, window or stride that a declaration may ask for


def to_pair(argument: str, value: Any) -> tuple[int, int]:
    """(height, width) from one whole number or two.

    Raises:
        SpecError: not one or two whole numbers between 1 and `MAX_SIZE`.
    """
    if isinstance(value, int):
        pair: tuple[Any, ...] = (value, value)
    else:
        pair = tuple(value) if isinstance(value, list | tuple) else ()
    if len(pair) != 2:
        raise SpecError(f"{argument} must be one or two whole numbers. Received: {value!r}.")
    for size in pair:
        require_size(argument, size)
    return pair[0], pair[1]


def require_text(argument: str, value: Any) -> None:
    if not isinstance(value, str):
        raise SpecError(f"{argument} must be a text. Received: {value!r}.")


def require_size(argument: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_SIZE:
        raise SpecError(
            f"{argument} must be a whole number from 1 to {MAX_SIZE:,}. Received: {value!r}."
        )


def require_share(argument: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise SpecError(f"{argument} must be at least 0 and less than 1. Received: {value!r}.")


def require_flag(argument: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise SpecError(f"{argument} must be true or false. Received: {value!r}.")


def require_one_of(argument: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SpecError(f"{argument} must be one of {', '.join(choices)}. Received: {value!r}.")

"""Sides measured in turn, A B A B …, so that a machine whose speed drifts slows all."""

import math
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def compare(
    first: tuple[str, Callable[[], float]],
    second: tuple[str, Callable[[], float]],
    *,
    rounds: int,
    unit: str,
) -> None:
    """Measure both `rounds` times, print their medians and the median of the ratios A/B."""
    (first_name, measure_first), (second_name, measure_second) = first, second
    pairs = [(measure_first(), measure_second()) for _ in range(rounds)]
    for name, values in zip((first_name, second_name), zip(*pairs, strict=True), strict=True):
        spread = f"{min(values):.4g} to {max(values):.4g}"
        print(f"{name:44} {statistics.median(values):10.4g} {unit}  ({spread})", flush=True)
    ratios = [a / b for a, b in pairs]
    print(
        f"{'ratio, pair by pair':44} {statistics.median(ratios):10.3f}"
        f"  ({min(ratios):.3f} to {max(ratios):.3f}, {rounds} rounds)",
        flush=True,
    )


def find_median(values: list[float], surety: float = 0.95) -> tuple[float, float, float]:
    """(median, low, high): the true median lies from low to high in `surety` of all cases.

    The interval of the sign test: as many of the n values lie below the true median as heads fall
    in n throws of a coin, whatever the values' distribution. Below six values it is all of them.
    """
    ordered, count = sorted(values), len(values)
    outside, tail = 0, 0.5**count
    while tail <= (1 - surety) / 2 and outside < count // 2:
        outside += 1
        tail += math.comb(count, outside) * 0.5**count
    low = max(0, outside - 1)
    return statistics.median(ordered), ordered[low], ordered[-1 - low]


@contextmanager
def temporary_home() -> Iterator[Path]:
    """An empty CNNLIB_HOME for as long as the block lasts."""
    before = os.environ.get("CNNLIB_HOME")
    with tempfile.TemporaryDirectory(prefix="cnnlab-bench-") as folder:
        os.environ["CNNLIB_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ["CNNLIB_HOME"]
            else:
                os.environ["CNNLIB_HOME"] = before

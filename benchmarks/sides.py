"""Two sides measured in turn, A B A B …, so that a machine whose speed drifts slows both."""

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

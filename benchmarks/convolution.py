"""The fast convolution beside its readable twin, and the sizes that a page draws by themselves."""

import statistics
import time
from collections.abc import Callable

import numpy as np

from benchmarks.sides import compare
from cnnlib.ops.convolution import conv2d, conv2d_naive, stage_conv2d

PAGE_CASES = (
    ("CIFAR-10 image, 8 filters 3×3", (32, 32, 3), (3, 3, 3, 8)),
    ("CIFAR-10 image, 128 filters 3×3", (32, 32, 3), (3, 3, 3, 128)),
    ("a page's 12×12 grid, 1 filter 3×3", (12, 12, 1), (3, 3, 1, 1)),
    ("a deep layer, 64 to 64 channels 3×3", (32, 32, 64), (3, 3, 64, 64)),
)


def main() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, 32, 32, 3)).astype(np.float32)
    kernel = rng.normal(size=(3, 3, 3, 8)).astype(np.float32)
    print("32×32×3, 8 filters 3×3")
    compare(
        ("conv2d", lambda: time_once(lambda: conv2d(x, kernel))),
        ("conv2d_naive", lambda: time_once(lambda: conv2d_naive(x, kernel))),
        rounds=9,
        unit="ms",
    )
    for name, input_shape, kernel_shape in PAGE_CASES:
        image = rng.normal(size=input_shape).astype(np.float32)
        weights = rng.normal(size=kernel_shape).astype(np.float32)
        alone = time_often(lambda image=image, weights=weights: conv2d(image[None], weights))
        drawn = time_often(lambda image=image, weights=weights: stage_conv2d(image, weights))
        print(f"{name:40} {alone:7.3f} ms, with its linkage {drawn:7.3f} ms")


def time_once(function: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    function()
    return 1000 * (time.perf_counter() - began)


def time_often(function: Callable[[], object]) -> float:
    """The median of 50, in milliseconds."""
    return statistics.median(time_once(function) for _ in range(50))

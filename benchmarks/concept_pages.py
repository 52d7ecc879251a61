"""What a changed control costs the server: the page's script, first line to last element."""

import statistics
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from benchmarks.sides import temporary_home
from cnnlib.data import load

PAGES = Path(__file__).parents[1] / "pages"
ROUNDS = 9
CASES = (
    ("convolution.py", "Strides", {"kind": "multi", "size": "32", "padding": "same",
                                   "filters": "8"}),
    ("convolution.py", "Strides", {"kind": "depthwise_separable", "size": "32", "filters": "128"}),
    ("convolution.py", "Strides", {"kind": "transposed", "size": "6"}),
    ("convolution.py", "Groups g", {"kind": "shuffled_grouped", "size": "32", "filters": "6"}),
    ("every_convolution.py", "Kernel size k", {"size": "32"}),
    ("padding.py", "Stride", {"size": "12"}),
    ("receptive_field.py", "Stride", {}),
    ("parameters.py", "Filters", {}),
    ("pooling.py", "Window k", {"kind": "max", "source": "image", "size": "32", "channels": "3"}),
    ("normalization.py", "Images in the batch", {}),
    ("activation.py", "Size", {}),
    ("dropout.py", "Draw", {}),
    ("cbapd.py", "Size", {}),
)  # fmt: skip


def main() -> None:
    with temporary_home():
        load("synthetic")
        for file, label, query in CASES:
            name = " ".join([file.removesuffix(".py"), *query.values()])
            times = measure(file, label, query)
            spread = f"({min(times):.0f} to {max(times):.0f})"
            print(f"{name:52} {statistics.median(times):6.1f} ms  {spread}", flush=True)


def measure(file: str, label: str, query: dict[str, str]) -> list[float]:
    """Milliseconds of the script for each of some changes of the control `label`."""
    page = AppTest.from_file(str(PAGES / file), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    times = []
    for number in range(ROUNDS):
        (control,) = [each for each in [*page.number_input, *page.slider] if each.label == label]
        control.set_value(2 + number % 2)
        began = time.perf_counter()
        page.run()
        times.append(1000 * (time.perf_counter() - began))
        assert not page.exception
    return times

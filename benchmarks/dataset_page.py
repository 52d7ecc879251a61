"""The data set page: what a click costs the server, and how much a page of thumbnails weighs.

The page's script from its first line to its last element, on the synthetic set's 3,000 images.
"""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from benchmarks.sides import temporary_home
from cnnlib.data import load
from cnnlib.data.statistics import compute_statistics

PAGE = Path(__file__).parents[1] / "pages" / "dataset.py"
ROUNDS = 9
THUMBNAILS = (48, 96, 192, 384)


def main() -> None:
    with temporary_home():
        compute_statistics(load("synthetic"))
        for count in THUMBNAILS:
            page = open_page(per_page=str(count))
            report(f"{count} thumbnails, the next image", page, turn_image)
            report(f"{count} thumbnails, the next page", page, turn_page)
            print(f"{count} thumbnails as sent: {weigh(page) / 1000:.0f} kB", flush=True)
        report("another order", open_page(), change_order)
        for view in ("channels", "scaled", "similar"):
            report(f"{view}, the next image", open_page(view=view), turn_image)


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.query_params.update(query)
    return run(page)


def run(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    assert not page.error
    return page


def turn_image(page: AppTest, round: int) -> None:
    next(button for button in page.button if button.key == "turn_right").click()


def turn_page(page: AppTest, round: int) -> None:
    page.query_params.pop("index", None)
    page.query_params["page"] = str(round + 2)


def change_order(page: AppTest, round: int) -> None:
    box = next(box for box in page.selectbox if box.label == "Sort by")
    box.select(("brightness", "contrast", "class")[round % 3])


def report(name: str, page: AppTest, change: Callable[[AppTest, int], None]) -> None:
    """Milliseconds of the run that each of some changes causes."""
    times = []
    for round in range(ROUNDS):
        change(page, round)
        began = time.perf_counter()
        run(page)
        times.append(1000 * (time.perf_counter() - began))
    print(f"{name:40} {statistics.median(times):6.1f} ms  ({min(times):.0f} to {max(times):.0f})",
          flush=True)  # fmt: skip


def weigh(page: AppTest) -> int:
    """Bytes of the grid's data, the sprite in it."""
    grids = [element.proto for element in page.get("bidi_component")]
    (grid,) = [each for each in grids if each.id.endswith("-thumbnails")]
    return len(json.dumps(json.loads(grid.json)).encode())


if __name__ == "__main__":
    main()

"""The Runs page with 500 runs: what a rerun of its script costs the server.

One run in five has a network of its own, as one from the builder; half have tags, all have results.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from streamlit.testing.v1 import AppTest

from benchmarks.sides import temporary_home
from cnnlib.arch import zoo
from cnnlib.runs.config import OPTIMIZERS, RunConfig
from cnnlib.runs.store import RunStore

PAGE = Path(__file__).parents[1] / "pages" / "runs.py"
RUNS = 500
ROUNDS = 9
NETWORKS = ("lenet5", "baseline", "resnet20", "inception10")


def main() -> None:
    with temporary_home():
        store = RunStore()
        make_runs(store)
        report("list_runs alone", lambda: len(store.list_runs(limit=RUNS)))
        page = AppTest.from_file(str(PAGE), default_timeout=60)
        began = time.perf_counter()
        run(page)
        print(f"{'the first run of the page':40} {1000 * (time.perf_counter() - began):6.1f} ms")
        report("the page again", lambda: run(page))
        report("the page, filtered by a word", lambda: run(page, q="resnet"))
        report("the page, every column", lambda: run(page, columns="all"))


def make_runs(store: RunStore) -> None:
    """Rows as workers and people leave them, without their folders."""
    own = replace(zoo.get("lenet5"), name="mine")
    for number in range(RUNS):
        network = NETWORKS[number % len(NETWORKS)]
        given = {"spec": own} if number % 5 == 0 else {"network": network}
        config = RunConfig(
            **given,  # type: ignore[arg-type]
            optimizer=OPTIMIZERS[number % len(OPTIMIZERS)],
            seed=number,
            epochs=1 + number % 20,
        )
        made = store.create(config, status="starting", owner=f"{number % 30:020x}")
        tags = ["class", f"group {number % 7}"] if number % 2 else []
        store.annotate(made.id, name=f"Run {number}", tags=tags)
        accuracy = 0.3 + 0.5 * (number % 97) / 97
        result = {"best_epoch": 3, "best_val_loss": 2 - accuracy, "best_val_accuracy": accuracy}
        store.report(made.id, progress={}, facts={"params": 60_000 + number}, result=result)
        store.end(made.id, "finished", None)


def run(page: AppTest, **query: str) -> None:
    page.query_params.update(query)
    page.run()
    assert not page.exception
    assert not page.error


def report(name: str, act: Callable[[], object]) -> None:
    """Milliseconds, the median of some rounds after a first one."""
    act()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - began))
    print(f"{name:40} {statistics.median(times):6.1f} ms  ({min(times):.0f} to {max(times):.0f})",
          flush=True)  # fmt: skip


if __name__ == "__main__":
    main()

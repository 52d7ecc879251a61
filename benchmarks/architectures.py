"""What a network's table costs, and what a changed control costs on the Architectures page."""

import statistics
import time
from collections.abc import Callable

from benchmarks.concept_pages import measure
from benchmarks.sides import temporary_home
from cnnlib.arch import zoo
from cnnlib.arch.analysis import analyze, analyze_until_error
from cnnlib.arch.reasons import explain_layer
from cnnlib.arch.tables import make_rows
from cnnlib.data import load
from cnnlib.figures.architecture.folding import choose_detail
from cnnlib.figures.architecture.graph import draw_graph
from cnnlib.figures.architecture.volumes import draw_volumes

ROUNDS = 9


def main() -> None:
    print("Milliseconds, the least of some rounds, as others may be at work on this machine.")
    print(f"{'':20}  summary  reasons    graph   layers    boxes")
    for name in zoo.names():
        times = [_time(make) for make in _list_parts(name)]
        print(f"{name:20}" + "".join(f"{each:9.1f}" for each in times), flush=True)
    print("The page's script after a changed batch size, the least and the median:")
    with temporary_home():
        load("synthetic")
        for name in zoo.names():
            times = measure("architectures.py", "Images in a batch", {"network": name})
            print(f"{name:20}{min(times):9.1f}{statistics.median(times):9.1f}", flush=True)


def _list_parts(name: str) -> list[Callable[[], object]]:
    spec = zoo.get(name)
    summary = analyze(spec)

    def summarize() -> object:
        zoo.get.cache_clear()
        analyze_until_error.cache_clear()
        fresh = zoo.get(name)
        return analyze(fresh), make_rows(fresh, batch_size=128)

    return [
        summarize,
        lambda: [explain_layer(*pair) for pair in zip(spec.layers, summary.layers, strict=True)],
        lambda: draw_graph(spec, summary, choose_detail(spec, summary)),
        lambda: draw_graph(spec, summary, "layers"),
        lambda: draw_volumes(spec, summary),
    ]


def _time(make: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        make()
        times.append(1000 * (time.perf_counter() - began))
    return min(times)

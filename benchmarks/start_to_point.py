"""From «start» to the first loss point in the store, and what loading TensorFlow alone takes."""

import statistics
import subprocess
import sys
import time

from benchmarks.cold_start import warm_home
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore

ROUNDS = 7


def main() -> None:
    with warm_home():
        store = RunStore()
        for network in ("lenet5", "baseline"):
            seconds = [time_first_point(store, network) for _ in range(ROUNDS)]
            print(
                f"{network}: start to the first loss point, warm supervisor: median "
                f"{statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"
            )
    loads = [time_import() for _ in range(3)]
    print(f"a bare `import tensorflow, keras`: median {statistics.median(loads):.2f} s")


def time_first_point(store: RunStore, network: str) -> float:
    began = time.perf_counter()
    run = client.submit(RunConfig(network=network, dataset="synthetic", epochs=1))
    while not store.points(run.id)[1]:
        time.sleep(0.005)
    seconds = time.perf_counter() - began
    while not store.get(run.id).has_ended:
        time.sleep(0.05)
    time.sleep(1)  # the supervisor notices the free slot
    return seconds


def time_import() -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "import tensorflow, keras"], check=True, capture_output=True
    )
    return time.perf_counter() - began

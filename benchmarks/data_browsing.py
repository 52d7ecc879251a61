"""Opening, sorting and searching 60,000 and a million 32×32 images, and what memory it takes.

Each time is the clock's, a median of five, and the processor's, which other work stretches less.
Memory is the process's anonymous pages (RssAnon of /proc/self/status): its own, which no other
process shares and the system cannot take back, unlike pages of the memory-mapped files. Its peak is
looked for every 5 ms.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.sides import temporary_home
from cnnlib import settings
from cnnlib.data import Dataset, load, storage
from cnnlib.data.browsing import find_images
from cnnlib.data.duplicates import find_duplicates
from cnnlib.data.neighbours import find_neighbours
from cnnlib.data.projection import compute_projection
from cnnlib.data.statistics import compute_statistics, read_statistics
from cnnlib.data.writer import SplitWriter, finish

ROOT = Path(__file__).parents[1]
SIZES = {"sixty-thousand": (50_000, 10_000), "million": (1_000_000, 10_000)}
SHAPE = (32, 32, 3)
CHUNK = 5000
PAGE = 192
ROUNDS = 5
Result = TypeVar("Result")


def main() -> None:
    for name, counts in SIZES.items():
        needed = 2 * sum(counts) * int(np.prod(SHAPE))
        free = shutil.disk_usage(tempfile.gettempdir()).free
        if free < needed:
            print(f"{name}: left out, needs {needed / 1e9:.1f} GB of disk, {free / 1e9:.1f} free")
            continue
        with temporary_home():
            began = time.perf_counter()
            make_set(name, counts)
            print(
                f"{name}: {sum(counts):,} images written in {time.perf_counter() - began:.1f} s",
                flush=True,
            )
            # In a process of its own: what making the set has taken is not in its memory.
            code = f"from benchmarks.data_browsing import measure; measure({name!r})"
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def make_set(name: str, counts: tuple[int, int]) -> None:
    """Random images, coarse and fine: 8 × 8 cells of one colour with grain, no two alike."""
    rng = np.random.default_rng(0)
    with storage.replacing(name) as place:
        for split, count in zip(("train", "test"), counts, strict=True):
            writer = SplitWriter(place, split, count, SHAPE)
            for start in range(0, count, CHUNK):
                size = min(CHUNK, count - start)
                coarse = rng.integers(0, 240, (size, 8, 8, 3), dtype=np.uint8)
                images = coarse.repeat(4, axis=1).repeat(4, axis=2)
                images += rng.integers(0, 16, images.shape, dtype=np.uint8)
                writer.write(start, images, rng.integers(0, 10, size))
            writer.close()
        finish(
            place,
            title=name,
            class_names=settings.CIFAR10_CLASSES,
            synthetic=True,
            source="a benchmark",
        )


def measure(name: str) -> None:
    with memory_growth("opening, paging, sorting, filtering"):
        dataset = report("open", lambda: load(name))
        with memory_growth("computing the statistics"):
            once("statistics", lambda: compute_statistics(dataset))
        report("read the statistics", lambda: read_statistics(dataset))
        browse(dataset)
    images = dataset.train.images
    found = compute_statistics(dataset).train
    with memory_growth("neighbours"):
        report("10 neighbours", lambda: find_neighbours(images, images[7], 10))
        report(
            "10 neighbours, norms known",
            lambda: find_neighbours(images, images[7], 10, squared_norms=found.squared_norms),
        )
    features = np.random.default_rng(0).standard_normal((len(images), 128), np.float32)
    half = features.astype(np.float16)
    report("10 neighbours by 128 features", lambda: find_neighbours(half, half[7], 10))
    report("map of 2,000 images", lambda: compute_projection(dataset, count=2000))
    with memory_growth("finding duplicates"):
        pairs = once("duplicates", lambda: find_duplicates(dataset))
    print(f"{'':44} {pairs.compared:,} compared, {len(pairs)} pairs")


def browse(dataset: Dataset) -> None:
    """One page of thumbnails each: which images, and their pixels."""
    found = read_statistics(dataset)
    split = dataset.train
    confidence = np.random.default_rng(1).random(len(split)).astype(np.float16)
    questions = {
        "page by index": {},
        "page of one class": {"classes": [3]},
        "page by contrast": {"by": "contrast", "statistics": found.train},
        "page of two classes by distance, descending": {
            "classes": [3, 5], "by": "distance", "statistics": found.train, "descending": True,
        },
        "page by class": {"by": "class"},
        "page of the wrong ones by confidence": {"by": confidence, "where": confidence < 0.3},
    }  # fmt: skip
    for what, question in questions.items():

        def ask(question: dict = question) -> np.ndarray:
            chosen = find_images(split, **question)
            middle = len(chosen) // 2
            return split.images[chosen[middle : middle + PAGE]]

        report(what, ask)


def report(what: str, work: Callable[[], Result]) -> Result:
    walls, cpus = [], []
    for _ in range(ROUNDS):
        began, began_cpu = time.perf_counter(), time.process_time()
        result = work()
        walls.append(1e3 * (time.perf_counter() - began))
        cpus.append(1e3 * (time.process_time() - began_cpu))
    spread = f"{min(walls):.0f} to {max(walls):.0f}; {statistics.median(cpus):.0f} ms of processor"
    print(f"  {what:44} {statistics.median(walls):8.0f} ms  ({spread})", flush=True)
    return result


def once(what: str, work: Callable[[], Result]) -> Result:
    began, began_cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
    print(f"  {what:44} {wall:8.1f} s   ({cpu:.1f} s of processor)", flush=True)
    return result


@contextmanager
def memory_growth(what: str) -> Iterator[None]:
    before, peak, done = anonymous_bytes(), 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.005):
            peak = max(peak, anonymous_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        after = (anonymous_bytes() - before) / 1e6
        top = (max(peak, anonymous_bytes()) - before) / 1e6
        print(f"  memory, {what}: +{after:.0f} MB, at most +{top:.0f} MB", flush=True)


def anonymous_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this system does not tell a process's anonymous memory")

"""A class of fifty that watches one run, and the pages that somebody opens meanwhile.

The bounds: fifty viewers at 1 Hz cost the training at most 10 % of its images/s, and leave page
loads under 1 s. The viewers, and who opens a page, run on this machine: what they take counts as
well. A new browser on two cores fights the training for them, as a class's browsers, on machines of
their own, do not: so the server's part of a page load is told beside the browser's.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from playwright.sync_api import Browser, sync_playwright

from benchmarks.cold_start import FLAGS, ROOT
from benchmarks.polling import describe
from benchmarks.sides import find_median
from cnnlib.data import load
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore
from tests.browser.ensure_chromium import find_chromium
from tests.browser.lab import Lab, wait_for

VIEWERS = 50
ROUNDS = 6
WINDOW_SECONDS = 8.0
VISITS = 5  # a round, without a browser
NETWORKS = ("lenet5", "baseline")
ALONE, UNWATCHED, WATCHED = "nothing trains", "it trains", f"it trains, {VIEWERS} watch"


def main() -> None:
    chromium = find_chromium()
    for network in NETWORKS:
        with (
            tempfile.TemporaryDirectory(prefix="cnnlab-bench-") as folder,
            open_lab(folder) as lab,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            watch_training(network, lab, browser)
            browser.close()


@contextmanager
def open_lab(folder: str) -> Iterator[Lab]:
    """A lab on a home of its own, which is this process's home as well."""
    lab = Lab(Path(folder) / "lab")
    before = os.environ.get("CNNLIB_HOME")
    os.environ["CNNLIB_HOME"] = str(lab.home)
    try:
        lab.start()
        yield lab
    finally:
        lab.end()
        os.environ.pop("CNNLIB_HOME")
        if before is not None:
            os.environ["CNNLIB_HOME"] = before


def watch_training(network: str, lab: Lab, browser: Browser) -> None:
    """One run trains throughout; viewers come and go, A B A B … Then it is stopped."""
    load("synthetic")
    store = RunStore()
    run = client.submit(RunConfig(network=network, dataset="synthetic", epochs=1000))
    wait_for(lambda: store.points(run.id)[1], why="the first point")
    page = Page(browser, f"{lab.url}/training?run={run.id}")
    speeds: dict[str, list[float]] = defaultdict(list)
    cores: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for who in (UNWATCHED, WATCHED):
            with viewers(lab.url, run.id) if who == WATCHED else nullcontext():
                time.sleep(2)
                before = sum(psutil.Process(lab.server_pid).cpu_times()[:2])
                speeds[who].append(read_speed(store, run.id))
                after = sum(psutil.Process(lab.server_pid).cpu_times()[:2])
                cores[who].append((after - before) / WINDOW_SECONDS)
                page.visit(who)
                page.open(who)
                time.sleep(1)
    store.request_stop(run.id)
    wait_for(lambda: store.get(run.id).has_ended, why="the run to stop")
    for _ in range(ROUNDS):
        page.visit(ALONE)
        page.open(ALONE)
    for who in (UNWATCHED, WATCHED):
        images, share = statistics.median(speeds[who]), statistics.median(cores[who])
        print(f"{network}, {who}: {images:,.0f} images/s, the server takes {share:.1%} of a core")
    pairs = zip(speeds[UNWATCHED], speeds[WATCHED], strict=True)
    median, low, high = find_median(
        [watched / unwatched for unwatched, watched in pairs if unwatched]
    )
    print(f"{network}: images/s watched / unwatched {median:.3f}  (95 %: {low:.3f} to {high:.3f})")
    for who in (ALONE, UNWATCHED, WATCHED):
        describe(f"{network}, {who}: the server's part of a first visit", page.visits[who])
        describe(f"{network}, {who}: a new browser, until the run's name", page.loads[who])


def read_speed(store: RunStore, run_id: str) -> float:
    """Images a second over the window, validation and saving included."""

    def where() -> tuple[float, float]:
        run = store.get(run_id)
        assert run.progress is not None
        images = run.facts.get("train_images") or 10_000
        return time.perf_counter(), run.progress["epoch"] * images

    began, first = where()
    time.sleep(WINDOW_SECONDS)
    ended, last = where()
    return (last - first) / (ended - began)


class Page:
    """A run's page, opened for the first time again and again.

    Attributes:
        visits: seconds of the server's part, by who watches.
        loads: seconds in a browser.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.visits: dict[str, list[float]] = defaultdict(list)
        self.loads: dict[str, list[float]] = defaultdict(list)
        self._browser = browser
        self._url = url
        self._files: list[str] = []
        self.open("first")  # the server's first page takes its imports' time
        self.visit("first")

    def open(self, who: str) -> None:
        """In a browser that has been nowhere, until the run's name stands there."""
        context = self._browser.new_context()
        try:
            page = context.new_page()
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            began = time.perf_counter()
            page.goto(self._url)
            page.wait_for_selector("[data-testid=run-title]:not(:empty)")
            self.loads[who].append(time.perf_counter() - began)
            if not self._files:
                page.wait_for_timeout(1000)
                paths = [urlsplit(url).path for url in asked if url.startswith("http")]
                self._files = [
                    path for path in paths if path.startswith(("/static/", "/api/plotly"))
                ]
        finally:
            context.close()

    def visit(self, who: str) -> None:
        """Without a browser: see `benchmarks.page_load`."""
        command = [sys.executable, "-m", "benchmarks.page_load", self._url, str(VISITS)]
        told = subprocess.run(
            command, cwd=ROOT, input="\n".join(self._files), capture_output=True, text=True,
            check=True,
        ).stdout  # fmt: skip
        self.visits[who] += [float(line.split()[2]) / 1000 for line in told.splitlines()]


@contextmanager
def viewers(url: str, run_id: str) -> Iterator[None]:
    """Fifty at once, in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.viewers", url, run_id, str(VIEWERS)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        told, _ = process.communicate()
        lines = [line.split() for line in told.splitlines()[2:]]
        polls = sum(int(count) for count, _ in lines)
        slowest = max((int(most) for _, most in lines), default=0)
        print(f"  {polls / max(1, len(lines)):.0f} polls/s answered, the slowest in {slowest} ms")

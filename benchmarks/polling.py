"""What it costs to watch runs: a long one's first look, a poll, and a class of fifty.

The bounds: 100,000 steps are read in under 50 ms; fifty viewers at 1 Hz cost the training at most
10 % of its images/s and leave page loads under 1 s.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Browser, sync_playwright
from starlette.applications import Starlette
from starlette.testclient import TestClient

from benchmarks.cold_start import FLAGS, ROOT
from benchmarks.sides import temporary_home
from cnnlib.data import load
from cnnlib.runs import client
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore, open_store
from cnnlib.runs.store.curves import Curves
from cnnlib.runs.store.database import Database
from cnnlib.runs.store.pieces import insert_piece
from cnnlib.ui import routes
from cnnlib.ui.live_answers import POINTS, LiveAnswers
from tests.browser.ensure_chromium import find_chromium
from tests.browser.lab import Lab, wait_for

STEPS = 100_000
KEYS = ("loss", "accuracy", "learning_rate", "gradient_norm")
VIEWERS = 50
ROUNDS = 5
WINDOW_SECONDS = 8.0
NETWORKS = ("lenet5", "baseline")


def main() -> None:
    with temporary_home():
        for rate in (20, 200):
            run_id = write_long_run(rate)
            time_reading(run_id, rate)
            time_polls(run_id)
    for network in NETWORKS:
        watch_training(network)


def describe(name: str, seconds: list[float]) -> None:
    spread = f"({1000 * min(seconds):.1f} to {1000 * max(seconds):.1f}, {len(seconds)} times)"
    print(f"{name:62} median {1000 * statistics.median(seconds):7.2f} ms  {spread}", flush=True)


def measure(work: Callable[[], object], times: int) -> list[float]:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return seconds


# -- reading -------------------------------------------------------------------------------------


def write_long_run(rate: int) -> str:
    """A run of `STEPS` steps at `rate` a second, written twice a second as a worker does."""
    store = open_store()
    run = store.create(RunConfig(), status="queued")
    random = np.random.default_rng(0)
    every = rate // 2
    with store.database.transaction() as db:
        for piece, first in enumerate(range(0, STEPS, every)):
            steps = np.arange(first, min(STEPS, first + every))
            for key in KEYS:
                values = random.random(len(steps))
                insert_piece(db, run.id, key, np.stack([steps, steps / 1563, steps / rate, values]))
            if piece % 4 == 0:
                for key in ("machine/cpu", "machine/memory"):
                    place = [first, first / 1563, first / rate, random.random()]
                    insert_piece(db, run.id, key, np.array(place)[:, None])
            if first % (every * 2000) == 0:
                place = [first, first / 1563, first / rate, 1.0]
                insert_piece(db, run.id, "epoch/val_loss", np.array(place)[:, None])
    return run.id


def time_reading(run_id: str, rate: int) -> None:
    path = open_store().path

    def read() -> None:
        Curves(Database(path)).read(run_id, most=POINTS)  # a connection of its own each time

    describe(f"read {STEPS:,} steps, written at {rate} steps/s", measure(read, 15))


def time_polls(run_id: str) -> None:
    """Through the route, in this process: Starlette's share included, the network's not."""
    store = open_store()
    web = TestClient(Starlette(routes=routes.make_routes()))

    def poll(after: int) -> int:
        return int(web.get(f"/api/runs/{run_id}", params={"after": after}).json()["cursor"])

    def forget() -> None:
        routes._answers = LiveAnswers()

    def look() -> None:
        forget()
        poll(0)

    with web:
        describe("  first look by anybody, through the route", measure(look, 15))
        cursor = poll(0)
        describe("  first look by one more", measure(lambda: poll(0), 50))
        describe("  a poll with nothing new", measure(lambda: poll(cursor), 200))

        seconds = []
        for news in range(8):
            time.sleep(0.5)
            with store.database.transaction() as db:
                piece = np.array([[STEPS + news], [999.0 + news], [1e5 + news], [1.0]])
                insert_piece(db, run_id, "loss", piece)
            seconds += measure(lambda: poll(cursor), 1)
        describe("  a poll that reads the store", seconds)


# -- fifty viewers -------------------------------------------------------------------------------


def watch_training(network: str) -> None:
    """One run trains throughout; viewers come and go, A B A B …"""
    with tempfile.TemporaryDirectory(prefix="cnnlab-bench-") as folder:
        lab = Lab(Path(folder) / "lab")
        before = os.environ.get("CNNLIB_HOME")
        os.environ["CNNLIB_HOME"] = str(lab.home)
        try:
            lab.start()
            load("synthetic")
            run = client.submit(RunConfig(network=network, dataset="synthetic", epochs=1000))
            store = RunStore()
            wait_for(lambda: store.points(run.id)[1], why="the first point")
            chromium = find_chromium()
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                compare_viewers(network, lab, store, run.id, browser)
                browser.close()
            store.request_stop(run.id)
            wait_for(lambda: store.get(run.id).has_ended, why="the run to stop")
        finally:
            lab.end()
            os.environ.pop("CNNLIB_HOME")
            if before is not None:
                os.environ["CNNLIB_HOME"] = before


def compare_viewers(network: str, lab: Lab, store: RunStore, run_id: str, browser: Browser) -> None:
    speeds: dict[bool, list[float]] = {False: [], True: []}
    loads: dict[bool, list[float]] = {False: [], True: []}
    cores: dict[bool, list[float]] = {False: [], True: []}
    load_page(browser, lab, run_id)  # the server's first page takes its imports' time
    for _ in range(ROUNDS):
        for watched in (False, True):
            with viewers(lab.url, run_id) if watched else nobody():
                time.sleep(2)
                before = sum(psutil.Process(lab.server_pid).cpu_times()[:2])
                speeds[watched].append(read_speed(store, run_id))
                after = sum(psutil.Process(lab.server_pid).cpu_times()[:2])
                cores[watched].append((after - before) / WINDOW_SECONDS)
                loads[watched].append(load_page(browser, lab, run_id))
                time.sleep(1)
    for watched, who in ((False, "nobody"), (True, f"{VIEWERS} viewers")):
        values = speeds[watched]
        spread = f"({min(values):,.0f} to {max(values):,.0f})"
        print(f"{network}, {who}: median {statistics.median(values):,.0f} images/s  {spread}")
        share = statistics.median(cores[watched])
        print(f"{network}, {who}: the server takes {share:.1%} of a core")
        describe(f"{network}, {who}: the Train page in a new browser context", loads[watched])
    kept = [b / a for a, b in zip(speeds[False], speeds[True], strict=True)]
    print(
        f"{network}: images/s with viewers / without, pair by pair: median "
        f"{statistics.median(kept):.3f}  ({min(kept):.3f} to {max(kept):.3f})",
        flush=True,
    )


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


def load_page(browser: Browser, lab: Lab, run_id: str) -> float:
    context = browser.new_context()
    try:
        page = context.new_page()
        began = time.perf_counter()
        page.goto(f"{lab.url}/training?run={run_id}")
        page.wait_for_selector("[data-testid=run-title]:not(:empty)")
        return time.perf_counter() - began
    finally:
        context.close()


@contextmanager
def viewers(url: str, run_id: str) -> Iterator[None]:
    """Fifty at once, in a process of their own, on this machine: what they cost counts as well."""
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


@contextmanager
def nobody() -> Iterator[None]:
    yield

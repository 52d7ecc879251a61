"""What it costs to look at a run: a long one's first look, and a poll.

The bound: 100,000 steps are read in under 50 ms.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from starlette.applications import Starlette
from starlette.testclient import TestClient

from benchmarks.sides import temporary_home
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import open_store
from cnnlib.runs.store.curves import Curves
from cnnlib.runs.store.database import Database
from cnnlib.runs.store.pieces import insert_piece
from cnnlib.ui import routes
from cnnlib.ui.live_answers import POINTS, LiveAnswers

STEPS = 100_000
KEYS = ("loss", "accuracy", "learning_rate", "gradient_norm")


def main() -> None:
    with temporary_home():
        for rate in (20, 200):
            run_id = write_long_run(rate)
            time_reading(run_id, rate)
            time_polls(run_id)


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

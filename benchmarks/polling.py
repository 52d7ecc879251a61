"""What one browser's poll of a live run costs the server: the first look, and each one after."""

import statistics
import time

from starlette.applications import Starlette
from starlette.testclient import TestClient

from benchmarks.sides import temporary_home
from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Point
from cnnlib.runs.store import open_store
from cnnlib.ui.routes import make_routes

STEPS = 1_500


def main() -> None:
    with temporary_home():
        store = open_store()
        run = store.create(RunConfig(), status="starting")
        points = [Point(key, i, i / 300, 1.0) for i in range(STEPS) for key in ("loss", "accuracy")]
        store.report(run.id, progress={"epoch": 5.0}, points=points)
        web = TestClient(Starlette(routes=make_routes()))
        cursor = web.get(f"/api/runs/{run.id}").json()["cursor"]
        for name, after in (("first look, 3,000 points", 0), ("a poll with nothing new", cursor)):
            seconds = []
            for _ in range(200):
                store.report(run.id, progress={"epoch": 5.0})
                began = time.perf_counter()
                web.get(f"/api/runs/{run.id}", params={"after": after})
                seconds.append(time.perf_counter() - began)
            print(f"{name:32} median {1000 * statistics.median(seconds):6.2f} ms")

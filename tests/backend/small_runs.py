"""Runs that train in the test's own process, in seconds."""

from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Run
from cnnlib.runs.store import RunStore

SMALL = {"network": "lenet5", "dataset": "synthetic", "limit": 200, "epochs": 2, "batch_size": 16}


def train(config: RunConfig) -> Run:
    from cnnlib.backend.worker import run_to_end

    run = RunStore().create(config, status="starting")
    return run_to_end(run.id)


def values(store: RunStore, run: Run, key: str) -> list[tuple[float, float]]:
    return [(p.epoch, p.value) for p in store.points(run.id)[1] if p.key == key]

"""The same settings give the very same history, bit for bit, in workers forked as in real use.

On a processor with `deterministic`. TensorFlow promises nothing without it; how often it held all
the same on a machine is a question for a measurement, not for a test.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnnlib.runs.config import WATCHES
from cnnlib.runs.store import RunStore

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, multiprocessing, sys
from cnnlib.backend import warmth, worker
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore
from tests.backend.test_watching import NETWORK
from dataclasses import replace

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["cnnlib.backend.preload"])
warm = context.Process(target=warmth.report_warm)
warm.start()
warm.join()
for watch, seed in json.loads(sys.argv[1]):
    config = RunConfig(
        spec=replace(NETWORK, input_shape=(32, 32, 3), layers=(*NETWORK.layers[:-1],
            replace(NETWORK.layers[-1], units=10))),
        dataset="synthetic", limit=200, epochs=2, batch_size=16, optimizer="adamw",
        weight_decay=0.01, schedule="cosine", label_smoothing=0.1, seed=seed,
        augmentation="flip,shift,mixup", deterministic=True, watch=watch)
    run = RunStore().create(config, status="starting")
    child = context.Process(target=worker.run_in_child, args=(run.id,))
    child.start()
    child.join()
    print(run.id)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is forked there")
def test_same_settings_same_history(with_synthetic: Path) -> None:
    everything = ",".join(sorted(set(WATCHES) - {"machine", "tensorboard"}))
    runs = [(everything, 3), (everything, 3), ("", 3), ("", 4)]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(runs)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    store = RunStore()
    found = [store.get(line) for line in done.stdout.split()]
    assert [run.status for run in found] == ["finished"] * 4, [run.message for run in found]
    first, again, unwatched, other = [
        sorted((p.key, p.step, p.epoch, p.value) for p in store.points(run.id)[1]) for run in found
    ]
    assert len({point[0] for point in first}) > 8
    assert first == again
    for kind in ("weights", "activations"):
        assert (
            store.histograms.read(found[0].id, kind)
            == store.histograms.read(found[1].id, kind)
            != []
        )
    keys = {point[0] for point in unwatched}
    assert {"loss", "accuracy", "learning_rate", "epoch/loss", "epoch/val_accuracy"} <= keys
    assert [point for point in first if point[0] in keys] == unwatched, "watching changed it"
    assert unwatched != other, "another seed is another run"

"""A run says what it takes to be repeated."""

import json
import os
from pathlib import Path

import psutil

from cnnlib.data import load
from cnnlib.runs.config import RunConfig
from cnnlib.runs.records import Run


def test_the_facts_of_a_run(with_synthetic: Path) -> None:
    import keras
    import tensorflow as tf

    from cnnlib.backend.provenance import describe_provenance
    from cnnlib.backend.training import prepare_model

    dataset = load("synthetic").take(100)
    run = Run("none", RunConfig(network="lenet5", dataset="synthetic", limit=100), "starting")
    spec = run.config.make_spec(dataset.image_shape, 10)
    model = prepare_model(spec, run, 1)
    facts = describe_provenance(run, dataset, spec, model, threads=1)
    assert json.loads(json.dumps(facts)) == facts, "the store keeps it as JSON"
    assert facts["params"] == model.count_params()
    assert (facts["train_images"], facts["val_images"]) == (100, len(dataset.test))
    assert (facts["steps"], facts["threads"], facts["replicas"]) == (4, 1, 1)
    assert facts["dataset_fingerprint"] == dataset.fingerprint
    assert facts["dataset_fingerprint"] != load("synthetic").fingerprint
    assert facts["versions"]["keras"] == keras.__version__
    assert facts["versions"]["tensorflow"] == tf.__version__
    machine = facts["machine"]
    assert machine["memory_bytes"] == psutil.virtual_memory().total
    assert machine["host"] == os.uname().nodename
    assert len(machine["processor"]) > 3
    assert facts["acceleration"]["precision"] == "float32"
    assert facts["command"].startswith("python -m cnnlib train lenet5")
    threads = describe_provenance(run, dataset, spec, model)["threads"]
    assert threads == machine["cores"] == len(os.sched_getaffinity(0))

"""Where the numbers of a run come from: its data, versions, machine and command."""

import os
import platform
import socket
from pathlib import Path
from typing import Any

import keras
import numpy as np
import psutil
import tensorflow as tf

from cnnlib.arch.analysis import analyze
from cnnlib.arch.spec import Spec
from cnnlib.backend.training import PLAIN, Acceleration, count_replicas
from cnnlib.data import Dataset
from cnnlib.runs.export.command_line import write_command
from cnnlib.runs.records import Run


def describe_provenance(
    run: Run,
    dataset: Dataset,
    spec: Spec,
    model: keras.Model,
    acceleration: Acceleration = PLAIN,
    threads: int | None = None,
) -> dict[str, Any]:
    """What a run should say of itself to be repeated, as plain data; see `Run.facts`.

    Args:
        dataset: what is trained on, after `take`.
        threads: that one operation may use; None for all cores.
    """
    summary = analyze(spec)
    images = len(dataset.train.labels)
    return {
        "params": summary.params,
        "macs": summary.macs,
        "train_images": images,
        "val_images": len(dataset.test.labels),
        "steps": -(-images // run.config.batch_size),
        "input_shape": list(spec.input_shape),
        "classes": len(dataset.class_names),
        "dataset_fingerprint": dataset.fingerprint,
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "machine": describe_machine(),
        "threads": threads or count_cores(),
        "replicas": count_replicas(model),
        "acceleration": acceleration.to_facts(),
        "command": write_command(run.config),
    }


def describe_machine() -> dict[str, Any]:
    """Name, system, processor, cores that this process may use, memory in bytes, GPUs' names."""
    return {
        "host": socket.gethostname(),
        "system": platform.platform(),
        "processor": _name_processor(),
        "cores": count_cores(),
        "memory_bytes": psutil.virtual_memory().total,
        "gpus": [_name_gpu(gpu) for gpu in tf.config.list_physical_devices("GPU")],
    }


def count_cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _name_processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:  # no Linux
        pass
    return platform.processor() or platform.machine()


def _name_gpu(gpu: tf.config.PhysicalDevice) -> str:
    details = tf.config.experimental.get_device_details(gpu)
    return str(details.get("device_name", gpu.name))

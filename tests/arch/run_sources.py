"""Run in a process of its own that knows Keras but not the lab: `python -I run_sources.py FOLDER`.

Runs every generated source in FOLDER as its reader would, and prints what it saw: one JSON object
a line. A source in the folder `counts` within FOLDER is only built and counted; for the
others `shapes.json` says what images they take.
"""

import json
import os
import runpy
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["COLUMNS"] = "120"

import keras
import numpy as np

BatchNormalization, Dropout = keras.layers.BatchNormalization, keras.layers.Dropout


def count(weights: list[Any]) -> int:
    return sum(int(np.prod(weight.shape)) for weight in weights)


def find_layers(model: Any, kind: type) -> list[Any]:
    return [layer for layer in model._flatten_layers() if isinstance(layer, kind)]


def look(path: Path) -> tuple[Callable[[], Any], Any, dict[str, Any]]:
    """`build_model` of a source, what it builds, and what is seen of that."""
    keras.utils.clear_session()
    build_model = runpy.run_path(str(path), run_name="generated")["build_model"]
    model = build_model()
    lines: list[str] = []
    model.summary(print_fn=lambda text, **_: lines.append(text), expand_nested=True)
    return build_model, model, {
        "name": path.stem,
        "params": model.count_params(),
        "trainable_params": count(model.trainable_weights),
        "summary": "\n".join(lines),
    }  # fmt: skip


def train(build_model: Callable[[], Any], model: Any, shape: list[int]) -> dict[str, Any]:
    """One step of `fit` with checkpoints after it; then those are read."""
    rng = np.random.default_rng(0)
    images = rng.random((8, *shape), dtype=np.float32)
    labels = rng.integers(0, 10, 8)
    dropouts = find_layers(model, Dropout)
    drawn = [np.asarray(layer.seed_generator.state).copy() for layer in dropouts]
    model.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    with tempfile.TemporaryDirectory() as folder:
        whole, weights = f"{folder}/best.keras", f"{folder}/best.weights.h5"
        best = {"monitor": "loss", "save_best_only": True}
        checkpoints = [
            keras.callbacks.ModelCheckpoint(whole, **best),
            keras.callbacks.ModelCheckpoint(weights, save_weights_only=True, **best),
        ]
        model.fit(images, labels, batch_size=8, verbose=0, callbacks=checkpoints)
        loaded = keras.saving.load_model(whole)
        fresh = build_model()
        fresh.load_weights(weights)  # before its first call
    new = build_model()
    expected = np.asarray(model(images))

    def compare(other: Any) -> float:
        return float(np.abs(np.asarray(other(images)) - expected).max())

    return {
        "still": [
            layer.name
            for layer in find_layers(model, BatchNormalization)
            if not np.any(np.asarray(layer.moving_mean))
        ],
        "idle": [
            layer.name
            for before, layer in zip(drawn, dropouts, strict=True)
            if np.array_equal(before, np.asarray(layer.seed_generator.state))
        ],
        "keras_file": compare(loaded),
        "weights_file": compare(fresh),
        "new": compare(new),
        "losses": len(model.losses),
    }


def make_zeros(initializer: Any, shape: tuple[int, ...], dtype: Any = None) -> Any:
    """Instead of 138 million random numbers, where they are only counted."""
    return keras.ops.zeros(shape, dtype)


if __name__ == "__main__":
    assert "cnnlib" not in sys.modules
    folder = Path(sys.argv[1])
    shapes = json.loads((folder / "shapes.json").read_text("utf-8"))
    for source in sorted(folder.glob("*.py")):
        build_model, model, seen = look(source)
        print(json.dumps(seen | train(build_model, model, shapes[source.stem])), flush=True)
    keras.initializers.GlorotUniform.__call__ = make_zeros
    for source in sorted((folder / "counts").glob("*.py")):
        print(json.dumps(look(source)[-1]), flush=True)

"""What Keras itself says of a model's file: a second opinion on `cnnlib.arch.reading`.

Run in a child of its own, with little memory: the file comes from someone we do not trust. Safe
mode refuses lambdas, and no class is known but Keras' own.
"""

import io
import json
import re
import zipfile
from collections import Counter
from contextlib import suppress
from math import prod
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import keras

from cnnlib import settings
from cnnlib.arch.reading import read_file
from cnnlib.arch.reading.files import load_config
from cnnlib.arch.spec import Spec
from cnnlib.backend.model_builder import build_model
from cnnlib.errors import RunError, SpecError

MAX_PARAMS = 300_000_000
MEMORY_BYTES = 6_000_000_000  # beyond what the child has when it begins
CPU_SECONDS = 300
WEIGHTS = "model.weights.h5"
# The optimizer's own numbers, and the state of random ones, which Keras does not count either.
NOT_WEIGHTS = re.compile(r"^optimizer/|/seed_generator/")
REASON_LENGTH = 300


def read_with_keras(path: str) -> dict[str, Any]:
    """Keras' counts of a model's file, and how many numbers the file holds.

    Returns:
        layers: {name: [parameters, trainable ones]}, nested models laid flat; None if Keras cannot.
        params, trainable_params: the whole model's, or None.
        reason: one line why Keras cannot, or None.
        stored: {layer: numbers}, None where the file holds no weights; stored_total: their sum.
        keras: its version.

    Raises:
        SpecError: the lab itself refuses the file.
        RunError: the model is too large to be built here.
    """
    with open(path, "rb") as file:
        known = read_file(file).summary.params
    if known > MAX_PARAMS:
        raise RunError(
            f"Keras is asked about models of up to {MAX_PARAMS:,} parameters. Received: {known:,}."
        )
    stored = count_stored(Path(path))
    answer: dict[str, Any] = {
        "layers": None, "params": None, "trainable_params": None, "reason": None,
        "stored": stored, "stored_total": sum(stored.values()) if stored is not None else None,
        "keras": keras.__version__,
    }  # fmt: skip
    try:
        model = _load(Path(path))
        layers = dict(_count_layers(model))
    except Exception as error:  # whatever someone's file makes Keras raise
        return {**answer, "reason": _shorten(error)}
    return {
        **answer,
        "layers": layers,
        "params": model.count_params(),
        "trainable_params": _count(model.trainable_weights),
    }


def limit_resources() -> None:
    """Bound this process' memory and time, where the system can."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * resource.getpagesize() + MEMORY_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        size = 2 * settings.max_model_bytes()
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def count_stored(path: Path) -> dict[str, int] | None:
    """How many numbers a `.keras` file holds for each layer; None if it holds no weights.

    Only the arrays' headers are read, and no link in the file is followed.

    Raises:
        SpecError: the weights are damaged, or fewer than they claim to be.
    """
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        if WEIGHTS not in archive.namelist():
            return None
        content = archive.read(WEIGHTS)
    sizes: dict[str, int] = {}
    names: dict[str, str] = {}

    def visit(place: str, item: Any) -> None:
        if isinstance(item, h5py.Group) and place.endswith("/vars"):
            names[place.removesuffix("/vars")] = str(item.attrs.get("name", ""))[:200]
        elif isinstance(item, h5py.Dataset) and not NOT_WEIGHTS.search(place):
            sizes[place] = prod(item.shape or ())
            if item.id.get_storage_size() < sizes[place] and not item.compression:
                raise SpecError(f"The file claims {sizes[place]:,} numbers that it does not hold.")

    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            file.visititems(visit)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise SpecError("The file's weights are damaged. Save the model again.") from error
    counts: Counter[str] = Counter()
    for place, size in sizes.items():
        counts[_find_owner(place, names)] += size
    return dict(counts)


def _find_owner(place: str, names: dict[str, str]) -> str:
    """layers/sequential/layers/dense/vars/0 is of sub/dense, by the names that the groups bear.

    What lies deeper in a layer (the cell of an LSTM) is that layer's.
    """
    parts = place.split("/")
    found = []
    for i in range(0, len(parts) - 1, 2):
        if parts[i] != "layers":
            break
        group = "/".join(parts[: i + 2])
        found.append(names.get(group) or parts[i + 1])
    return "/".join(found)


def _load(path: Path) -> keras.Model:
    if zipfile.is_zipfile(path):
        return keras.models.load_model(path, compile=False, safe_mode=True)
    with path.open("rb") as file:
        data = load_config(file)
    if "class_name" in data:
        return keras.models.model_from_json(json.dumps(data))  # in safe mode, Keras 3's default
    return build_model(Spec.from_dict(data))


def _count_layers(model: keras.Model, prefix: str = "") -> list[tuple[str, list[int]]]:
    rows = []
    for layer in model.layers:
        name = f"{prefix}{layer.name}"
        if isinstance(layer, keras.Sequential | keras.src.models.functional.Functional):
            rows += _count_layers(layer, f"{name}/")
        else:
            rows.append((name, [_count(layer.weights), _count(layer.trainable_weights)]))
    return rows


def _count(weights: list[Any]) -> int:
    return sum(prod(weight.shape) for weight in weights)


def _shorten(error: Exception) -> str:
    text = " ".join(str(error).split())
    cut = text if len(text) <= REASON_LENGTH else f"{text[:REASON_LENGTH]} …"
    return f"{type(error).__name__}: {cut}"

"""What a run's model says of every image of its data set: files in the run's folder, mapped.

`predictions/` in the folder holds three .npy files a split and a note that says which checkpoint
looked at which data. When either has changed since, the files count as absent. The folder may be
deleted at any time: the model can look again.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from cnnlib.data import Dataset
from cnnlib.errors import RunError
from cnnlib.runs.files import checkpoint_path, run_folder

FOLDER = "predictions"
FORMAT = 1
SPLITS = ("train", "test")
_NOTE = "note.json"
_LOCK = ".predictions.lock"
_DTYPES = {"probabilities": np.float16, "features": np.float16, "predicted": np.int32}


@dataclass(frozen=True)
class SplitPredictions:
    """What the model says of the images of one split, in their order.

    probabilities: (N, K) float16, 0..1, memory-mapped; near 1 they are rounded to steps of 0.0005.
    features: (N, D) float16, memory-mapped: the last hidden layer's numbers; what lies beyond
        float16's range of ±65,504 stands at its end.
    predicted: (N,) int32, the class with the highest probability before any rounding.
    labels: (N,), the classes that the data set gives.
    """

    probabilities: NDArray[np.float16]
    features: NDArray[np.float16]
    predicted: NDArray[np.int32]
    labels: NDArray[np.int64]

    @cached_property
    def confidence(self) -> NDArray[np.float32]:
        """(N,) float32, 0..1: the probability of the class that the model predicts."""
        return self._take(self.predicted)

    @cached_property
    def self_confidence(self) -> NDArray[np.float32]:
        """(N,) float32, 0..1: the probability that the model gives to the label in the data."""
        return self._take(self.labels)

    @cached_property
    def right(self) -> NDArray[np.bool_]:
        """(N,): whether the predicted class is the label."""
        return np.asarray(self.predicted == self.labels)

    @property
    def accuracy(self) -> float:
        return float(self.right.mean())

    def _take(self, classes: NDArray[Any]) -> NDArray[np.float32]:
        return np.asarray(self.probabilities[np.arange(len(classes)), classes], np.float32)


@dataclass(frozen=True)
class Predictions:
    """Of both splits, by the checkpoint "best" or "last" of a run.

    features_of: for people, which numbers the features are.
    token: a word that is another one for other weights or other images.
    """

    run_id: str
    checkpoint: str
    features_of: str
    token: str
    train: SplitPredictions
    test: SplitPredictions


def find_checkpoint(run_id: str) -> str | None:
    """Which of a run's checkpoints looks at images: the best, else the last, else none."""
    saved = (which for which in ("best", "last") if checkpoint_path(run_id, which).is_file())
    return next(saved, None)


def identify(run_id: str, dataset: Dataset) -> dict[str, Any] | None:
    """What predictions hold for: this file of weights and these images. None without weights."""
    which = find_checkpoint(run_id)
    if which is None:
        return None
    try:
        stat = checkpoint_path(run_id, which).stat()
    except OSError:  # it went this very moment
        return None
    return {
        "format": FORMAT,
        "checkpoint": which,
        "bytes": stat.st_size,
        "mtime_ns": stat.st_mtime_ns,
        "fingerprint": dataset.fingerprint,
    }


def read_predictions(run_id: str, dataset: Dataset) -> Predictions | None:
    """The predictions of a run's present checkpoint for these images; None when there are none.

    Files of an older checkpoint, of other images, or damaged ones count as none.

    Raises:
        RunError: `run_id` is not a name that the lab gives.
    """
    identity = identify(run_id, dataset)
    place = run_folder(run_id) / FOLDER
    with suppress(OSError, ValueError, EOFError, SyntaxError, KeyError, TypeError):
        note = json.loads((place / _NOTE).read_text("utf-8"))
        if identity is None or note["identity"] != identity:
            return None
        train, test = (_open_split(place, dataset, name) for name in SPLITS)
        return Predictions(
            run_id,
            identity["checkpoint"],
            str(note["features_of"]),
            "-".join(map(str, identity.values())),
            train=train,
            test=test,
        )
    return None


def delete_predictions(run_id: str) -> None:
    """Remove a run's predictions, if there are any."""
    shutil.rmtree(run_folder(run_id) / FOLDER, ignore_errors=True)


def _open_split(place: Path, dataset: Dataset, name: str) -> SplitPredictions:
    split = getattr(dataset, name)
    arrays = {
        part: np.load(place / f"{name}-{part}.npy", mmap_mode="r", allow_pickle=False)
        for part in _DTYPES
    }
    count, classes = len(split), len(dataset.class_names)
    if (
        any(array.dtype != _DTYPES[part] for part, array in arrays.items())
        or arrays["probabilities"].shape != (count, classes)
        or arrays["features"].ndim != 2
        or len(arrays["features"]) != count
        or arrays["predicted"].shape != (count,)
    ):
        raise ValueError(f"{place} does not fit {dataset.name}")
    return SplitPredictions(**arrays, labels=split.labels)


@dataclass(frozen=True)
class Writer:
    """New predictions on their way to the disk; see `writing`."""

    place: Path

    @contextmanager
    def writing_split(
        self, split: str, count: int, classes: int, width: int
    ) -> Iterator[Callable[[dict[str, NDArray[Any]]], None]]:
        """The files of a split of `count` images, with `width` features an image.

        Gives a function that appends what is said of the next images: rows by the names of
        `SplitPredictions`' arrays. (A memory map would be simpler, but on a full disk it kills the
        process.)
        """
        shapes = {"probabilities": (count, classes), "features": (count, width)}
        with ExitStack() as stack:
            files = {}
            for part, dtype in _DTYPES.items():
                file = stack.enter_context((self.place / f"{split}-{part}.npy").open("wb"))
                descr = np.lib.format.dtype_to_descr(np.dtype(dtype))
                shape = shapes.get(part, (count,))
                header = {"descr": descr, "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(file, header)
                files[part] = file

            def append(rows: dict[str, NDArray[Any]]) -> None:
                for part, file in files.items():
                    file.write(np.ascontiguousarray(rows[part], _DTYPES[part]).data)

            yield append

    def write_note(self, identity: dict[str, Any], features_of: str) -> None:
        note = {"identity": identity, "features_of": features_of}
        (self.place / _NOTE).write_text(json.dumps(note), "utf-8")


@contextmanager
def writing(run_id: str) -> Iterator[Writer]:
    """Write a run's predictions: they replace older ones when the block ends well, or not at all.

    Raises:
        RunError: somebody else writes them, or the disk is full.
    """
    folder = run_folder(run_id)
    lock = FileLock(folder / _LOCK, timeout=0)
    try:
        with lock:
            for left in folder.glob(f".{FOLDER}-*"):  # by a process that was ended
                shutil.rmtree(left, ignore_errors=True)
            fresh = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=folder))
            try:
                yield Writer(fresh)
                fresh.chmod(0o755)
                delete_predictions(run_id)
                fresh.rename(folder / FOLDER)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    except Timeout:
        raise RunError(
            f"Run {run_id} is looking at the images already. Wait until it has seen them all."
        ) from None
    except OSError as error:
        raise RunError(
            f"What run {run_id} says could not be written to {folder} "
            f"({error.strerror or error}). Free some space, then try again."
        ) from error

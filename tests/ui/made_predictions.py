"""Runs with predictions that a test has made up: no Keras needed."""

from collections.abc import Callable

import numpy as np

from cnnlib.data import Dataset, Split
from cnnlib.runs.config import RunConfig
from cnnlib.runs.files import Checkpoint, checkpoint_path, write_checkpoint_note
from cnnlib.runs.predictions import SPLITS, identify, writing
from cnnlib.runs.records import Run
from cnnlib.runs.store import open_store

Say = Callable[[str, Split], np.ndarray]


def make_run(dataset: Dataset, *, accuracy: float | None = 0.5, limit: int | None = None) -> Run:
    """A finished run with a checkpoint that holds nothing."""
    store = open_store()
    run = store.create(RunConfig(network="lenet5", dataset=dataset.name, limit=limit))
    path = checkpoint_path(run.id, "best")
    path.write_bytes(b"no model")
    write_checkpoint_note(path, Checkpoint(1.0, 1.0, accuracy))
    store.end(run.id, "finished", "Finished.")
    return store.get(run.id)


def make_predictions(run: Run, dataset: Dataset, say: Say, width: int = 6) -> None:
    """Write what `say(name, split)` gives as probabilities (N, K), and random features."""
    rng = np.random.default_rng(1)
    with writing(run.id) as writer:
        for name in SPLITS:
            split: Split = getattr(dataset, name)
            said = say(name, split)
            with writer.writing_split(name, len(split), said.shape[1], width) as append:
                append(
                    {
                        "probabilities": said,
                        "features": rng.normal(size=(len(split), width)),
                        "predicted": said.argmax(axis=1),
                    }
                )
        identity = identify(run.id, dataset)
        assert identity is not None
        writer.write_note(identity, "made up")


def mostly_right(classes: int, wrong: dict[str, list[int]]) -> Say:
    """Says the label with 0.9, but of the `wrong` images of a split the class after it."""

    def say(name: str, split: Split) -> np.ndarray:
        said = np.full((len(split), classes), 0.1 / (classes - 1))
        shown = np.array(split.labels)
        shown[wrong.get(name, [])] = (shown[wrong.get(name, [])] + 1) % classes
        said[np.arange(len(split)), shown] = 0.9
        return said

    return say

"""What deleting runs frees: said before, measured after."""

from pathlib import Path

import pytest

from cnnlib.runs.config import RunConfig
from cnnlib.runs.disk import count_freed_bytes
from cnnlib.runs.files import Checkpoint, checkpoint_path, run_folder, write_checkpoint_note
from cnnlib.runs.store import RunStore


def measure(folder: Path) -> int:
    """Bytes of all files under a folder, one with several names once."""
    sizes = {}
    for path in folder.rglob("*"):
        if path.is_file():
            status = path.stat()
            sizes[status.st_ino] = status.st_size
    return sum(sizes.values())


@pytest.mark.parametrize("deleted", [(0,), (1,), (2,), (0, 1), (1, 2), (0, 1, 2), ()])
def test_freed_is_what_is_freed(lab_home: Path, deleted: tuple[int, ...]) -> None:
    """A run, one that goes on from it (it has the checkpoint in common), and another."""
    store = RunStore()
    runs = [store.create(RunConfig(), status="starting")]
    for size, which in ((1_000, "last"), (700, "best")):
        checkpoint_path(runs[0].id, which).write_bytes(b"m" * size)
        write_checkpoint_note(checkpoint_path(runs[0].id, which), Checkpoint(1.0, 1.5, 0.5))
    store.end(runs[0].id, "finished", None)
    runs.append(store.create(store.get(runs[0].id).continued(epochs=1, checkpoint="last")))
    runs.append(store.create(RunConfig()))
    inner = run_folder(runs[2].id) / "tensorboard"
    inner.mkdir()
    (inner / "events").write_bytes(b"e" * 333)
    chosen = [runs[number].id for number in deleted]
    said, before = count_freed_bytes(chosen), measure(lab_home / "runs")
    store.delete(chosen)
    assert said == before - measure(lab_home / "runs")


def test_a_run_without_a_folder_frees_nothing(lab_home: Path) -> None:
    assert count_freed_bytes(["20260101-000000-lenet5-0000"]) == 0

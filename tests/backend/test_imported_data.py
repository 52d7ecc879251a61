"""Runs on imported data sets: grey images train, and a set may be replaced while a run uses it."""

from pathlib import Path

import pytest

from cnnlib.data import import_path, load, storage
from cnnlib.runs.config import RunConfig
from cnnlib.runs.store import RunStore
from tests.data.picture_files import make_files, write_folder
from tests.data.published_files import encode_npz, make_mnist


@pytest.mark.parametrize("network", ["mlp", "baseline"])
def test_grey_images_of_28_by_28_train(lab_home: Path, tmp_path: Path, network: str) -> None:
    from cnnlib.backend.worker import run_to_end

    path = tmp_path / "mnist.npz"
    path.write_bytes(encode_npz(make_mnist()))
    import_path(path)
    config = RunConfig(network=network, dataset="mnist", epochs=1, batch_size=10)
    run = run_to_end(RunStore().create(config, status="starting").id)
    assert run.status == "finished", run.message


def test_a_run_outlives_the_replacement_of_its_data(lab_home: Path, tmp_path: Path) -> None:
    """The old files stay mapped: no error, no crash, and the loss is still that of the old set."""
    from cnnlib.backend.worker import run_to_end

    import_path(write_folder(tmp_path / "a", make_files(count=60)), name="pets")
    other = write_folder(tmp_path / "b", make_files(("x", "y", "z"), count=3))
    config = RunConfig(network="lenet5", dataset="pets", epochs=3, batch_size=16)
    replaced: list[str] = []

    def listen(progress: object, points: list[object], events: object) -> None:
        if points and not replaced:
            storage.remove("pets")
            replaced.append(import_path(other, name="pets", size=64).fingerprint)

    store = RunStore()
    run = run_to_end(store.create(config, status="starting").id, listen)
    assert replaced
    assert run.status == "finished", run.message
    epochs = [point for point in store.points(run.id)[1] if point.key == "epoch/val_loss"]
    assert len(epochs) == 3
    assert load("pets").class_names == ("x", "y", "z")

"""Removing data sets: not while a run needs one, and nothing else goes with it."""

import numpy as np
import pytest

from cnnlib.data import available, import_path, is_installed, load, storage
from cnnlib.errors import DatasetError, LabError
from cnnlib.runs.config import RunConfig
from cnnlib.runs.datasets import find_users, remove_dataset
from cnnlib.runs.store import RunStore
from tests.data.cifar_files import leftovers
from tests.data.picture_files import make_files, write_folder


@pytest.fixture
def pets(lab_home, tmp_path):
    return import_path(write_folder(tmp_path / "pets", make_files(count=8)))


def test_a_removed_set_is_gone_but_stays_with_who_has_it_open(pets, lab_home) -> None:
    before = np.array(pets.train.images)
    size = storage.count_bytes("pets")
    assert size > before.nbytes
    remove_dataset("pets")
    assert not is_installed("pets")
    assert [info.name for info in available()] == ["synthetic"]
    assert leftovers(lab_home / "datasets") == []
    np.testing.assert_array_equal(pets.train.images, before)
    with pytest.raises(DatasetError, match="no data set named 'pets'"):
        load("pets")


@pytest.mark.parametrize("status", ["queued", "running"])
def test_not_while_a_run_needs_it(pets, status) -> None:
    store = RunStore()
    other = store.create(RunConfig(dataset="synthetic"), status=status)
    run = store.create(RunConfig(dataset="pets"))
    assert {name: user.id for name, user in find_users().items()} == {
        "pets": run.id,
        "synthetic": other.id,
    }
    with pytest.raises(LabError, match=f"run {run.id} uses the data set 'pets'"):
        remove_dataset("pets")
    assert is_installed("pets")
    store.end(run.id, "stopped", "as asked")
    assert find_users() == {"synthetic": store.get(other.id)}
    remove_dataset("pets")
    assert store.get(run.id).config.dataset == "pets"


@pytest.mark.parametrize("name", ["synthetic", "nothing", "../pets", ""])
def test_what_cannot_be_removed(pets, name) -> None:
    with pytest.raises(LabError) as caught:
        remove_dataset(name)
    assert "\n" not in str(caught.value)
    assert is_installed("pets")


def test_a_damaged_set_can_be_removed(pets, lab_home) -> None:
    (lab_home / "datasets" / "pets" / "meta.json").write_text("?")
    remove_dataset("pets")
    assert not (lab_home / "datasets" / "pets").exists()

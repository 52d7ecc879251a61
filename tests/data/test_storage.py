import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cnnlib import settings
from cnnlib.data import available, import_path, is_installed, load, storage, writer
from cnnlib.errors import DatasetError
from tests.data.cifar_files import leftovers, make_files, write_archive


def test_images_are_a_read_only_memory_map(tiny_archive):
    dataset = import_path(tiny_archive)
    for split in (dataset.train, dataset.test):
        assert isinstance(split.images, np.memmap)
        assert split.images.dtype == np.uint8
        with pytest.raises(ValueError, match="read-only"):
            split.images[0] = 0
        with pytest.raises(ValueError, match="read-only"):
            split.labels[0] = 0


def test_opening_reads_no_images(tiny_archive, monkeypatch):
    import_path(tiny_archive)
    modes = []
    original = np.load

    def spy(*args, **kwargs):
        modes.append(kwargs.get("mmap_mode"))
        return original(*args, **kwargs)

    monkeypatch.setattr(np, "load", spy)
    load("cifar10", download=False)
    assert modes == ["r"] * 4


def damage_truncated(folder: Path) -> None:
    os.truncate(folder / "train-images.npy", 1000)


def damage_header(folder: Path) -> None:
    (folder / "test-images.npy").write_bytes(b"not numpy")


def damage_labels(folder: Path) -> None:
    np.save(folder / "train-labels.npy", np.full(60, 10))


def damage_missing(folder: Path) -> None:
    (folder / "train-labels.npy").unlink()


def damage_meta_missing(folder: Path) -> None:
    (folder / "meta.json").unlink()


def damage_meta_text(folder: Path) -> None:
    (folder / "meta.json").write_text("{")


def damage_meta_count(folder: Path) -> None:
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps(meta | {"train_count": 61}))


def damage_meta_type(folder: Path) -> None:
    (folder / "meta.json").write_text('{"format": 1, "image_shape": "x"}')


def damage_meta_format(folder: Path) -> None:
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps(meta | {"format": 99}))


def damage_swapped(folder: Path) -> None:
    np.save(folder / "test-images.npy", np.zeros((12, 32, 32), np.uint8))


DAMAGES = [value for name, value in list(globals().items()) if name.startswith("damage_")]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_copy_is_one_clear_line_and_can_be_imported_again(tiny_archive, damage):
    import_path(tiny_archive)
    damage(storage.folder("cifar10"))
    with pytest.raises(DatasetError, match=r"damaged\. Import") as caught:
        storage.open_stored("cifar10")
    assert "\n" not in str(caught.value)
    available()
    assert len(import_path(tiny_archive).train) == 60


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "A", ".x", "x" * 65, "a b", "é", 3])
def test_refuses_names_that_are_paths(name, tiny_archive):
    with pytest.raises(DatasetError):
        load(name)
    with pytest.raises(DatasetError):
        import_path(tiny_archive, name=name)
    assert not settings.datasets_dir().exists() or leftovers(settings.datasets_dir()) == []


def test_the_name_of_the_synthetic_set_is_taken(tiny_archive):
    with pytest.raises(DatasetError, match="taken"):
        import_path(tiny_archive, name="synthetic")


def test_an_error_midway_leaves_nothing(tiny_archive, monkeypatch):
    original = writer.SplitWriter.write
    written = []

    def failing(self, *args):
        written.append(1)
        if len(written) == 3:
            raise RuntimeError("boom")
        original(self, *args)

    monkeypatch.setattr(writer.SplitWriter, "write", failing)
    with pytest.raises(RuntimeError):
        import_path(tiny_archive)
    assert leftovers(settings.datasets_dir()) == []
    assert not is_installed("cifar10")


def test_a_full_disk_is_one_clear_line(tiny_archive, monkeypatch):
    def full(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writer.SplitWriter, "write", full)
    with pytest.raises(DatasetError, match=r"No space left on device.*CNNLIB_HOME"):
        import_path(tiny_archive)
    assert leftovers(settings.datasets_dir()) == []


def test_a_home_that_is_a_file_is_one_clear_line(tiny_archive, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CNNLIB_HOME", str(tmp_path / "file"))
    with pytest.raises(DatasetError, match="CNNLIB_HOME"):
        import_path(tiny_archive)
    with pytest.raises(DatasetError, match="CNNLIB_HOME"):
        load("synthetic")


IMPORT_FOR_EVER = """
import sys, time
from cnnlib.data import import_path
def progress(fraction, text):
    if "data_batch_3" in text:
        print("midway", flush=True)
        time.sleep(60)
import_path(sys.argv[1], progress=progress)
"""


def test_a_killed_import_leaves_the_old_copy_and_is_cleaned_by_the_next(tiny_archive, tmp_path):
    before = import_path(tiny_archive)
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT_FOR_EVER, str(tiny_archive)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"midway\n"
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    process.stdout.close()
    assert leftovers(settings.datasets_dir()) != []
    assert load("cifar10", download=False).fingerprint == before.fingerprint
    start = time.monotonic()
    import_path(tiny_archive)
    assert time.monotonic() - start < 45, "a killed process's lock must not hold"
    assert leftovers(settings.datasets_dir()) == []


def test_killed_between_the_two_renames_the_old_copy_comes_back(tiny_archive):
    before = import_path(tiny_archive)
    folder = storage.folder("cifar10")
    folder.rename(folder.parent / ".cifar10.old-12345678")
    assert storage.open_stored("cifar10").fingerprint == before.fingerprint
    assert leftovers(settings.datasets_dir()) == []


def test_an_open_data_set_outlives_its_replacement(tmp_path, tiny_archive):
    old = import_path(tiny_archive)
    first = np.array(old.train.images)
    import_path(write_archive(tmp_path / "b.tar.gz", make_files(rows=3)))
    np.testing.assert_array_equal(old.train.images, first)
    assert len(load("cifar10", download=False).train) == 15


def test_importing_needs_no_network_and_no_streamlit():
    code = (
        "import sys, cnnlib.data; "
        "print([m for m in ('streamlit', 'plotly', 'keras', 'tensorflow', 'pooch', 'requests', "
        "'pandas') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert run.stdout.strip() == "[]"

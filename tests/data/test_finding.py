import shutil
from pathlib import Path

import pytest

from cnnlib import settings
from cnnlib.data import available, finding, import_path, is_installed, load
from cnnlib.errors import DatasetError
from tests.data.cifar_files import leftovers, make_files, write_archive, write_folder


@pytest.fixture(autouse=True)
def downloads(monkeypatch, tmp_path):
    """The network's answer: an archive with 5 images a batch; how often it was asked."""
    asked: list[str] = []

    def fetch(progress):
        asked.append("download")
        progress(0.5, "Downloading")
        place = settings.datasets_dir() / ".downloads"
        place.mkdir(parents=True, exist_ok=True)
        return write_archive(place / "cifar-10-python.tar.gz", make_files(rows=5))

    monkeypatch.setattr(finding, "fetch_archive", fetch)
    return asked


def keras_copy(home: Path, form: str, rows: int = 4) -> None:
    """What Keras leaves: 3.15 a folder and an archive without an ending, older ones others."""
    datasets = home / "datasets"
    datasets.mkdir(parents=True, exist_ok=True)
    files = make_files(rows=rows)
    if form == "new archive":
        write_archive(datasets / "cifar-10-batches-py-target_archive", files)
    elif form == "new folder":
        write_folder(datasets / "cifar-10-batches-py-target" / "cifar-10-batches-py", files)
    elif form == "old archive":
        write_archive(datasets / "cifar-10-batches-py.tar.gz", files)
    else:
        write_folder(datasets / "cifar-10-batches-py", files)


FORMS = ["new archive", "new folder", "old archive", "old folder"]


@pytest.mark.parametrize("form", FORMS)
def test_finds_what_keras_left_in_the_users_home(user_home, form, downloads):
    keras_copy(user_home / ".keras", form)
    assert len(load("cifar10").test) == 4
    assert downloads == []
    assert is_installed("cifar10")


def test_finds_what_keras_left_in_keras_home(tmp_path, monkeypatch, user_home):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "elsewhere"))
    keras_copy(user_home / ".keras", "new archive", rows=4)
    keras_copy(tmp_path / "elsewhere", "new folder", rows=6)
    assert len(load("cifar10").test) == 6


def test_the_order(tmp_path, user_home, downloads, tiny_archive):
    """Each place in turn is taken away: its copies have different numbers of images."""
    keras_copy(user_home / ".keras", "new archive", rows=4)
    import_path(write_archive(tmp_path / "own.tar.gz", make_files(rows=7)))

    def found() -> int:
        return len(load("cifar10", path=tiny_archive).test)

    def forget() -> None:
        shutil.rmtree(settings.datasets_dir() / "cifar10")

    assert found() == 7
    forget()
    assert found() == 4
    forget()
    shutil.rmtree(user_home)
    assert found() == 12
    forget()
    assert downloads == []
    assert len(load("cifar10").test) == 5
    assert downloads == ["download"]
    assert not list((settings.datasets_dir() / ".downloads").iterdir())
    assert len(load("cifar10").test) == 5
    assert downloads == ["download"]


def test_a_bad_copy_of_keras_is_passed_over(user_home, downloads):
    datasets = user_home / ".keras" / "datasets"
    datasets.mkdir(parents=True)
    (datasets / "cifar-10-batches-py-target_archive").write_bytes(b"cut")
    (datasets / "cifar-10-batches-py").mkdir()
    assert len(load("cifar10").test) == 5
    assert downloads == ["download"]


def test_a_damaged_own_copy_falls_on_to_the_next_place(tiny_archive, user_home):
    import_path(tiny_archive)
    (settings.datasets_dir() / "cifar10" / "meta.json").write_text("?")
    with pytest.raises(DatasetError, match="damaged"):
        load("cifar10", download=False)
    keras_copy(user_home / ".keras", "new folder")
    assert len(load("cifar10", download=False).test) == 4


def test_without_download_it_says_what_to_do():
    with pytest.raises(DatasetError, match=r"not on this machine.*cifar-10-python\.tar\.gz"):
        load("cifar10", download=False)
    assert not is_installed("cifar10")


def test_a_path_that_the_user_named_must_be_right(tmp_path, downloads):
    with pytest.raises(DatasetError, match="cannot be opened"):
        load("cifar10", path=tmp_path / "missing")
    assert downloads == []


def test_a_path_goes_with_cifar10_only(tiny_archive):
    with pytest.raises(DatasetError, match="path"):
        load("synthetic", path=tiny_archive)


def test_progress_of_a_download_never_goes_back():
    seen: list[float] = []
    load("cifar10", progress=lambda fraction, text: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(DatasetError, match=r"'svhn'.*cifar10, mnist, .*, synthetic"):
        load("svhn")
    assert leftovers(settings.datasets_dir()) == []


def test_available_lists_real_sets_first(tiny_archive):
    assert [info.name for info in available()] == ["synthetic"]
    assert not settings.home().exists(), "looking must not write"
    import_path(tiny_archive, name="another")
    import_path(tiny_archive)
    (settings.datasets_dir() / "broken").mkdir()
    assert [info.name for info in available()] == ["cifar10", "another", "synthetic"]
    first, last = available()[0], available()[-1]
    assert (first.title, first.synthetic) == ("CIFAR-10", False)
    assert (first.train_count, first.test_count, first.image_shape) == (60, 12, (32, 32, 3))
    assert last.synthetic
    assert "Synthetic" in last.title
    assert is_installed("another")
    assert is_installed("synthetic")
    assert not is_installed("broken")
    assert not is_installed("../x")


def test_import_replaces(tmp_path, tiny_archive):
    import_path(tiny_archive)
    replaced = import_path(write_archive(tmp_path / "b.tar.gz", make_files(rows=2)))
    assert len(replaced.train) == 10

import gzip
import hashlib
import os
import random
import tarfile
from pathlib import Path

import numpy as np
import pytest

from cnnlib import settings
from cnnlib.data import archive, cifar10, import_path, is_installed, load
from cnnlib.errors import DatasetError
from tests.data.cifar_files import (
    BATCHES,
    ROWS,
    expected,
    leftovers,
    make_batch,
    make_files,
    member,
    python2_pickle,
    write_archive,
    write_folder,
    write_members,
)


def assert_tiny(dataset):
    assert dataset.class_names == settings.CIFAR10_CLASSES
    assert not dataset.synthetic
    assert dataset.image_shape == (32, 32, 3)
    train = np.concatenate([expected(seed) for seed in range(5)])
    np.testing.assert_array_equal(dataset.train.images, train)
    np.testing.assert_array_equal(dataset.test.images, expected(5))
    labels = [(seed + row) % 10 for seed in range(5) for row in range(ROWS)]
    assert dataset.train.labels.tolist() == labels
    assert dataset.test.labels.tolist() == [(5 + row) % 10 for row in range(ROWS)]


def test_reads_an_archive(tiny_archive):
    dataset = import_path(tiny_archive)
    assert_tiny(dataset)
    assert "cifar-10-python.tar.gz" in dataset.source
    assert "differs" in dataset.source


@pytest.mark.parametrize("mode", ["w", "w:gz"])
@pytest.mark.parametrize("prefix", ["cifar-10-batches-py/", "./cifar-10-batches-py/", ""])
def test_reads_archives_packed_in_other_ways(tmp_path, mode, prefix):
    assert_tiny(
        import_path(write_archive(tmp_path / "a.tar", make_files(), mode=mode, prefix=prefix))
    )


def test_the_order_in_the_archive_does_not_matter(tmp_path):
    items = list(make_files().items())
    random.Random(4).shuffle(items)
    assert [name for name, _ in items if name != "batches.meta"] != BATCHES
    assert_tiny(import_path(write_archive(tmp_path / "a.tar.gz", dict(items))))


@pytest.mark.parametrize("named", ["cifar-10-batches-py", "."])
def test_reads_an_unpacked_folder_and_the_folder_around_it(tmp_path, named):
    write_folder(tmp_path / "own" / "cifar-10-batches-py", make_files())
    assert_tiny(import_path(tmp_path / "own" / named))


def test_reads_the_archive_in_a_folder(tmp_path):
    folder = tmp_path / "Downloads"
    folder.mkdir()
    (folder / "notes.txt").write_text("hello")
    write_archive(folder / "cifar-10-python.tar.gz", make_files())
    dataset = import_path(folder)
    assert_tiny(dataset)
    assert "cifar-10-python.tar.gz" in dataset.source


def test_an_unpacked_folder_goes_before_a_cut_archive_beside_it(tmp_path):
    write_folder(tmp_path / "own" / "cifar-10-batches-py", make_files())
    (tmp_path / "own" / "cifar-10-python.tar.gz").write_bytes(b"\x1f\x8b")
    assert_tiny(import_path(tmp_path / "own"))


def test_a_folder_with_nothing_of_cifar10_says_what_it_lacks(tmp_path):
    (tmp_path / "empty").mkdir()
    assert "no class folders with pictures" in assert_refused(tmp_path / "empty")
    with pytest.raises(DatasetError, match=r"neither cifar-10-python\.tar\.gz nor"):
        load("cifar10", path=tmp_path / "empty")


@pytest.mark.parametrize("form", ["'{}'", '"{}"', "  {}\n", " ' {} ' ", "“{}”"])
def test_a_pasted_path_may_have_quotes_and_blanks_around_it(tmp_path, form):
    archive = write_archive(tmp_path / "it's 10.tar.gz", make_files())
    assert_tiny(import_path(form.format(archive)))


@pytest.mark.parametrize("text", ["", "  ", "''", '" "'])
def test_an_empty_path_is_refused(text):
    assert assert_refused(text) == "Name a file or folder first."


def test_a_path_object_is_taken_as_it_stands(tmp_path):
    assert_tiny(import_path(write_archive(tmp_path / "'a'", make_files())))


def test_all_forms_have_the_same_fingerprint(tmp_path, tiny_archive):
    folder = write_folder(tmp_path / "cifar-10-batches-py", make_files())
    first = import_path(tiny_archive).fingerprint
    assert import_path(folder).fingerprint == first
    other = python2_pickle(make_batch(99))
    changed = write_archive(tmp_path / "b.tar.gz", make_files(data_batch_2=other))
    assert import_path(changed).fingerprint != first


def test_says_when_the_archive_is_the_official_one(tiny_archive, monkeypatch):
    monkeypatch.setattr(cifar10, "SHA256", hashlib.sha256(tiny_archive.read_bytes()).hexdigest())
    assert import_path(tiny_archive).source == "official archive, SHA-256 verified"


def test_trailing_bytes_count_for_the_sha256(tiny_archive, monkeypatch):
    monkeypatch.setattr(cifar10, "SHA256", hashlib.sha256(tiny_archive.read_bytes()).hexdigest())
    with tiny_archive.open("ab") as file:
        file.write(b"\0" * 100)
    assert "differs" in import_path(tiny_archive).source


def test_progress_grows_to_the_end(tiny_archive):
    seen: list[float] = []
    import_path(tiny_archive, progress=lambda fraction, text: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 6


def batch(**changes):
    return {"data_batch_3": python2_pickle(make_batch(2, **changes))}


WRONG_BATCHES = {
    "labels beyond 9": batch(labels=[10] * ROWS),
    "negative labels": batch(labels=[-1] * ROWS),
    "labels that are text": batch(labels=["1"] * ROWS),
    "labels that are not whole": batch(labels=[0.5] * ROWS),
    "nested labels": batch(labels=[[1]] * ROWS),
    "too few labels": batch(labels=[1] * (ROWS - 1)),
    "no labels": batch(labels=None),
    "fine labels of CIFAR-100": batch(labels=list(range(90, 90 + ROWS))),
    "flat data": batch(data=np.zeros(3072 * ROWS, np.uint8)),
    "data of another size": batch(data=np.zeros((ROWS, 784), np.uint8)),
    "data of another type": batch(data=np.zeros((ROWS, 3072), np.int32)),
    "data in a list": batch(data=[[0] * 3072] * ROWS),
    "no images": batch(data=np.zeros((0, 3072), np.uint8), labels=[]),
    "another number of images": {"data_batch_3": python2_pickle(make_batch(2, rows=ROWS - 1))},
    "a list": {"data_batch_3": python2_pickle([1, 2, 3])},
    "an empty file": {"data_batch_3": b""},
    "other class names": {"batches.meta": python2_pickle({"label_names": ["a"] * 10})},
    "no class names": {"batches.meta": python2_pickle({"label_names": None})},
}


@pytest.mark.parametrize("form", ["archive", "folder"])
@pytest.mark.parametrize("changed", WRONG_BATCHES.values(), ids=WRONG_BATCHES)
def test_refuses_wrong_batches(tmp_path, changed, form):
    files = make_files(**changed)
    if form == "archive":
        path = write_archive(tmp_path / "a.tar.gz", files)
    else:
        path = write_folder(tmp_path / "cifar-10-batches-py", files)
    assert_refused(path)


@pytest.mark.parametrize("name", BATCHES)
def test_refuses_a_copy_with_a_file_missing(tmp_path, name):
    files = make_files()
    del files[name]
    assert name in assert_refused(write_archive(tmp_path / "a.tar.gz", files))


def assert_refused(path: Path | str) -> str:
    """One line, and nothing half-imported: neither under the name nor beside it."""
    with pytest.raises(DatasetError) as caught:
        import_path(path)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    assert not is_installed("cifar10")
    assert leftovers(settings.datasets_dir()) == []
    return message


def hostile(path: Path, *members: tuple[tarfile.TarInfo, bytes], mode: str = "w:gz") -> Path:
    """A right archive with these members before the others."""
    right = [member(f"cifar-10-batches-py/{n}", content) for n, content in make_files().items()]
    return write_members(path, [*members, *right], mode)


HOSTILE_MEMBERS = {
    "path upwards": member("../../data_batch_1", b"x"),
    "path upwards inside": member("cifar-10-batches-py/../../x", b"x"),
    "absolute path": member("/etc/passwd", b"x"),
    "symbolic link": member("cifar-10-batches-py/x", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "hard link": member("cifar-10-batches-py/x", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
    "device": member("cifar-10-batches-py/x", type=tarfile.CHRTYPE),
    "pipe": member("cifar-10-batches-py/x", type=tarfile.FIFOTYPE),
    "batch twice": member("cifar-10-batches-py/data_batch_1", make_files()["data_batch_1"]),
    "batch as a link": member(
        "cifar-10-batches-py/data_batch_1", type=tarfile.SYMTYPE, linkname="/etc/passwd"
    ),
}


@pytest.mark.parametrize("extra", HOSTILE_MEMBERS.values(), ids=HOSTILE_MEMBERS)
def test_refuses_hostile_members(tmp_path, extra):
    assert_refused(hostile(tmp_path / "a.tar.gz", extra))


def test_passes_over_other_files(tmp_path):
    others = [member("cifar-10-batches-py", type=tarfile.DIRTYPE),
              member("cifar-10-batches-py/readme.html", b"<html>"),
              member("elsewhere/data_batch_1", b"not ours")]  # fmt: skip
    assert_tiny(import_path(hostile(tmp_path / "a.tar.gz", *others)))


def test_refuses_a_batch_that_claims_a_huge_size(tmp_path):
    info, _ = member("cifar-10-batches-py/data_batch_1")
    info.size = 2**40
    (tmp_path / "a.tar").write_bytes(info.tobuf() + b"\0" * 10240)
    assert "too large" in assert_refused(tmp_path / "a.tar")


def test_refuses_an_archive_that_unpacks_to_too_much(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 2**20)
    bomb = member("cifar-10-batches-py/zeros", b"\0" * 2**23)
    path = hostile(tmp_path / "a.tar.gz", bomb)
    assert path.stat().st_size < 2**20
    assert "unpacks to more than 1 MB" in assert_refused(path)


def test_refuses_an_archive_of_very_many_files(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 50)
    assert "too many" in assert_refused(
        hostile(tmp_path / "a.tar.gz", *(member(f"{number}") for number in range(60)))
    )


def test_refuses_a_large_file_in_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(cifar10, "MAX_FILE_BYTES", 1000)
    assert "too large" in assert_refused(write_folder(tmp_path / "x", make_files()))


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_refuses_a_cut_archive(tmp_path, tiny_archive, share):
    content = tiny_archive.read_bytes()
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(content[: int(share * len(content))])
    assert_refused(cut)


def test_refuses_a_damaged_archive(tmp_path, tiny_archive):
    content = bytearray(tiny_archive.read_bytes())
    content[len(content) // 2] ^= 0xFF
    tiny_archive.write_bytes(content)
    assert_refused(tiny_archive)


NOT_ARCHIVES = {
    "a web page": b"<!DOCTYPE html><html><body>404</body></html>" * 50,
    "zeros": b"\0" * 100_000,
    "noise": random.Random(1).randbytes(100_000),
    "a zip's beginning": b"PK\x03\x04" + b"\0" * 1000,
    "gzip of text": gzip.compress(b"hello" * 1000),
    "gzip's first bytes": b"\x1f\x8b",
    "nothing": b"",
}


@pytest.mark.parametrize("content", NOT_ARCHIVES.values(), ids=NOT_ARCHIVES)
def test_refuses_what_is_no_archive(tmp_path, content):
    path = tmp_path / "cifar-10-python.tar.gz"
    path.write_bytes(content)
    assert_refused(path)


def test_refuses_paths_that_lead_nowhere(tmp_path):
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for path in ("missing.tar.gz", "empty", "pipe", "a\0b"):
        assert_refused(tmp_path / path)
    assert_refused(Path("~nobody-of-this-name/x"))


def test_a_failed_import_leaves_the_old_copy(tmp_path, tiny_archive):
    before = import_path(tiny_archive)
    bad = write_archive(tmp_path / "bad.tar.gz", make_files(data_batch_5=b"?"))
    with pytest.raises(DatasetError):
        import_path(bad)
    assert load("cifar10", download=False).fingerprint == before.fingerprint
    assert leftovers(settings.datasets_dir()) == []


@pytest.mark.slow
def test_reads_all_the_real_images(tmp_path):
    """The 60,000 real images, packed as the official archive is."""
    import subprocess
    import sys

    unpack = Path(__file__).resolve().parents[3] / "shared" / "cifar10" / "unpack"
    if not unpack.exists():
        pytest.skip("the real images are not beside the project")
    path = tmp_path / "cifar-10-python.tar.gz"
    subprocess.run([sys.executable, unpack, "archive", path], check=True, timeout=240)
    dataset = import_path(path)
    assert dataset.train.count_classes(10).tolist() == [5000] * 10
    assert dataset.test.count_classes(10).tolist() == [1000] * 10
    means = dataset.train.images.mean(axis=(0, 1, 2)) / 255
    np.testing.assert_allclose(means, [0.4914, 0.4822, 0.4465], atol=0.001)

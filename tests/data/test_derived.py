"""What is kept on disk: whole or not at all, by content, whoever else is at it."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cnnlib import settings
from cnnlib.data import derived, load, storage
from cnnlib.errors import DatasetError
from tests.data.small_sets import make_dataset, make_images

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dataset():
    return make_dataset(make_images(6))


class Maker:
    """Counts how often it was asked."""

    def __init__(self, **arrays):
        self.arrays = arrays or {"values": np.arange(50_000), "few": np.ones(1, bool)}
        self.calls = 0

    def __call__(self, progress):
        self.calls += 1
        return self.arrays


def make(dataset, maker, version=1):
    return derived.make_arrays(dataset, "things", version, maker, None)


def place_of(dataset) -> Path:
    return settings.datasets_dir() / ".derived" / dataset.fingerprint / "things"


def leftovers(dataset) -> list[str]:
    return sorted(
        path.name for path in place_of(dataset).parent.iterdir() if path.suffix != ".lock"
    )


def test_arrays_come_back_as_they_were_of_any_kind(dataset):
    arrays = {
        "empty": np.empty(0, np.float32),
        "flat": np.arange(5, dtype=np.int32),
        "image": make_images(2),
        "half": np.ones((3, 4), np.float16),
        "turned": np.arange(6).reshape(2, 3).T,
        "truth": np.array([True, False]),
    }
    found = make(dataset, Maker(**arrays))
    assert set(found) == set(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def truncate(place):
    os.truncate(place / "values.npy", 1000)


def lengthen(place):
    with (place / "values.npy").open("ab") as file:
        file.write(b"more")


def change_a_byte(place):
    with (place / "values.npy").open("r+b") as file:
        file.seek(70_000)
        file.write(b"\x55")


def lose_a_file(place):
    (place / "values.npy").unlink()


def lose_the_meta(place):
    (place / "meta.json").unlink()


def spoil_the_meta(place):
    (place / "meta.json").write_text('{"of": ')


def turn_the_meta_into_a_list(place):
    (place / "meta.json").write_text("[1]")


def bytes_that_are_no_text(place):
    (place / "meta.json").write_bytes(b"\xff\xfe\x00")


def claim_another_content(place):
    meta = (place / "meta.json").read_text()
    name = place.parent.name
    (place / "meta.json").write_text(meta.replace(name, "0" * len(name)))


def a_file_in_its_place(place):
    for path in place.iterdir():
        path.unlink()
    place.rmdir()
    place.write_text("no folder")


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        lengthen,
        change_a_byte,
        lose_a_file,
        lose_the_meta,
        spoil_the_meta,
        turn_the_meta_into_a_list,
        bytes_that_are_no_text,
        claim_another_content,
        a_file_in_its_place,
    ],
)
def test_what_is_damaged_is_made_anew(dataset, damage):
    maker = Maker()
    make(dataset, maker)
    damage(place_of(dataset))
    assert derived.read_arrays(dataset, "things", 1) is None
    np.testing.assert_array_equal(make(dataset, maker)["values"], np.arange(50_000))
    assert maker.calls == 2
    assert leftovers(dataset) == ["things"]


def test_another_version_content_or_size_counts_as_not_there(dataset):
    maker = Maker()
    make(dataset, maker)
    make(dataset, maker)
    assert maker.calls == 1
    make(dataset, maker, version=2)
    assert maker.calls == 2
    make(make_dataset(make_images(6, seed=1)), maker)
    assert maker.calls == 3


def test_an_odd_fingerprint_stays_in_its_place(dataset):
    from dataclasses import replace

    for fingerprint in ("", "../../outside", "a/b", "x" * 300, "é"):
        odd = replace(dataset, fingerprint=fingerprint)
        assert make(odd, Maker())["few"].all()
    inside = [p.name for p in (settings.datasets_dir() / ".derived").iterdir()]
    assert len(inside) == 5
    assert [p.name for p in settings.datasets_dir().iterdir()] == [".derived"]


def test_a_full_disk_is_one_line_and_leaves_nothing(dataset, monkeypatch):
    original = derived._write

    def full(path, array):
        if path.stem == "few":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        original(path, array)

    monkeypatch.setattr(derived, "_write", full)
    with pytest.raises(DatasetError, match=r"No space left on device.*CNNLIB_HOME") as caught:
        make(dataset, Maker())
    assert "\n" not in str(caught.value)
    assert leftovers(dataset) == []


LIMITED = """
import resource, sys
import numpy as np
from cnnlib.data.statistics import compute_statistics
from cnnlib.errors import DatasetError
from tests.data.small_sets import make_dataset, make_images
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    compute_statistics(make_dataset(make_images(8)))
except DatasetError as error:
    print("one line:", error)
"""


def test_a_file_that_may_not_grow_really_is_one_line(lab_home):
    done = subprocess.run(
        [sys.executable, "-c", LIMITED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("one line: Could not keep the statistics of 'small'")
    assert "File too large" in done.stdout
    (place,) = (lab_home / "datasets" / ".derived").iterdir()
    assert [path.name for path in place.iterdir() if path.suffix != ".lock"] == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_forbidden_folder_is_one_line(dataset, lab_home):
    (lab_home / "datasets").mkdir(parents=True)
    (lab_home / "datasets").chmod(0o500)
    with pytest.raises(DatasetError, match="CNNLIB_HOME"):
        make(dataset, Maker())


def test_a_home_that_is_a_file_is_one_line(dataset, lab_home):
    lab_home.parent.mkdir(parents=True, exist_ok=True)
    lab_home.write_text("")
    with pytest.raises(DatasetError, match="CNNLIB_HOME"):
        make(dataset, Maker())
    assert derived.read_arrays(dataset, "things", 1) is None


COMPUTING = """
import sys, time
import numpy as np
from cnnlib.data import derived
from tests.data.small_sets import make_dataset, make_images
slow = sys.argv[1] == "slow"
original = derived._write
def write(path, array):
    original(path, array)
    if path.stem == "few":
        print("half-way", flush=True)
        time.sleep(60 if slow else 1.0)
derived._write = write
def compute(progress):
    print("computing", flush=True)
    return {"few": np.ones(1, bool), "values": np.arange(50_000)}
found = derived.make_arrays(make_dataset(make_images(6)), "things", 1, compute, None)
print("sum", found["values"].sum(), flush=True)
"""


def start(mode: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", COMPUTING, mode], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_killed_half_way_nothing_is_there_and_the_next_one_cleans_up(dataset):
    process = start("slow")
    assert process.stdout is not None
    assert [process.stdout.readline().strip() for _ in range(2)] == ["computing", "half-way"]
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    process.stdout.close()
    assert len(leftovers(dataset)) == 1
    assert derived.read_arrays(dataset, "things", 1) is None
    began = time.monotonic()
    make(dataset, Maker())
    assert time.monotonic() - began < 45, "a killed process's lock must not hold"
    assert leftovers(dataset) == ["things"]


def test_two_processes_at_once_compute_once_and_both_get_it():
    both = [start("quick"), start("quick")]
    outputs = [process.communicate(timeout=60)[0].split("\n") for process in both]
    assert all(f"sum {sum(range(50_000))}" in output for output in outputs)
    assert sum("computing" in output for output in outputs) == 1


def test_who_waits_hears_of_it(dataset):
    process = start("quick")
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "computing"
    heard, maker = [], Maker()
    derived.make_arrays(dataset, "things", 1, maker, lambda fraction, text: heard.append(text))
    process.communicate(timeout=60)
    assert maker.calls == 0
    assert any("another process" in text for text in heard)


def test_arrays_that_are_open_outlive_being_made_anew(dataset):
    old = make(dataset, Maker())
    change_a_byte(place_of(dataset))  # the map sees the change, as it is the same file
    make(dataset, Maker(values=np.zeros(50_000)))
    assert old["values"][-1] == 49_999


def test_what_is_left_of_data_sets_long_gone_goes(dataset, with_synthetic):
    synthetic = load("synthetic")
    sets = [dataset, synthetic, synthetic.take(10)]
    for one in sets:
        make(one, Maker())
    long_ago = time.time() - 10 * derived.ORPHAN_SECONDS
    for one in sets:
        os.utime(place_of(one).parent, (long_ago, long_ago))
    make(make_dataset(make_images(6, seed=5)), Maker())
    assert [place_of(one).exists() for one in sets] == [False, True, True]


def test_nothing_goes_while_a_data_set_is_damaged(dataset, with_synthetic):
    make(dataset, Maker())
    os.utime(place_of(dataset).parent, (0, 0))
    (storage.folder("synthetic") / "meta.json").write_text("{")
    make(make_dataset(make_images(6, seed=5)), Maker())
    assert place_of(dataset).exists()

import io
import os
import pickle
import struct
import subprocess
from collections import OrderedDict

import numpy as np
import pytest

from cnnlib.data.pickles import read_pickle
from cnnlib.errors import DatasetError
from tests.data.cifar_files import make_batch, python2_pickle


class Call:
    """Pickles as a call of `function` with `arguments`."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def test_reads_what_python_2_wrote():
    batch = make_batch(3, rows=5)
    read = read_pickle(python2_pickle(batch), "data_batch_1")
    np.testing.assert_array_equal(read["data"], batch["data"])
    assert read["data"].dtype == np.uint8
    assert read["labels"] == batch["labels"]
    assert read["filenames"][0] == b"image_0.png"


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_reads_what_python_3_writes(protocol):
    value = {"data": np.arange(12, dtype=np.uint8).reshape(3, 4), "labels": [1, 2, -3], b"ok": True}
    read = read_pickle(pickle.dumps(value, protocol), "file")
    np.testing.assert_array_equal(read["data"], value["data"])
    assert read["labels"] == [1, 2, -3]
    assert read["ok"] is True


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_reads_single_numpy_numbers(protocol):
    labels = list(np.array([3, 9, 0]))
    assert read_pickle(pickle.dumps({"labels": labels}, protocol), "file") == {"labels": [3, 9, 0]}


def test_a_claimed_size_takes_no_memory():
    huge = b"\x80\x05}\x8c\x01d\x96" + (1 << 40).to_bytes(8, "little") + b"abcs."
    with pytest.raises(DatasetError):
        read_pickle(huge, "file")


@pytest.mark.parametrize("dtype", ["<i8", ">i8", "<u2", "|i1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_reads_integer_arrays_of_any_order(dtype, order):
    array = np.array([[1, 2, 3], [4, 5, 100]], dtype=dtype, order=order)
    read = read_pickle(pickle.dumps({"a": array}, 2), "file")["a"]
    np.testing.assert_array_equal(read, array)


def nested_key(depth: int) -> bytes:
    """A dictionary whose key takes 2**depth steps to hash."""
    key = b"(K\x01K\x01t"
    for _ in range(depth):
        key += b"2\x86"  # duplicate, make a pair
    return b"\x80\x02}" + key + b"K\x01s."


HOSTILE = {
    "os.system": pickle.dumps({"data": Call(os.system, "touch hacked")}, 2),
    "subprocess": pickle.dumps({"data": Call(subprocess.call, ["touch", "hacked"])}, 4),
    "eval": pickle.dumps({"data": Call(eval, "open('hacked', 'w')")}, 2),
    "getattr": pickle.dumps({"data": Call(getattr, "x", "upper")}, 2),
    "a class": pickle.dumps({"data": OrderedDict(a=1)}, 2),
    "numpy load": pickle.dumps({"data": Call(np.load, "/etc/passwd")}, 2),
    "numpy fromfile": b"\x80\x02}X\x01\x00\x00\x00acnumpy\nfromfile\nX\x02\x00\x00\x00/x\x85Rs.",
    "dotted name": b"\x80\x04}\x8c\x04data\x8c\x05numpy\x8c\x10ndarray.__class__\x93s.",
    "instance": b"(ios\nsystem\n(S'touch hacked'\ntR.",
    "object": b"\x80\x02}X\x01\x00\x00\x00acnumpy\nndarray\n)\x81s.",
    "extension": b"\x80\x02}X\x01\x00\x00\x00a\x82\x01s.",
    "persistent id": b"\x80\x02}X\x01\x00\x00\x00aX\x01\x00\x00\x00bQs.",
    "out of band": b"\x80\x05}\x8c\x01a\x97s.",
    "bytearray of 2**60": b"\x80\x05}\x8c\x01a\x96" + struct.pack("<Q", 2**60) + b"s.",
    "string of 2**31": b"\x80\x02}U\x01aT" + struct.pack("<i", 2**31 - 1) + b"s.",
    "negative string": b"\x80\x02}U\x01aT" + struct.pack("<i", -5) + b"s.",
    "object array": pickle.dumps({"data": np.array([{}, []], dtype=object)}, 2),
    "float array": pickle.dumps({"data": np.zeros(3)}, 2),
    "changed function": b"\x80\x02}U\x01ac_codecs\nencode\n}X\x01\x00\x00\x00bK\x01sbs.",
    "changed string": b"\x80\x02}X\x01\x00\x00\x00aX\x01\x00\x00\x00b}bs.",
    "list for dictionary": b"\x80\x02]K\x01K\x02s.",
    "slow key": nested_key(60),
    "no dictionary": pickle.dumps([1, 2], 2),
    "cut": python2_pickle(make_batch(0))[:-50],
    "cut in the array": python2_pickle(make_batch(0))[:500],
    "empty": b"",
    "text": b"<html><body>Not found</body></html>",
    "only a mark": b"(.",
    "frame beyond the end": b"\x80\x04\x95" + struct.pack("<Q", 2**50) + b"}",
    "memo that is not there": b"\x80\x02h\x07.",
    "number of a million digits": b"I" + b"9" * 1_000_000 + b"\n.",
    "text array": pickle.dumps({"data": np.array(["a"])}, 2),
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_refuses_anything_else(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DatasetError) as caught:
        read_pickle(content, "data_batch_1")
    assert "data_batch_1" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "hacked").exists()


def test_the_hostile_pickles_are_real(tmp_path, monkeypatch):
    """Python's own unpickler does run them: the test above would be idle otherwise."""
    monkeypatch.chdir(tmp_path)
    pickle.load(io.BytesIO(HOSTILE["os.system"]))
    assert (tmp_path / "hacked").exists()


def array_pickle(shape: tuple[int, ...], raw: bytes) -> bytes:
    """An array whose state claims `shape` for the content `raw`."""
    array = np.zeros(1, np.uint8)
    rebuild, arguments, (version, _, dtype, by_columns, _) = array.__reduce__()

    class Claim:
        def __reduce__(self):
            return rebuild, arguments, (version, shape, dtype, by_columns, raw)

    return pickle.dumps({"data": Claim()}, 2)


@pytest.mark.parametrize("shape", [(10**12,), (2, 3073), (1, 3072), (-1, -1)])
def test_refuses_a_shape_that_the_bytes_do_not_fill(shape):
    with pytest.raises(DatasetError):
        read_pickle(array_pickle(shape, b"\0" * 3073), "file")
    assert read_pickle(array_pickle((1, 3073), b"\0" * 3073), "file")["data"].shape == (1, 3073)

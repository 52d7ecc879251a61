"""Tiny copies of MNIST, Fashion-MNIST and CIFAR-100 in their published forms."""

import gzip
import io
import struct
from pathlib import Path

import numpy as np

from tests.data.cifar_files import make_batch, member, python2_pickle, write_members

TRAIN, TEST = 30, 20


def make_grey(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 28, 28), dtype=np.uint8)


def make_mnist() -> dict[str, np.ndarray]:
    """What is in mnist.npz; labels 0..9 again and again."""
    return {
        "x_train": make_grey(1, TRAIN),
        "y_train": np.arange(TRAIN, dtype=np.uint8) % 10,
        "x_test": make_grey(2, TEST),
        "y_test": np.arange(TEST, dtype=np.uint8) % 10,
    }


def encode_npz(arrays: dict[str, np.ndarray]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def encode_idx(array: np.ndarray) -> bytes:
    """By hand: two zero bytes, 8 for uint8, the axes, their lengths, the values."""
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


def make_idx() -> dict[str, bytes]:
    """The four files of MNIST and Fashion-MNIST, gzipped."""
    arrays = make_mnist()
    files = {
        "train-images-idx3-ubyte.gz": arrays["x_train"],
        "train-labels-idx1-ubyte.gz": arrays["y_train"],
        "t10k-images-idx3-ubyte.gz": arrays["x_test"],
        "t10k-labels-idx1-ubyte.gz": arrays["y_test"],
    }
    return {name: gzip.compress(encode_idx(array)) for name, array in files.items()}


def make_cifar100(**changed: bytes) -> dict[str, bytes]:
    """meta, train and test; the fine labels of both go through all hundred."""
    files = {
        "meta": python2_pickle({
            "fine_label_names": [f"fine_{n:03}" for n in range(100)],
            "coarse_label_names": [f"coarse_{n}" for n in range(20)]}),
    }  # fmt: skip
    for name, seed, rows in (("train", 1, 200), ("test", 2, 100)):
        fine = [(7 * n) % 100 for n in range(rows)]
        batch = make_batch(seed, rows, fine_labels=fine, coarse_labels=[0] * rows)
        del batch["labels"]
        files[name] = python2_pickle(batch)
    return files | changed


def write_cifar100(path: Path, files: dict[str, bytes]) -> Path:
    return write_members(path, [member(f"cifar-100-python/{n}", c) for n, c in files.items()])

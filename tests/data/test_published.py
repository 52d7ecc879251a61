"""MNIST, Fashion-MNIST and CIFAR-100: from files, from Keras' copies, from a server."""

import gzip
import hashlib
import io
import struct
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from cnnlib import settings
from cnnlib.data import available, download, import_path, is_installed, load
from cnnlib.data.published import PUBLISHED, cifar100, sets
from cnnlib.errors import DatasetError
from tests.data.cifar_files import leftovers, make_batch, python2_pickle
from tests.data.picture_files import write_folder
from tests.data.published_files import (
    TEST,
    TRAIN,
    encode_idx,
    encode_npz,
    make_cifar100,
    make_idx,
    make_mnist,
    write_cifar100,
)


def expect_mnist(dataset, name: str = "mnist") -> None:
    arrays = make_mnist()
    assert dataset.name == name
    assert dataset.image_shape == (28, 28, 1)
    np.testing.assert_array_equal(dataset.train.images[..., 0], arrays["x_train"])
    np.testing.assert_array_equal(dataset.train.labels, arrays["y_train"])
    np.testing.assert_array_equal(dataset.test.images[..., 0], arrays["x_test"])
    np.testing.assert_array_equal(dataset.test.labels, arrays["y_test"])


def expect_cifar100(dataset) -> None:
    planes = np.asarray(make_batch(1, 200)["data"]).reshape(200, 3, 32, 32)
    assert dataset.title == "CIFAR-100"
    assert dataset.class_names == tuple(f"fine {n:03}" for n in range(100))
    np.testing.assert_array_equal(dataset.train.images[..., 2], planes[:, 2])
    assert dataset.train.labels[:4].tolist() == [0, 7, 14, 21]
    assert len(dataset.test) == 100


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


# -- from a file that is named ---------------------------------------------------------------------


def test_mnist_from_keras_file(tmp_path, monkeypatch) -> None:
    content = encode_npz(make_mnist())
    path = write(tmp_path / "mnist.npz", content)
    dataset = import_path(path)
    expect_mnist(dataset)
    assert dataset.class_names == tuple("0123456789")
    assert "differs" in dataset.source
    monkeypatch.setattr(sets, "MNIST_SHA256", hashlib.sha256(content).hexdigest())
    assert "SHA-256 verified" in import_path(path).source


def test_the_four_files_in_a_folder(tmp_path) -> None:
    mnist = import_path(write_folder(tmp_path / "digits", make_idx()))
    expect_mnist(mnist)
    fashion = import_path(write_folder(tmp_path / "fashion" / "raw", make_idx()))
    expect_mnist(fashion, "fashion_mnist")
    assert fashion.class_names[0] == "T-shirt/top"
    plain = {name[:-3]: gzip.decompress(content) for name, content in make_idx().items()}
    assert import_path(write_folder(tmp_path / "plain", plain)).fingerprint == mnist.fingerprint


def test_cifar100_from_its_archive_and_its_folder(tmp_path) -> None:
    archive = import_path(write_cifar100(tmp_path / "cifar-100-python.tar.gz", make_cifar100()))
    expect_cifar100(archive)
    folder = write_folder(tmp_path / "y" / "cifar-100-python", make_cifar100())
    for path in (folder, folder.parent, tmp_path):
        assert import_path(path).fingerprint == archive.fingerprint


def test_other_arrays_get_a_name_of_their_own(tmp_path) -> None:
    arrays = make_mnist() | {"x_train": np.zeros((TRAIN, 20, 24, 3), np.uint8),
                             "x_test": np.ones((TEST, 20, 24, 3), np.uint8),
                             "y_test": np.zeros((TEST, 1), np.int64)}  # fmt: skip
    dataset = import_path(write(tmp_path / "My letters.npz", encode_npz(arrays)))
    assert (dataset.name, dataset.title) == ("my-letters", "My letters")
    assert dataset.image_shape == (20, 24, 3)
    assert dataset.class_names == tuple("0123456789")
    assert dataset.test.labels.tolist() == [0] * TEST


def test_a_kept_name_is_for_its_own_set_only(tmp_path) -> None:
    path = write(tmp_path / "mnist.npz", encode_npz(make_mnist()))
    with pytest.raises(DatasetError, match="kept for CIFAR-100"):
        import_path(path, name="cifar100")
    expect_mnist(import_path(path, name="mine"), "mine")


# -- files that are wrong --------------------------------------------------------------------------


class Evil:
    def __reduce__(self):
        return (print, ("it ran",))


def claim(shape: tuple[int, ...]) -> bytes:
    """A .npy file of a few bytes that claims that shape."""
    buffer = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue() + b"x" * 100


def npz_with(key: str, content: bytes) -> bytes:
    arrays = make_mnist()
    buffer = io.BytesIO(encode_npz({k: a for k, a in arrays.items() if k != key}))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(f"{key}.npy", content)
    return buffer.getvalue()


WRONG_NPZ = {
    "a pickle": encode_npz(make_mnist() | {"x_train": np.array([Evil()], dtype=object)}),
    "real numbers": encode_npz(make_mnist() | {"x_train": make_mnist()["x_train"] / 255}),
    "flat images": encode_npz(make_mnist() | {"x_train": np.zeros((TRAIN, 784), np.uint8)}),
    "two channels": encode_npz(make_mnist() | {"x_train": np.zeros((TRAIN, 9, 9, 2), np.uint8)}),
    "another size": encode_npz(make_mnist() | {"x_test": np.zeros((TEST, 27, 28), np.uint8)}),
    "too large": encode_npz(make_mnist() | {"x_train": np.zeros((TRAIN, 300, 28), np.uint8)}),
    "too few labels": encode_npz(make_mnist() | {"y_train": np.zeros(TRAIN - 1, np.uint8)}),
    "labels beyond 9": encode_npz(make_mnist() | {"y_train": np.full(TRAIN, 10, np.uint8)}),
    "negative labels": encode_npz(make_mnist() | {"y_train": np.full(TRAIN, -1)}),
    "no images": encode_npz(make_mnist() | {"x_test": np.zeros((0, 28, 28), np.uint8),
                                            "y_test": np.zeros(0, np.uint8)}),
    "a giant claim": npz_with("x_train", claim((10**9, 28, 28))),
    "a claim beyond all numbers": npz_with("x_train", claim((2**62, 2**62, 28))),
    "a negative claim": npz_with("x_train", claim((-1, 28, 28))),
    "no .npy": npz_with("x_train", b"hello"),
    "cut": encode_npz(make_mnist())[:-30],
    "text": b"hello",
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG_NPZ)
def test_wrong_arrays_are_refused(tmp_path, capsys, what) -> None:
    expect_refused(write(tmp_path / "mnist.npz", WRONG_NPZ[what]))
    assert "it ran" not in capsys.readouterr().out


def expect_refused(path: Path) -> str:
    with pytest.raises(DatasetError) as caught:
        import_path(path)
    assert "\n" not in str(caught.value)
    assert leftovers(settings.datasets_dir()) == []
    assert [info.name for info in available()] == ["synthetic"]
    return str(caught.value)


IMAGES = "train-images-idx3-ubyte.gz"
RIGHT = encode_idx(make_mnist()["x_train"])
WRONG_IDX = {
    "no gzip": b"\x1f\x8bhello",
    "cut gzip": make_idx()[IMAGES][:-100],
    "too short": gzip.compress(RIGHT[:-1]),
    "too long": gzip.compress(RIGHT + b"\0"),
    "of another type": gzip.compress(bytes([0, 0, 13, 3]) + RIGHT[4:]),
    "labels": make_idx()["train-labels-idx1-ubyte.gz"],
    "a giant claim": gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 2**32 - 1, 2**16, 2**16)),
    "a bomb": gzip.compress(RIGHT + b"\0" * 10**7),
    "nothing": b"",
}


@pytest.mark.parametrize("what", WRONG_IDX)
def test_wrong_idx_files_are_refused(tmp_path, what) -> None:
    files = make_idx() | {IMAGES: WRONG_IDX[what]}
    assert IMAGES in expect_refused(write_folder(tmp_path / "x", files))


WRONG_CIFAR100 = {
    "labels beyond 99": {"test": python2_pickle(make_batch(1, 5) | {"fine_labels": [100] * 5})},
    "no fine labels": {"test": python2_pickle(make_batch(1, 5))},
    "a call": {"test": b"cos\nsystem\n(S'echo it ran'\ntR."},
    "no names": {"meta": python2_pickle({"fine_label_names": ["a"] * 100})},
    "names that are numbers": {"meta": python2_pickle({"fine_label_names": list(range(100))})},
}


@pytest.mark.parametrize("what", WRONG_CIFAR100)
@pytest.mark.parametrize("form", ["archive", "folder"])
def test_wrong_cifar100_files_are_refused(tmp_path, what, form) -> None:
    files = make_cifar100(**WRONG_CIFAR100[what])
    if form == "archive":
        expect_refused(write_cifar100(tmp_path / "a.tar.gz", files))
    else:
        expect_refused(write_folder(tmp_path / "cifar-100-python", files))


@pytest.mark.parametrize("name", ["meta", "train", "test"])
def test_a_missing_file_of_cifar100_is_named(tmp_path, name) -> None:
    files = make_cifar100()
    del files[name]
    assert name in expect_refused(write_cifar100(tmp_path / "a.tar.gz", files))


# -- by name ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("home", ["KERAS_HOME", "user"])
def test_keras_own_copies_are_found(tmp_path, monkeypatch, user_home, home) -> None:
    keras = user_home / ".keras"
    if home == "KERAS_HOME":
        keras = tmp_path / "elsewhere"
        monkeypatch.setenv("KERAS_HOME", str(keras))
    write(keras / "datasets" / "mnist.npz", encode_npz(make_mnist()))
    write_folder(keras / "datasets" / "fashion-mnist", make_idx())
    write_folder(keras / "datasets" / "cifar-100-python-target" / "cifar-100-python",
                 make_cifar100())  # fmt: skip
    expect_mnist(load("mnist", download=False))
    expect_mnist(load("fashion_mnist", download=False), "fashion_mnist")
    expect_cifar100(load("cifar100", download=False))
    assert [info.name for info in available()] == [
        "cifar100",
        "fashion_mnist",
        "mnist",
        "synthetic",
    ]


def test_a_file_that_is_named(tmp_path) -> None:
    path = write(tmp_path / "other.npz", encode_npz(make_mnist()))
    expect_mnist(load("mnist", path=path))
    with pytest.raises(DatasetError, match="is missing"):
        load("fashion_mnist", path=path.parent)


@pytest.mark.parametrize("name", PUBLISHED)
def test_without_download_it_says_what_to_do(name) -> None:
    with pytest.raises(DatasetError, match=f"{PUBLISHED[name].title} is not on this machine"):
        load(name, download=False)
    assert not is_installed(name)


class Handler(BaseHTTPRequestHandler):
    files: dict[str, bytes]
    asked: list[str]

    def do_GET(self):
        name = self.path.rpartition("/")[2]
        self.asked.append(name)
        if name not in self.files:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.files[name])))
        self.end_headers()
        self.wfile.write(self.files[name])

    def log_message(self, *args):
        pass


@pytest.fixture
def server(monkeypatch):
    """A mirror of everything, whose hashes are taken for the right ones."""
    monkeypatch.setattr(download, "PAUSE_SECONDS", 0.01)
    npz = encode_npz(make_mnist())
    files = {"mnist.npz": npz, **make_idx()}

    class Mirror(Handler):
        pass

    Mirror.files, Mirror.asked = files, []
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server:
        monkeypatch.setenv("CNNLIB_KERAS_DATASETS_URL", f"http://127.0.0.1:{server.server_port}/a")
        monkeypatch.setattr(sets, "MNIST_SHA256", hashlib.sha256(npz).hexdigest())
        md5 = {n: hashlib.md5(c).hexdigest() for n, c in files.items() if n.endswith(".gz")}
        monkeypatch.setattr(sets, "FASHION_MD5", md5)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield Mirror
        server.shutdown()


def downloads() -> list[str]:
    place = settings.datasets_dir() / ".downloads"
    return [path.name for path in place.iterdir()] if place.exists() else []


def test_downloads_are_checked_imported_and_cleared(server) -> None:
    seen: list[float] = []
    mnist = load("mnist", progress=lambda share, text: seen.append(share))
    expect_mnist(mnist)
    assert mnist.source == "Keras' mnist.npz, SHA-256 verified"
    fashion = load("fashion_mnist", progress=lambda share, text: seen.append(share + 1))
    expect_mnist(fashion, "fashion_mnist")
    assert fashion.source == "Zalando's files, MD5 verified"
    assert server.asked == ["mnist.npz", *make_idx()]
    assert seen == sorted(seen)
    assert downloads() == []
    expect_mnist(load("mnist"))
    assert len(server.asked) == 5


def test_a_file_with_another_hash_is_thrown_away(server) -> None:
    server.files["train-images-idx3-ubyte.gz"] = gzip.compress(b"log in first")
    with pytest.raises(DatasetError, match="MD5"):
        load("fashion_mnist")
    assert downloads() == []
    assert not is_installed("fashion_mnist")


def test_a_server_that_has_it_not_is_one_line(server) -> None:
    server.files.clear()
    with pytest.raises(DatasetError, match=r"MNIST could not be downloaded.*404.*mnist\.npz"):
        load("mnist")


def test_cifar100_is_downloaded(server, tmp_path, monkeypatch) -> None:
    content = write_cifar100(tmp_path / "a.tar.gz", make_cifar100()).read_bytes()
    server.files["x"] = content
    digest = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(cifar100, "SHA256", digest)
    monkeypatch.setenv("CNNLIB_CIFAR100_URL",
                       settings.keras_datasets_url().replace("/a", "/b/x"))  # fmt: skip
    dataset = load("cifar100")
    expect_cifar100(dataset)
    assert dataset.source == "official archive, SHA-256 verified"


def test_what_keras_says_of_its_files_is_what_we_say() -> None:
    """File names and hashes, read from the source of the installed Keras."""
    import importlib.util

    spec = importlib.util.find_spec("keras")
    assert spec is not None
    assert spec.submodule_search_locations
    place = Path(spec.submodule_search_locations[0]) / "src" / "datasets"
    for name, published in PUBLISHED.items():
        text = (place / f"{name}.py").read_text("utf-8")
        for remote in published.remotes():
            folder = remote.url.rpartition("/")[0] + "/"
            assert remote.file in text
            assert folder in text
            if remote.known_hash.startswith("sha256:"):
                assert remote.known_hash.removeprefix("sha256:") in text

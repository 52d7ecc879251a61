"""The data sets that Keras knows, beside CIFAR-10: MNIST, Fashion-MNIST, CIFAR-100."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cnnlib import settings
from cnnlib.data.dataset import Progress
from cnnlib.data.download import Remote
from cnnlib.data.published import cifar100, idx, npz
from cnnlib.data.published.arrays import store
from cnnlib.errors import DatasetError

MNIST_FILE = "mnist.npz"
DIGITS = tuple("0123456789")
CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker",
           "Bag", "Ankle boot")  # fmt: skip

# As keras/src/datasets/mnist.py has it.
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
# Keras checks no hash of these; this is what Zalando's own page gives.
FASHION_MD5 = {
    "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
}


@dataclass(frozen=True)
class Published:
    """A data set that can be fetched by its name.

    about: what is in it, for people.
    megabytes: of the download.
    file: what to copy to a machine without a network.
    copies: where Keras leaves it, below its ``datasets`` folder; what is best first.
    remotes: the files on the network, made anew at each call, as settings may name mirrors.
    import_to: reads a file or folder and stores it under a name.
    """

    name: str
    title: str
    about: str
    megabytes: int
    file: str
    copies: tuple[str, ...]
    remotes: Callable[[], list[Remote]]
    import_to: Callable[[str, Path, Progress], None]


def _mnist_remotes() -> list[Remote]:
    url = f"{settings.keras_datasets_url()}/{MNIST_FILE}"
    return [Remote("MNIST", MNIST_FILE, url, f"sha256:{MNIST_SHA256}", "CNNLIB_KERAS_DATASETS_URL")]


def _fashion_remotes() -> list[Remote]:
    return [
        Remote("Fashion-MNIST", file, f"{settings.keras_datasets_url()}/{file}", f"md5:{md5}",
               "CNNLIB_KERAS_DATASETS_URL")
        for file, md5 in FASHION_MD5.items()
    ]  # fmt: skip


def _cifar100_remotes() -> list[Remote]:
    return [
        Remote("CIFAR-100", cifar100.ARCHIVE, settings.cifar100_url(),
               f"sha256:{cifar100.SHA256}", "CNNLIB_CIFAR100_URL")
    ]  # fmt: skip


def _import_mnist(name: str, path: Path, progress: Progress) -> None:
    if path.is_dir():
        arrays = idx.read_folder(path)
        source = f"IDX files in the folder {path.name}"
    else:
        progress(0.0, f"Reading {path.name}")
        arrays = npz.read_npz(path)
        official = _hash(path, "sha256") == MNIST_SHA256
        source = (
            "Keras' mnist.npz, SHA-256 verified"
            if official
            else f"{path.name} (differs from Keras' mnist.npz)"
        )
    store(name, arrays, title="MNIST", class_names=DIGITS, source=source, progress=progress)


def _import_fashion(name: str, path: Path, progress: Progress) -> None:
    arrays = idx.read_folder(path)
    official = all(
        (path / file).is_file() and _hash(path / file, "md5") == md5
        for file, md5 in FASHION_MD5.items()
    )
    source = "Zalando's files, MD5 verified" if official else f"IDX files in {path.name}"
    store(name, arrays, title="Fashion-MNIST", class_names=CLOTHES, source=source,
          progress=progress)  # fmt: skip


def _import_cifar100(name: str, path: Path, progress: Progress) -> None:
    arrays, names, source = cifar100.read(path, lambda share, text: progress(0.4 * share, text))
    store(name, arrays, title="CIFAR-100", class_names=names, source=source,
          progress=lambda share, text: progress(0.4 + 0.6 * share, text))  # fmt: skip


def _hash(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


PUBLISHED = {
    each.name: each
    for each in (
        Published(
            "mnist",
            "MNIST",
            "70,000 handwritten digits, 28 × 28, grey",
            11,
            MNIST_FILE,
            (MNIST_FILE,),
            _mnist_remotes,
            _import_mnist,
        ),
        Published(
            "fashion_mnist",
            "Fashion-MNIST",
            "70,000 pieces of clothing, 28 × 28, grey",
            31,
            "its four -ubyte.gz files",
            ("fashion-mnist",),
            _fashion_remotes,
            _import_fashion,
        ),
        Published(
            "cifar100",
            "CIFAR-100",
            "60,000 photographs of a hundred classes, 32 × 32, in colour",
            169,
            cifar100.ARCHIVE,
            (
                "cifar-100-python-target_archive",
                "cifar-100-python.tar.gz",
                "cifar-100-python-target",
                "cifar-100-python",
            ),
            _cifar100_remotes,
            _import_cifar100,
        ),
    )
}


def recognise(path: Path) -> Published | None:
    """Which published set a file or folder looks like, by its own names; None for any other.

    Raises:
        DatasetError: it cannot be looked at.
    """
    try:
        if path.is_dir():
            if cifar100.find_folder(path) or (path / cifar100.ARCHIVE).is_file():
                return PUBLISHED["cifar100"]
            if idx.is_idx_folder(path):
                return PUBLISHED["fashion_mnist" if _is_fashion(path) else "mnist"]
            return None
        if cifar100.is_archive(path):
            return PUBLISHED["cifar100"]
        return PUBLISHED["mnist"] if path.name == MNIST_FILE and npz.is_npz(path) else None
    except (OSError, ValueError) as error:
        raise DatasetError(f"{path} cannot be opened: {error}.") from None


def _is_fashion(place: Path) -> bool:
    file = "t10k-labels-idx1-ubyte.gz"
    known = (place / file).is_file() and _hash(place / file, "md5") == FASHION_MD5[file]
    return known or "fashion" in str(place).casefold()

"""Pictures that people bring along: shrunk on arrival, kept by content, found by a link."""

import hashlib
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnlib import settings
from cnnlib.data.pictures.decoding import Unreadable, read_square
from cnnlib.errors import DatasetError

SIZE = 32  # pixels a side, like CIFAR-10
MAX_BYTES = 10_000_000
MAX_PIXELS = 50_000_000
MAX_KEPT = 500
ID_LENGTH = 16


def save_upload(content: bytes) -> str:
    """Keep the picture's middle square, 32 × 32; its id. The oldest beyond `MAX_KEPT` go.

    Raises:
        DatasetError: not a picture, of another format, too large, or damaged.
    """
    square = _read_square(content)
    identity = hashlib.sha256(square.tobytes()).hexdigest()[:ID_LENGTH]
    folder = _folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f"{identity}.{os.getpid()}.tmp"
        Image.fromarray(square).save(temporary, "PNG")
        os.replace(temporary, folder / f"{identity}.png")
        kept = sorted(folder.glob("*.png"), key=lambda path: path.stat().st_mtime)
        for path in kept[:-MAX_KEPT]:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise DatasetError(f"The picture could not be kept ({error}).") from error
    return identity


def load_upload(identity: str) -> NDArray[np.uint8]:
    """The picture (32, 32, 3) uint8 of that id.

    Raises:
        DatasetError: it is no longer here, or never was.
    """
    if is_upload_id(identity):
        try:
            with Image.open(_folder() / f"{identity}.png") as picture:
                return np.asarray(picture.convert("RGB"))
        except OSError:
            pass
    raise DatasetError("That uploaded picture is not on this machine. Upload it again.")


def is_upload_id(text: str) -> bool:
    return len(text) == ID_LENGTH and set(text) <= set("0123456789abcdef")


def _folder() -> Path:
    return settings.home() / "uploads"


def _read_square(content: bytes) -> NDArray[np.uint8]:
    if len(content) > MAX_BYTES:
        raise DatasetError(
            f"A picture may have {MAX_BYTES // 1_000_000} MB. Received: "
            f"{len(content) / 1e6:.1f} MB. Shrink it first."
        )
    try:
        return read_square(content, SIZE, max_pixels=MAX_PIXELS)
    except Unreadable as error:
        raise DatasetError(
            f"This is no picture that can be read: {error}. Take a JPEG, PNG, WebP or BMP file."
        ) from None

"""Picture files for the importer's tests: right ones, and folders and zips of them."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

Files = Mapping[str, bytes]
"""Paths in a folder or archive, and what is there."""


def encode(picture: Image.Image | np.ndarray, form: str = "PNG", **options: object) -> bytes:
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def draw(seed: int, size: int = 32) -> np.ndarray:
    """A picture (size, size, 3) that is like no other."""
    return np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8)


def make_files(
    classes: tuple[str, ...] = ("cat", "dog"), count: int = 5, prefix: str = ""
) -> Files:
    """`count` PNG pictures for each class; the seed of each is 100 · label + number."""
    return {
        f"{prefix}{name}/{number}.png": encode(draw(100 * label + number))
        for label, name in enumerate(classes)
        for number in range(count)
    }


def write_folder(path: Path, files: Files) -> Path:
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return path


def write_zip(path: Path, files: Files, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path

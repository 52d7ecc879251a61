"""A model's file from someone we do not trust, taken apart in memory; nothing is unpacked to disk.

A `.keras` file is a zip of config.json, metadata.json and model.weights.h5. Only the first is read.
"""

import json
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from cnnlib import settings
from cnnlib.arch.reading.graph import DEFAULT_SIDE, GraphReader
from cnnlib.arch.reading.reading import Reading
from cnnlib.arch.spec import Spec
from cnnlib.errors import SpecError

CONFIG = "config.json"
MAX_MEMBERS = 1000
ZIP, HDF5 = b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"
WHAT_IT_TAKES = (
    "Take a .keras file (model.save), the JSON of model.to_json(), or a network that the lab wrote."
)


def read_file(file: BinaryIO, *, side: int = DEFAULT_SIDE) -> Reading:
    """Read a model's file as a network.

    Args:
        side: height and width in pixels, where the file leaves them open.

    Raises:
        SpecError: it is too large, damaged, hostile, or no model; one line says which.
    """
    try:
        data = load_config(file)
        if "class_name" in data:
            return GraphReader(size=(side, side)).read(data)
        return _read_declaration(data)
    except (RecursionError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise SpecError(
            f"This is no model that the lab can read ({type(error).__name__}). {WHAT_IT_TAKES}"
        ) from error


def load_config(file: BinaryIO) -> dict[str, Any]:
    """The description in a file, as plain data.

    Raises:
        SpecError: as `read_file`.
    """
    size = file.seek(0, 2)
    file.seek(0)
    if size > settings.max_model_bytes():
        raise SpecError(
            f"A model file may have {settings.max_model_bytes() // 1_000_000} MB. "
            f"Received: {size / 1e6:,.1f} MB. Its JSON, model.to_json(), is small."
        )
    head = file.read(8)
    file.seek(0)
    if head.startswith(HDF5):
        raise SpecError(
            "This is an HDF5 file of older Keras. Load it there, and save it again as .keras."
        )
    if head.startswith(ZIP):
        return _parse(_read_config(file))
    if size > settings.max_model_config_bytes():
        raise SpecError(_too_long(size))
    return _parse(file.read())


def check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse what Keras would never write, before anything is unpacked.

    Raises:
        SpecError: too many files, too large ones, or names that lead out of the archive.
    """
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise SpecError(f"A model file holds a few files. Received: {len(members):,}.")
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in member.filename:
            raise SpecError(
                f"The file was refused: a name in it leads elsewhere ({member.filename[:60]!r})."
            )
    unpacked = sum(member.file_size for member in members)
    if unpacked > 2 * settings.max_model_bytes():
        raise SpecError(
            f"The file unpacks to {unpacked / 1e6:,.0f} MB, more than the lab reads "
            f"({2 * settings.max_model_bytes() // 1_000_000} MB)."
        )


def _read_config(file: BinaryIO) -> bytes:
    try:
        with zipfile.ZipFile(file) as archive:
            check_archive(archive)
            if CONFIG not in archive.namelist():
                raise SpecError(f"The zip file holds no {CONFIG}. {WHAT_IT_TAKES}")
            size = archive.getinfo(CONFIG).file_size
            if size > settings.max_model_config_bytes():
                raise SpecError(_too_long(size))
            return archive.read(CONFIG)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError):
        raise SpecError("The file is cut or damaged. Save the model again.") from None


def _parse(content: bytes) -> dict[str, Any]:
    def refuse(name: str) -> None:
        raise ValueError(f"{name} is no number")

    try:
        data = json.loads(content.decode("utf-8-sig"), parse_constant=refuse)
    except UnicodeDecodeError:
        raise SpecError(f"This is no model's file. {WHAT_IT_TAKES}") from None
    except (ValueError, RecursionError) as error:
        text = "it lies too deep in itself" if isinstance(error, RecursionError) else str(error)
        raise SpecError(f"This is no JSON: {text[:120]}. {WHAT_IT_TAKES}") from None
    if not isinstance(data, dict) or not ("class_name" in data or "layers" in data):
        raise SpecError(f"This JSON describes no model. {WHAT_IT_TAKES}")
    return data


def _read_declaration(data: dict[str, Any]) -> Reading:
    layers = data.get("layers")
    if isinstance(layers, list) and len(layers) > settings.max_model_layers():
        raise SpecError(
            f"A model may have up to {settings.max_model_layers():,} layers to be read. "
            f"Received: {len(layers):,}."
        )
    spec = Spec.from_dict(data)
    return Reading(spec, {"image": spec.input_shape})


def _too_long(size: int) -> str:
    return (
        f"A model's description may have {settings.max_model_config_bytes() // 1_000_000} MB. "
        f"Received: {size / 1e6:,.1f} MB."
    )

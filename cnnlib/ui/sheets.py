"""Sheets: many small pictures in one JPEG, which a browser fetches once and cuts up itself.

A page registers which images it wants and gets a token, the hash of that wish; the route
`api/sheets/<token>` draws the sheet when a browser first asks for it. The latest ones are kept.
"""

import hashlib
import io
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnlib.data import Dataset

BLOCK = 8  # JPEG's blocks: tiles of whole blocks do not run into one another
LARGEST_TILE = 32  # pixels a side; larger images are averaged down
QUALITY = 92
KEPT = 500  # wishes: the indices of some thousand images each
KEPT_DRAWN = 8  # sheets of some MB each; drawing one takes about 0.1 s


@dataclass(frozen=True)
class Sheet:
    """Where a sheet is, and how to cut it: picture i is in column i % columns.

    tile: the pixels from one picture to the next; width, height: a picture's own.
    """

    token: str
    columns: int
    tile: tuple[int, int]
    width: int
    height: int

    @property
    def address(self) -> str:
        return f"api/sheets/{self.token}"


@dataclass
class _Wish:
    dataset: Dataset
    split: str
    indices: NDArray[np.int64]
    sheet: Sheet


_wishes: OrderedDict[str, _Wish] = OrderedDict()
_drawn: OrderedDict[str, bytes] = OrderedDict()
_lock = threading.Lock()


def register_sheet(dataset: Dataset, split: str, indices: NDArray[np.int64]) -> Sheet:
    """A sheet of some images of the "train" or "test" split; nothing is drawn yet."""
    digest = hashlib.sha256(f"{dataset.name} {dataset.fingerprint} {split}".encode())
    digest.update(np.asarray(indices, "<i8").tobytes())
    token = digest.hexdigest()[:32]
    with _lock:
        if token not in _wishes:
            sheet = _plan(token, dataset.image_shape, len(indices))
            _wishes[token] = _Wish(dataset, split, np.array(indices), sheet)
            while len(_wishes) > KEPT:
                _wishes.popitem(last=False)
        _wishes.move_to_end(token)
        return _wishes[token].sheet


def read_sheet(token: str) -> bytes | None:
    """A registered sheet as JPEG; None for a token that is not known (any more)."""
    with _lock:
        wish = _wishes.get(token)
        if token in _drawn:
            _drawn.move_to_end(token)
            return _drawn[token]
    if wish is None:
        return None
    images: NDArray[np.uint8] = getattr(wish.dataset, wish.split).images
    jpeg = draw_sheet(images[wish.indices], wish.sheet)
    with _lock:
        _drawn[token] = jpeg
        while len(_drawn) > KEPT_DRAWN:
            _drawn.popitem(last=False)
    return jpeg


def _plan(token: str, shape: tuple[int, int, int], count: int) -> Sheet:
    factor = _shrink(shape)
    height, width = (-(-side // factor) for side in shape[:2])
    tile = (_round_up(width), _round_up(height))
    columns = max(1, math.ceil(math.sqrt(count * tile[1] / tile[0])))
    return Sheet(token, columns, tile, width, height)


def draw_sheet(images: NDArray[np.uint8], sheet: Sheet) -> bytes:
    """JPEG of images (n, H, W, C), C = 1 or 3, laid out as `sheet` says."""
    count, height, width, channels = images.shape
    factor = _shrink((height, width, channels))
    inner = np.pad(
        images,
        ((0, 0), (0, sheet.height * factor - height), (0, sheet.width * factor - width), (0, 0)),
        mode="edge",
    )
    if factor > 1:
        parts = inner.reshape(count, sheet.height, factor, sheet.width, factor, channels)
        inner = parts.mean(axis=(2, 4)).round().astype(np.uint8)
    rows = max(1, -(-count // sheet.columns))
    tiles = np.zeros((rows * sheet.columns, sheet.tile[1], sheet.tile[0], channels), np.uint8)
    below, beside = sheet.tile[1] - sheet.height, sheet.tile[0] - sheet.width
    tiles[:count] = np.pad(inner, ((0, 0), (0, below), (0, beside), (0, 0)), mode="edge")
    whole = tiles.reshape(rows, sheet.columns, *tiles.shape[1:]).swapaxes(1, 2)
    whole = whole.reshape(rows * sheet.tile[1], sheet.columns * sheet.tile[0], channels)
    picture = Image.fromarray(whole if channels == 3 else whole[..., 0])
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    return buffer.getvalue()


def _shrink(shape: tuple[int, int, int]) -> int:
    return max(1, math.ceil(max(shape[:2]) / LARGEST_TILE))


def _round_up(side: int) -> int:
    return -(-side // BLOCK) * BLOCK

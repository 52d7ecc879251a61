"""Sheets of pictures: every image in its place, near enough for JPEG, and found by its token."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from cnnlib.data import Dataset, Split
from cnnlib.ui import sheets
from cnnlib.ui.routes import make_routes
from cnnlib.ui.sheets import read_sheet, register_sheet


def make_dataset(shape: tuple[int, int, int], count: int = 30) -> Dataset:
    """Images of one colour each, so that JPEG changes little."""
    rng = np.random.default_rng(4)
    images = np.broadcast_to(
        rng.integers(0, 256, (count, 1, 1, shape[2]), dtype=np.uint8), (count, *shape)
    )
    split = Split(images, np.zeros(count, np.int64))
    return Dataset("x", "X", ("a",), split, split, False, "drawn", f"print-{shape}")


@pytest.mark.parametrize(
    "shape", [(32, 32, 3), (28, 28, 1), (64, 64, 3), (20, 33, 3), (100, 70, 1)]
)
def test_every_picture_is_in_its_place(shape) -> None:
    dataset = make_dataset(shape)
    indices = np.array([3, 29, 0, 7, 7, 12, 4])
    sheet = register_sheet(dataset, "train", indices)
    picture = Image.open(io.BytesIO(read_sheet(sheet.token)))
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert max(sheet.width, sheet.height) <= sheets.LARGEST_TILE
    for place, index in enumerate(indices):
        row, column = divmod(place, sheet.columns)
        top, left = row * sheet.tile[1], column * sheet.tile[0]
        tile = pixels[top : top + sheet.height, left : left + sheet.width]
        assert tile.shape == (sheet.height, sheet.width, 3)
        wanted = np.broadcast_to(dataset.train.images[index, 0, 0].astype(int), 3)
        assert np.abs(tile - wanted).max() <= 4


def test_detail_survives() -> None:
    image = np.zeros((1, 32, 32, 3), np.uint8)
    image[0, 8:24, 8:24] = [250, 120, 20]
    dataset = make_dataset((32, 32, 3))
    dataset = replace(dataset, train=Split(image, np.zeros(1, np.int64)), fingerprint="detail")
    sheet = register_sheet(dataset, "train", np.array([0]))
    pixels = np.asarray(Image.open(io.BytesIO(read_sheet(sheet.token)))).astype(int)
    assert np.abs(pixels[:32, :32] - image[0]).mean() < 3


def test_a_token_is_one_wish_and_old_ones_go(monkeypatch) -> None:
    dataset = make_dataset((8, 8, 3))
    first = register_sheet(dataset, "train", np.array([1, 2]))
    assert register_sheet(dataset, "train", np.array([1, 2])) == first
    others = {
        register_sheet(dataset, "test", np.array([1, 2])).token,
        register_sheet(dataset, "train", np.array([2, 1])).token,
        register_sheet(replace(dataset, fingerprint="b"), "train", np.array([1, 2])).token,
    }
    assert len(others) == 3
    assert first.token not in others
    drawn = read_sheet(first.token)
    for k in range(sheets.KEPT_DRAWN):
        read_sheet(register_sheet(dataset, "train", np.array([k, 20])).token)
    assert read_sheet(first.token) == drawn  # drawn again
    monkeypatch.setattr(sheets, "KEPT", 3)
    for k in range(sheets.KEPT_DRAWN):
        read_sheet(register_sheet(dataset, "train", np.array([k, 21])).token)
    assert read_sheet(first.token) is None
    assert read_sheet("../../etc/passwd") is None


def test_a_browser_gets_it_by_its_address() -> None:
    web = TestClient(Starlette(routes=make_routes()), raise_server_exceptions=False)
    sheet = register_sheet(make_dataset((16, 16, 3)), "test", np.array([1, 2, 3]))
    answer = web.get("/" + sheet.address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (2 * 16, 2 * 16)
    for token in ("unknown", "..%2f..%2fetc%2fpasswd", "0" * 32):
        assert web.get(f"/api/sheets/{token}").status_code == 404

"""Sprites: every image in its place, whatever its size and channels."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from cnnlib.ui.thumbnails import LARGEST, PAGE_SIZES, make_sprite_url


def read_sheet(url: str) -> np.ndarray:
    kind, encoded = url.split(",")
    assert kind == "data:image/png;base64"
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))
    return sheet if sheet.ndim == 3 else sheet[..., np.newaxis]


@pytest.mark.parametrize("channels", [1, 3])
def test_a_sprite_holds_every_image_in_its_place(channels):
    images = np.random.default_rng(1).integers(0, 256, (7, 4, 5, channels), dtype=np.uint8)
    sheet = read_sheet(make_sprite_url(images, columns=3))
    assert sheet.shape == (12, 15, channels)
    for number, image in enumerate(images):
        row, column = divmod(number, 3)
        tile = sheet[4 * row : 4 * row + 4, 5 * column : 5 * column + 5]
        np.testing.assert_array_equal(tile, image)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_large_image_is_shrunk_in_its_proportions(channels):
    images = np.zeros((2, 200, 100, channels), np.uint8)
    images[1, :100] = 255  # its upper half
    sheet = read_sheet(make_sprite_url(images, columns=2))
    assert sheet.shape == (LARGEST, LARGEST, channels)  # two of 64 × 32
    assert (sheet[:, :32] == 0).all()
    assert (sheet[:31, 32:] == 255).all()
    assert (sheet[33:, 32:] == 0).all()


def test_a_page_fills_whole_rows_of_every_count_of_columns_that_the_script_takes():
    import re

    from cnnlib.ui.page import ASSETS

    (found,) = re.findall(r"const COLUMNS = \[(.*?)\]", (ASSETS / "thumbnails.js").read_text())
    columns = [int(number) for number in found.split(",")]
    assert [(size, count) for size in PAGE_SIZES for count in columns if size % count] == []

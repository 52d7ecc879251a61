"""Uploaded pictures: kept small, found by their id, and refused in one line when hostile."""

import io
import zlib
from struct import pack

import numpy as np
import pytest
from PIL import Image

from cnnlib.data import uploads
from cnnlib.errors import DatasetError


def encode(array: np.ndarray, form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, form)
    return buffer.getvalue()


def test_a_picture_of_the_right_size_comes_back_as_it_was(lab_home) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    identity = uploads.save_upload(encode(picture))
    assert uploads.is_upload_id(identity)
    np.testing.assert_array_equal(uploads.load_upload(identity), picture)
    assert uploads.save_upload(encode(picture, "BMP")) == identity  # by content, not by file


def test_the_middle_square_of_a_wide_picture_is_kept_as_block_means(lab_home) -> None:
    wide = np.zeros((64, 128, 3), np.uint8)
    wide[:, 32:64] = (10, 20, 30)  # the left half of the middle square
    wide[:, 64:96] = (200, 100, 50)
    kept = uploads.load_upload(uploads.save_upload(encode(wide)))
    assert kept.shape == (32, 32, 3)
    assert (kept[:, :16] == (10, 20, 30)).all()
    assert (kept[:, 16:] == (200, 100, 50)).all()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "BMP"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_each_format_is_read(form, mode, lab_home) -> None:
    buffer = io.BytesIO()
    Image.new(mode, (40, 30), 128 if mode == "L" else (128, 128, 128)).save(buffer, form)
    kept = uploads.load_upload(uploads.save_upload(buffer.getvalue()))
    assert np.abs(kept.astype(int) - 128).max() <= 2


def test_what_is_transparent_becomes_white(lab_home) -> None:
    kept = uploads.load_upload(uploads.save_upload(encode(np.zeros((32, 32, 4), np.uint8))))
    assert (kept == 255).all()


def make_giant_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be `width` × `height`."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + name + body + pack(">I", zlib.crc32(name + body))

    header = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0"))


HOSTILE = {
    "nothing": b"",
    "text": b"#!/bin/sh\nrm -rf /\n",
    "a giant": make_giant_png(60_000, 60_000),
    "cut short": encode(np.full((64, 64, 3), 7, np.uint8))[:60],
    "a gif": encode(np.zeros((8, 8), np.uint8), "GIF"),
    "a postscript program": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n",
    "too many bytes": b"\x89PNG" + b"0" * uploads.MAX_BYTES,
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_in_one_line_and_nothing_is_kept(what, lab_home) -> None:
    with pytest.raises(DatasetError, match="picture") as caught:
        uploads.save_upload(HOSTILE[what])
    assert "\n" not in str(caught.value)
    assert not list(lab_home.rglob("*.png"))


@pytest.mark.parametrize("identity", ["", "../../etc/passwd", "0" * 16, "zz", "A" * 16])
def test_an_unknown_id_is_no_picture(identity, lab_home) -> None:
    with pytest.raises(DatasetError, match="Upload it again"):
        uploads.load_upload(identity)


def test_the_oldest_go_when_there_are_too_many(lab_home, monkeypatch) -> None:
    monkeypatch.setattr(uploads, "MAX_KEPT", 3)
    ids = [uploads.save_upload(encode(np.full((32, 32, 3), n, np.uint8))) for n in range(5)]
    kept = [identity for identity in ids if (lab_home / "uploads" / f"{identity}.png").exists()]
    assert len(kept) == 3
    assert ids[-1] in kept

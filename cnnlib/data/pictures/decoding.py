"""One picture file, from someone we do not trust, as a small square of pixels."""

import io
import threading
from contextlib import nullcontext

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
LARGE_PIXELS = 8_000_000  # of these, one is in memory at a time, whatever the number of threads
_one_large = threading.Lock()
_DEEP_GREY = ("I", "I;16", "I;16B", "I;16L", "I;16N")  # 16 bits a pixel, in PNG files


class Unreadable(Exception):
    """Why a file gives no picture: a few words."""


def read_square(
    content: bytes, size: int, *, max_pixels: int, formats: tuple[str, ...] = FORMATS
) -> NDArray[np.uint8]:
    """The middle square of a picture as (size, size, 3) uint8 RGB.

    It is turned upright as its EXIF says, put on white where it is transparent, and shrunk by
    means over blocks (or enlarged by repeating).

    Args:
        content: a JPEG, PNG, WebP or BMP file.
        size: of the square's side, in pixels.
        max_pixels: a picture that claims more is not decoded.

    Raises:
        Unreadable: no such file, damaged, or too many pixels.
    """
    if not content:
        raise Unreadable("empty file")
    try:
        with Image.open(io.BytesIO(content), formats=formats) as picture:
            width, height = picture.size
            if width * height > max_pixels:
                raise Unreadable(
                    f"{width:,} × {height:,} pixels, more than {max_pixels / 1e6:g} million"
                )
            picture.draft("RGB", (4 * size, 4 * size))  # lets a JPEG be decoded smaller
            is_large = picture.width * picture.height > LARGE_PIXELS
            with _one_large if is_large else nullcontext():
                ImageOps.exif_transpose(picture, in_place=True)
                flat = _make_rgb(picture)
                flat = flat if flat.size == (size, size) else _shrink(flat, size)
        return np.asarray(flat)
    except Unreadable:
        raise
    except UnidentifiedImageError:
        raise Unreadable("not a JPEG, PNG, WebP or BMP picture") from None
    except Image.DecompressionBombError:
        raise Unreadable(f"more than {max_pixels / 1e6:g} million pixels") from None
    except MemoryError:
        raise Unreadable("too large for this machine's memory") from None
    except Exception as error:  # whatever a damaged or hostile file makes its decoder raise
        raise Unreadable(f"damaged ({type(error).__name__})") from None


def _shrink(picture: Image.Image, size: int) -> Image.Image:
    return ImageOps.fit(picture, (size, size), Image.Resampling.BOX)


def _make_rgb(picture: Image.Image) -> Image.Image:
    """RGB of any mode; what is transparent becomes white."""
    if picture.mode in _DEEP_GREY:
        picture = Image.fromarray((np.asarray(picture) // 256).clip(0, 255).astype(np.uint8))
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white

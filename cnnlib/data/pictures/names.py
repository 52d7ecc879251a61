"""Names of files and classes: which are passed over, cleaned, made unique, and how they sort."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

ENDINGS = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp")
JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir", "ehthumbs.db"})
MAX_NAME = 40
_DIGITS = re.compile(r"(\d+)")
_DRIVE = re.compile(r"[A-Za-z]:")
_ALLOWED = " -_.,()+&'/"  # beside letters, marks and digits; nothing that Markdown or HTML reads


def is_junk(parts: Sequence[str]) -> bool:
    """Whether a path is of the kind that systems leave behind: hidden files, thumbnails' caches."""
    return any(part.startswith(".") or part.casefold() in JUNK for part in parts)


def is_picture_name(name: str) -> bool:
    return name.casefold().endswith(ENDINGS)


def split_name(name: str) -> tuple[str, ...] | None:
    """The parts of an archive member's name; None where it would lead out of its folder.

    Archives made on Windows may have backslashes in them.
    """
    text = name.replace("\\", "/")
    parts = tuple(part for part in text.split("/") if part not in ("", "."))
    if text.startswith("/") or _DRIVE.match(text) or ".." in parts or "\0" in name:
        return None
    return parts


@lru_cache(maxsize=4096)  # the same folders come again and again
def natural_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sorts "class2" before "class10", whatever the case."""
    pieces = _DIGITS.split(name.casefold())
    return tuple(
        (0, int(piece[:18]), piece) if index % 2 else (1, 0, piece)
        for index, piece in enumerate(pieces)
    ), name


def clean_name(name: str, limit: int = MAX_NAME) -> str:
    """A name that can stand on any page: letters, digits and a few signs, `limit` at most."""
    text = unicodedata.normalize("NFC", name)
    kept = (
        letter if unicodedata.category(letter)[0] in "LMN" or letter in _ALLOWED else " "
        for letter in text
    )
    cleaned = " ".join("".join(kept).split()).strip("-_+. ")
    return cleaned[:limit].rstrip() or "unnamed"


def clean_names(names: Iterable[str]) -> dict[str, str]:
    """Each name with its cleaned one; two that would be the same get a number: "a (2)"."""
    taken: dict[str, str] = {}
    for name in names:
        cleaned, number = clean_name(name), 1
        while cleaned in taken.values():
            number += 1
            cleaned = f"{clean_name(name)} ({number})"
        taken[name] = cleaned
    return taken


def make_slug(text: str) -> str:
    """A data set's name, made of a-z, 0-9 and "-", from a title or a file's name; may be ""."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:MAX_NAME].rstrip("-")

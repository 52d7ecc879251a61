"""What the folders mean: from paths to classes, splits, and files that are passed over.

Two forms are read, each also inside wrapping folders: `class/picture`, and `train/class/picture`
beside `test/class/picture`.
"""

import unicodedata
from dataclasses import dataclass, field, replace

import numpy as np

from cnnlib import settings
from cnnlib.data.pictures.names import clean_names, is_picture_name, natural_key
from cnnlib.data.pictures.sources import Entry
from cnnlib.errors import DatasetError

TRAIN_FOLDERS = frozenset({"train", "training"})
TEST_FOLDERS = frozenset({"test", "testing", "val", "valid", "validation"})
TEST_SHARE = 5  # without a test folder, one picture in so many of each class
TEST_SEED = 20090408  # any constant: it fixes which
FORM = (
    "Expected a folder for each class with its pictures in it (JPEG, PNG, WebP or BMP), "
    "or such folders inside train and test."
)


@dataclass(frozen=True, slots=True)
class Row:
    """A picture's file, its split ("train" or "test") and its label 0..K-1."""

    entry: Entry
    split: str
    label: int


@dataclass(frozen=True)
class Layout:
    """Class names (K,), the pictures, sorted by split, class and name, and what is passed over.

    `drawn_test`: whether the test split is a drawn part of the only one there is.
    """

    class_names: tuple[str, ...]
    rows: list[Row]
    skipped: list[tuple[str, str]]  # a path and the reason
    drawn_test: bool


@dataclass
class _Found:
    """Pictures by split and class, while they are looked through."""

    splits: dict[str, dict[str, list[Entry]]] = field(default_factory=dict)
    skipped: list[tuple[str, str]] = field(default_factory=list)

    def skip(self, entry: Entry, reason: str) -> None:
        self.skipped.append(("/".join(entry.parts), reason))


def arrange(entries: list[Entry], where: str) -> Layout:
    """Find splits and classes.

    Args:
        entries: a source's files.
        where: the source's name, for errors.

    Raises:
        DatasetError: no class folder with pictures, one class only, too many of them, no train.
    """
    found = _Found()
    entries = sorted(_unwrap(entries), key=lambda entry: [natural_key(p) for p in entry.parts])
    readable = [entry for entry in entries if not entry.problem]
    has_splits = any(
        len(entry.parts) > 2 and _split_of(entry) and is_picture_name(entry.parts[-1])
        for entry in readable
    )
    for entry in entries:
        _place(entry, found, has_splits)
    train, test = (found.splits.get(split, {}) for split in ("train", "test"))
    _check(train, test, where)
    names = sorted({*train, *test}, key=natural_key)
    labels = {name: label for label, name in enumerate(names)}
    rows = [
        Row(entry, split, labels[name])
        for split, classes in (("train", train), ("test", test))
        for name in sorted(classes, key=natural_key)
        for entry in classes[name]
    ]
    if not test:
        rows = _draw_test(rows, len(names))
    return Layout(tuple(clean_names(names).values()), rows, found.skipped, drawn_test=not test)


def _unwrap(entries: list[Entry]) -> list[Entry]:
    """Look through folders that only hold another folder."""
    while True:
        pictures = [e.parts for e in entries if is_picture_name(e.parts[-1]) and not e.problem]
        tops = {parts[0] for parts in pictures if len(parts) > 1}
        deep = any(len(parts) > 2 for parts in pictures)
        if len(tops) != 1 or not deep or _names_split(next(iter(tops))):
            return entries
        entries = [
            replace(entry, parts=entry.parts[1:])
            for entry in entries
            if len(entry.parts) > 1 and entry.parts[0] in tops
        ]


def _names_split(folder: str) -> str | None:
    if folder.casefold() in TRAIN_FOLDERS:
        return "train"
    return "test" if folder.casefold() in TEST_FOLDERS else None


def _split_of(entry: Entry) -> str | None:
    return _names_split(entry.parts[0])


def _place(entry: Entry, found: _Found, has_splits: bool) -> None:
    """Put a file where it belongs: under a split and a class, or among the skipped."""
    depth = 3 if has_splits else 2
    split = _split_of(entry) if has_splits else "train"
    limit = settings.max_import_file_bytes()
    if entry.problem:
        found.skip(entry, entry.problem)
    elif len(entry.parts) < depth or split is None:
        if is_picture_name(entry.parts[-1]):
            found.skip(entry, "in no class folder")
    elif len(entry.parts) > depth:
        found.skip(entry, "deeper than its class folder")
    elif not is_picture_name(entry.parts[-1]):
        found.skip(entry, "its name is not that of a JPEG, PNG, WebP or BMP file")
    elif entry.size > limit:
        found.skip(entry, f"{entry.size / 1e6:,.0f} MB, more than {limit / 1e6:,.0f} MB")
    else:
        name = unicodedata.normalize("NFC", entry.parts[depth - 2])
        found.splits.setdefault(split, {}).setdefault(name, []).append(entry)


def _check(train: dict[str, list[Entry]], test: dict[str, list[Entry]], where: str) -> None:
    if not train and not test:
        raise DatasetError(f"{where} holds no class folders with pictures. {FORM}")
    if not train:
        raise DatasetError(f"{where} has a test folder, but no train folder beside it. {FORM}")
    classes = {*train, *test}
    if len(classes) < 2:
        raise DatasetError(
            f"A data set needs at least 2 classes. Received: one, {next(iter(classes))[:40]!r}. "
            f"{FORM}"
        )
    limit = settings.max_import_classes()
    if len(classes) > limit:
        raise DatasetError(
            f"{where} has {len(classes):,} class folders, more than the {limit:,} that the lab "
            f"takes. Bring fewer, or raise CNNLIB_IMPORT_CLASSES."
        )


def _draw_test(rows: list[Row], classes: int) -> list[Row]:
    """A fifth of each class becomes the test split, always the same one; of one picture, none."""
    rng = np.random.default_rng(TEST_SEED)
    labels = np.array([row.label for row in rows])
    drawn: set[int] = set()
    for label in range(classes):
        places = np.flatnonzero(labels == label)
        count = max(1, round(len(places) / TEST_SHARE)) if len(places) > 1 else 0
        drawn.update(rng.permutation(places)[:count].tolist())
    train = [row for place, row in enumerate(rows) if place not in drawn]
    return train + [replace(rows[place], split="test") for place in sorted(drawn)]

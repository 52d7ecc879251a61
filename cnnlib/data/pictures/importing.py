"""From files to a stored data set: list, arrange, decode, write; all of it or nothing."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cnnlib.data import storage
from cnnlib.data.dataset import Progress
from cnnlib.data.pictures.layout import TEST_SHARE, Layout, arrange
from cnnlib.data.pictures.parallel import decode_all
from cnnlib.data.pictures.sources import Source
from cnnlib.data.writer import SplitWriter, finish
from cnnlib.errors import DatasetError

SIZES = (32, 64)
MAX_LISTED = 200  # skipped files that are named in meta.json; all are counted
MAX_PATH = 120  # letters of a skipped file's path that are kept
LISTED, READ = 0.03, 0.95  # of the progress: where the pictures begin and end


@dataclass(frozen=True)
class Skipped:
    """Files that an import passed over: how many, and path and reason of the first ones."""

    count: int
    listed: tuple[tuple[str, str], ...]


def import_to(
    name: str,
    title: str,
    source: Source,
    size: int,
    progress: Progress,
    *,
    classes: tuple[str, ...] | None = None,
) -> None:
    """Store the pictures of `source` as the data set `name`, each made `size` × `size`.

    Args:
        size: one of `SIZES`.
        progress: called with a fraction 0..1 and a short text.
        classes: the class names that it must have, where its name promises them.

    Raises:
        DatasetError: `source` is hostile, cut, or of another form; then nothing changes.
    """
    progress(0.0, "Looking for pictures")
    where = _shorten(source.path.name or str(source.path))
    layout = arrange(source.list_files(progress), where)
    with storage.replacing(name) as place:
        skipped = layout.skipped + _write_pictures(place, source, layout, size, progress)
        names = _keep_used_classes(place, layout.class_names, where)
        if classes and names != classes:
            raise DatasetError(
                f"The name {name!r} is kept for the classes {', '.join(classes)}. "
                f"Choose another name."
            )
        progress(READ, "Computing the fingerprint")
        finish(
            place,
            title=title,
            class_names=names,
            synthetic=False,
            source=_describe(source, layout, size),
            skipped_count=len(skipped),
            skipped=[[_shorten(path), reason] for path, reason in skipped[:MAX_LISTED]],
        )
    progress(1.0, "Done")


def _write_pictures(
    place: Path, source: Source, layout: Layout, size: int, progress: Progress
) -> list[tuple[str, str]]:
    """Decode and write all pictures; path and reason of those that could not be read."""
    rows, skipped = layout.rows, []
    planned = Counter(row.split for row in rows)
    writers = {
        split: SplitWriter(place, split, planned[split], (size, size, 3))
        for split in ("train", "test")
    }
    written = dict.fromkeys(writers, 0)
    try:
        outcomes = decode_all(source, [row.entry for row in rows], size)
        for done, (index, outcome) in enumerate(outcomes):
            row = rows[index]
            if done % 100 == 0:
                share = LISTED + (READ - LISTED) * done / len(rows)
                progress(share, f"Reading pictures: {done:,} of {len(rows):,}")
            if isinstance(outcome, str):
                skipped.append(("/".join(row.entry.parts), outcome))
                continue
            writers[row.split].write(written[row.split], outcome[None], np.array([row.label]))
            written[row.split] += 1
    finally:
        for split, writer in writers.items():
            writer.close(written[split])
    for split, count in written.items():
        if not count:
            example = f" The first one: {': '.join(skipped[0])}." if skipped else ""
            raise DatasetError(
                f"{source.path.name} gives no {split} picture: {len(skipped):,} could not be read."
                f"{_shorten(example)}"
            )
    return skipped


def _keep_used_classes(place: Path, names: tuple[str, ...], where: str) -> tuple[str, ...]:
    """Drop the classes of which no picture could be read, and number the labels anew."""
    paths = [place / f"{split}-labels.npy" for split in ("train", "test")]
    labels = [np.load(path) for path in paths]
    used = np.unique(np.concatenate(labels))
    if len(used) < 2:
        raise DatasetError(
            f"A data set needs at least 2 classes. In {where}, only pictures of "
            f"{names[used[0]]!r} could be read."
        )
    if len(used) < len(names):
        for path, old in zip(paths, labels, strict=True):
            np.save(path, np.searchsorted(used, old))
    return tuple(names[label] for label in used)


def _describe(source: Source, layout: Layout, size: int) -> str:
    """One line for people: where the pictures came from and what was done with them."""
    test = (
        f"one in {TEST_SHARE} of each class, drawn with a fixed seed, is the test split"
        if layout.drawn_test
        else "its own test split"
    )
    return (
        f"{source.kind} {_shorten(source.path.name)}, the middle square of each picture "
        f"made {size} × {size}; {test}"
    )


def _shorten(text: str) -> str:
    """`text` on one line, in characters that JSON and a page can hold, its end if it is long."""
    plain = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
    plain = "".join(letter if letter.isprintable() else "?" for letter in plain)
    return plain if len(plain) <= MAX_PATH else f"…{plain[-MAX_PATH:]}"


def read_skipped(name: str) -> Skipped:
    """What the import of the data set `name` passed over; nothing for sets of other kinds.

    Raises:
        DatasetError: there is no such data set, or it is damaged.
    """
    meta = storage.read_meta(name)
    listed = meta.get("skipped") or []
    try:
        pairs = tuple((str(path), str(reason)) for path, reason in listed)
        return Skipped(int(meta.get("skipped_count") or 0), pairs)
    except (TypeError, ValueError):
        return Skipped(0, ())

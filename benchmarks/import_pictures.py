"""How fast folders and archives of pictures become a data set, and what memory that takes."""

import io
import resource
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.sides import temporary_home
from cnnlib.data import import_path

SMALL, LARGE = 20_000, 400
CLASSES = 10


def main() -> None:
    with temporary_home(), tempfile.TemporaryDirectory() as room:
        place = Path(room)
        _write(place / "small", SMALL, (32, 32), "JPEG")
        _write(place / "large", LARGE, (1600, 1200), "JPEG")
        _write(place / "png", LARGE // 4, (1600, 1200), "PNG")
        with zipfile.ZipFile(place / "small.zip", "w") as archive:
            for path in sorted((place / "small").rglob("*.*")):
                archive.write(path, path.relative_to(place / "small"))
        for what, count in (("small", SMALL), ("small.zip", SMALL), ("large", LARGE),
                            ("png", LARGE // 4)):  # fmt: skip
            began, busy = time.perf_counter(), time.process_time()
            import_path(place / what, name="pictures")
            seconds, busy = time.perf_counter() - began, time.process_time() - busy
            print(
                f"{what:10} {count:6,} files {seconds:6.1f} s, {1000 * seconds / count:7.2f} ms a "
                f"file, {busy:5.1f} s of processor"
            )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"peak memory {peak:,.0f} MB")


def _write(place: Path, count: int, size: tuple[int, int], form: str) -> None:
    for number, content in zip(range(count), _draw(size, form), strict=False):
        folder = place / f"class {number % CLASSES}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.{form.lower()}").write_bytes(content)


def _draw(size: tuple[int, int], form: str) -> Iterator[bytes]:
    """Some smooth pictures, again and again: to encode new ones takes longer than to read them."""
    rng, kept = np.random.default_rng(0), []
    for _ in range(20):
        noise = Image.fromarray(rng.integers(0, 256, (24, 32, 3), dtype=np.uint8))
        buffer = io.BytesIO()
        noise.resize(size, Image.Resampling.BICUBIC).save(buffer, form)
        kept.append(buffer.getvalue())
    while True:
        yield from kept


if __name__ == "__main__":
    main()

"""Decode many picture files at once, in threads, a bounded number in memory at a time.

Threads, because Pillow and zlib let go of the interpreter while they decode, and a server full of
threads must not fork. Large pictures gain most; small ones are bound by Python itself.
"""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from cnnlib import settings
from cnnlib.data.pictures.decoding import Unreadable, read_square
from cnnlib.data.pictures.sources import Content, Entry, Source

BATCH = 64  # files that one thread decodes in a row …
BATCH_BYTES = 8 * 2**20  # … or fewer, when they are large

Outcome = NDArray[np.uint8] | str
"""A picture (size, size, 3), or a few words: why there is none."""
_Batch = list[tuple[int, Content]]


def decode_all(source: Source, wanted: list[Entry], size: int) -> Iterator[tuple[int, Outcome]]:
    """Each wanted file's place in `wanted` and what came of it, in the source's order."""
    threads = max(2, os.cpu_count() or 1)
    max_pixels = settings.max_import_pixels()

    def decode(batch: _Batch) -> list[tuple[int, Outcome]]:
        return [(index, _decode(content, size, max_pixels)) for index, content in batch]

    with ThreadPoolExecutor(threads, thread_name_prefix="lab-import") as pool:
        waiting: deque[Future[list[tuple[int, Outcome]]]] = deque()
        try:
            for batch in _make_batches(source, wanted):
                waiting.append(pool.submit(decode, batch))
                if len(waiting) > 2 * threads:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _make_batches(source: Source, wanted: list[Entry]) -> Iterator[_Batch]:
    batch: _Batch = []
    weight = 0
    for index, content in source.read_files(wanted):
        batch.append((index, content))
        weight += wanted[index].size
        if len(batch) == BATCH or weight > BATCH_BYTES:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _decode(content: Content, size: int, max_pixels: int) -> Outcome:
    try:
        return read_square(content(), size, max_pixels=max_pixels)
    except OSError as error:
        return error.strerror or "it cannot be read"
    except (Unreadable, ValueError) as error:
        return str(error)

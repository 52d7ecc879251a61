"""What the notes' scripts print into files: `model.summary()` and `weights.txt`."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from cnnlib.runs.files import replacing

CHUNK = 65_536  # values formatted at a time: some 1 MB of text


def format_summary(model: keras.Model) -> str:
    """The text of `model.summary()`."""
    lines: list[str] = []
    model.summary(line_length=88, print_fn=lambda text, **_: lines.append(text))
    return "\n".join(lines) + "\n"


def write_weights(
    model: keras.Model, path: Path, progress: Callable[[float], None] = lambda share: None
) -> None:
    """Write every weight's path, shape and values; the text reads back to the same float32.

    Nine significant digits tell any two float32 numbers apart (IEEE 754-2008, 5.12.2). One line
    holds the values of the last axis. The file appears when it is whole.

    Args:
        progress: called with the share of values written, 0..1.
    """
    total = sum(int(np.prod(weight.shape)) for weight in model.weights)
    written = 0
    with replacing(path) as temporary, temporary.open("w", encoding="ascii") as file:
        for weight in model.weights:
            note = "" if weight.trainable else "  (not trainable)"
            file.write(f"{weight.path}{note}\n{tuple(weight.shape)}\n")
            values = np.asarray(weight, dtype=np.float32)
            rows = values.reshape(-1, values.shape[-1] if values.ndim else 1)
            row_format = " ".join(["%.9g"] * rows.shape[1]) + "\n"
            step = max(1, CHUNK // rows.shape[1])
            for start in range(0, len(rows), step):
                chunk = rows[start : start + step]
                file.write(row_format * len(chunk) % tuple(chunk.ravel().tolist()))
                written += chunk.size
                progress(written / total)
            file.write("\n")

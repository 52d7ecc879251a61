"""What Keras' own dropout does in training: its draws cannot be foretold, so they are counted."""

from typing import Any

import keras
import numpy as np

from cnnlib.errors import RunError
from cnnlib.runs.arrays import decode_array

MOST_VALUES = 4_000_000


def draw_dropout(input: Any, rate: Any, draws: Any) -> dict[str, Any]:
    """Run `keras.layers.Dropout` in training on so many copies of the input.

    Args:
        input: encoded array (see `cnnlib.runs.arrays`); its zeros are not counted, as they cannot
            be seen to fall.
        rate: 0 up to, but not including, 1.
        draws: how many copies, 1 or more.

    Returns:
        values: how many numbers could fall. fallen: how many did. max_difference: of those that
        stayed, max |Keras - x / (1 - rate)|. scale: their largest size. keras: its version.

    Raises:
        RunError: an argument breaks its rule.
    """
    x = decode_array(input)
    if not (isinstance(rate, int | float) and 0 <= rate < 1):
        raise RunError(f"rate must be from 0 up to, but not including, 1. Received: {rate!r}.")
    if not isinstance(draws, int) or draws < 1 or draws * x.size > MOST_VALUES:
        raise RunError(
            f"draws must be 1 or more, and make at most {MOST_VALUES:,} numbers. "
            f"Received: {draws!r} of {x.size:,}."
        )
    batch = np.broadcast_to(x, (draws, *x.shape))
    with keras.device("cpu:0"):
        drawn = np.asarray(keras.layers.Dropout(rate)(batch, training=True), np.float32)
    counted = batch != 0
    stayed = counted & (drawn != 0)
    wanted = batch[stayed].astype(np.float64) / (1 - rate)
    return {
        "values": int(counted.sum()),
        "fallen": int((counted & ~stayed).sum()),
        "max_difference": float(np.abs(drawn[stayed] - wanted).max(initial=0.0)),
        "scale": float(np.abs(wanted).max(initial=0.0)),
        "keras": keras.__version__,
    }

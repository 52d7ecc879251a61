"""Arrays as plain data: what crosses the line between the web process and the supervisor.

An array is `{"shape": [h, w, …], "data": base64 of little-endian float32, last axis fastest}`.
"""

import base64
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnlib.errors import RunError

FLOAT = np.dtype("<f4")
MAX_AXES = 8


def encode_array(array: ArrayLike) -> dict[str, Any]:
    """Plain data of an array of any shape, rounded to float32; NaN and infinity are kept."""
    values = np.asarray(array, FLOAT)  # shape first: ascontiguousarray makes () into (1,)
    return {"shape": list(values.shape), "data": base64.b64encode(values.tobytes()).decode("ascii")}


def decode_array(data: object) -> NDArray[np.float32]:
    """The array that `encode_array` has written, read-only.

    Raises:
        RunError: `data` is not of that form.
    """
    try:
        if not isinstance(data, Mapping):
            raise TypeError(f"a {type(data).__name__}")
        shape, raw = data["shape"], base64.b64decode(data["data"], validate=True)
        if len(shape) > MAX_AXES or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError(f"the shape {shape!r}")
        if len(raw) != FLOAT.itemsize * math.prod(shape):
            raise ValueError(f"{len(raw)} bytes for the shape {shape!r}")
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(
            f"An array must be given as its shape and base64 float32 data. Received: {error}."
        ) from error
    return np.frombuffer(raw, FLOAT).reshape(shape)

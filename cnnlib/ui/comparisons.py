"""What a page has computed, and the Keras layers to compare it with, as a question's plain data."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cnnlib.ops.layer_calls import Calls, DefinitionCall, LayerCall
from cnnlib.runs.arrays import encode_array

LARGEST_QUESTION = 12_000_000  # bytes as encoded, below `protocol.MAX_LINE`


def count_bytes(
    input: ArrayLike, calls: Calls, output: ArrayLike, upstream: ArrayLike | None
) -> int:
    """How long the question will be, about."""
    arrays = [input, output, *(array for call in calls for array in _list_arrays(call))]
    arrays += [] if upstream is None else [upstream]
    return sum(np.size(array) for array in arrays) * 16 // 3  # base64 of float32


def make_comparison(
    input: ArrayLike,
    calls: Calls,
    output: ArrayLike,
    batched: bool,
    training: bool,
    upstream: ArrayLike | None,
) -> dict[str, Any]:
    """The arguments of `cnnlib.backend.comparison.compare`."""
    return {
        "input": encode_array(input),
        "calls": [encode_call(call) for call in calls],
        "output": encode_array(output),
        "batched": batched,
        "training": training,
        "upstream": None if upstream is None else encode_array(upstream),
    }


def _list_arrays(call: LayerCall | DefinitionCall) -> Sequence[ArrayLike]:
    return [*call.arrays.values()] if isinstance(call, DefinitionCall) else call.weights


def encode_call(call: LayerCall | DefinitionCall) -> dict[str, Any]:
    if isinstance(call, DefinitionCall):
        arrays = {name: encode_array(array) for name, array in call.arrays.items()}
        return {"definition": call.name, "arguments": call.arguments, "arrays": arrays}
    weights = [encode_array(weight) for weight in call.weights]
    return {"layer": call.layer, "arguments": call.arguments, "weights": weights}

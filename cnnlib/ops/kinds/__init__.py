"""Every kind of convolution in the notes, each told in the same way."""

from cnnlib.ops.kinds.base import Explanation, Kind, Options, Weights
from cnnlib.ops.kinds.factored import (
    DepthwiseSeparable,
    Flattened,
    ShuffledGrouped,
    SpatiallySeparable,
)
from cnnlib.ops.kinds.standard import (
    Dilated,
    Grouped,
    MultiChannel,
    Pointwise,
    SingleChannel,
    Transposed,
    Volume,
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        SingleChannel(),
        MultiChannel(),
        Volume(),
        Pointwise(),
        Transposed(),
        Dilated(),
        SpatiallySeparable(),
        DepthwiseSeparable(),
        Flattened(),
        Grouped(),
        ShuffledGrouped(),
    )
}

__all__ = ["KINDS", "Explanation", "Kind", "Options", "Weights"]

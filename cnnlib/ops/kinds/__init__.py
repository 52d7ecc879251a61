"""Every kind of convolution in the notes, each told in the same way."""

from cnnlib.ops.kinds.base import Explanation, Kind, Options, Weights
from cnnlib.ops.kinds.depthwise_separable import DepthwiseSeparable
from cnnlib.ops.kinds.flattened import Flattened
from cnnlib.ops.kinds.shuffled_grouped import ShuffledGrouped
from cnnlib.ops.kinds.spatially_separable import SpatiallySeparable
from cnnlib.ops.kinds.standard import Dilated, Grouped, MultiChannel, Pointwise, SingleChannel
from cnnlib.ops.kinds.transposed import Transposed
from cnnlib.ops.kinds.volume import Volume

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

"""The kinds of pooling and unpooling, each telling the same story about itself."""

from cnnlib.ops.pools.base import Back, Explanation, Node, Options, Pool, Read, Run, Weights
from cnnlib.ops.pools.local import Average, Gated, Max, Median, Mixed, Stochastic
from cnnlib.ops.pools.unpooling import AverageUnpooling, MaxUnpooling
from cnnlib.ops.pools.vectors import Bilinear, NetVlad
from cnnlib.ops.pools.whole import GlobalAverage, GlobalMax, SpatialPyramid

POOLS: dict[str, Pool] = {
    pool.name: pool
    for pool in (
        Average(), Max(), Stochastic(), Median(), Mixed(), Gated(), GlobalAverage(), GlobalMax(),
        SpatialPyramid(), NetVlad(), Bilinear(), MaxUnpooling(), AverageUnpooling(),
    )
}  # fmt: skip
"""By name, in the order of the page."""

__all__ = ["POOLS", "Back", "Explanation", "Node", "Options", "Pool", "Read", "Run", "Weights"]

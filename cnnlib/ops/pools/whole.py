"""The poolings of a whole image: global, and the spatial pyramid."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnlib.ops import pooling as p
from cnnlib.ops.formulas import Formula
from cnnlib.ops.layer_calls import Calls, LayerCall
from cnnlib.ops.pooling.whole import check_pyramid
from cnnlib.ops.pools.base import (
    INPUT,
    UPSTREAM,
    Back,
    Explanation,
    Floats,
    Node,
    Options,
    Pool,
    Read,
    Run,
    Weights,
    make_definition,
    make_gradient_node,
)
from cnnlib.ops.pools.local import Local
from cnnlib.ops.stages import Stage


class Global(Local):
    """keepdims, so that the output is a grid to point at."""

    controls = ()
    layer: str

    def make_calls(self, weights: Weights, options: Options, extra: Mapping[str, Any]) -> Calls:
        return [LayerCall(self.layer, {"keepdims": True})]

    def explain(self, run: Run) -> Explanation:
        channels = run.x.shape[-1]
        return Explanation((Formula("Vector length", "C", str(channels), channels),))


class GlobalAverage(Global):
    name, title, layer = "global_average", "Global average", "GlobalAveragePooling2D"

    def compute(
        self, x: Floats, weights: Weights, options: Options
    ) -> tuple[Stage, dict[str, Any]]:
        return p.stage_global_avg_pool2d(x)[0], {}

    def find_gradient(self, run: Run, upstream: Floats) -> tuple[Floats, Weights]:
        return p.global_avg_pool2d_gradient(run.x[None], upstream), {}


class GlobalMax(Global):
    name, title, layer = "global_max", "Global max", "GlobalMaxPooling2D"

    def compute(
        self, x: Floats, weights: Weights, options: Options
    ) -> tuple[Stage, dict[str, Any]]:
        return p.stage_global_max_pool2d(x)[0], {}

    def find_gradient(self, run: Run, upstream: Floats) -> tuple[Floats, Weights]:
        return p.global_max_pool2d_gradient(run.x[None], upstream), {}


class SpatialPyramid(Pool):
    name, title = "spatial_pyramid", "Spatial pyramid"
    controls = ("levels", "mode")

    def run(self, x: Floats, weights: Weights, options: Options) -> Run:
        nodes = []
        for level in options.levels:
            [stage] = p.stage_spatial_pyramid_level(x, level, options.mode)
            reads = (Read(INPUT, stage.linkage),)
            nodes.append(Node(f"level_{level}", f"Level {level}", stage.output, reads))
        check_pyramid(options.levels, options.mode)
        output = np.concatenate([node.values.ravel() for node in nodes])
        calls = make_definition("spatial_pyramid_pool", levels=options.levels, mode=options.mode)
        return Run(x, weights, options, tuple(nodes), x, output, calls)

    def make_upstreams(self, run: Run) -> dict[str, Floats]:
        """One grid for each level: upstream_a, upstream_b …"""
        return {_name(number): np.ones_like(node.values) for number, node in enumerate(run.nodes)}

    def turn_back(self, run: Run, upstreams: Mapping[str, Floats]) -> Back:
        options = run.options
        upstream = np.concatenate([upstreams[name].ravel() for name in upstreams])
        gradient = p.spatial_pyramid_pool_gradient(
            run.x[None], upstream[None], options.levels, options.mode
        )[0]
        reads = [
            Read(_name(number), p.transpose(node.reads[0].linkage))
            for number, node in enumerate(run.nodes)
        ]
        above = [
            Node(name, f"Upstream, {node.label.lower()}", upstreams[name], editable=True)
            for name, node in zip(upstreams, run.nodes, strict=True)
        ]
        nodes = (*above, make_gradient_node(run.x.shape, gradient, reads))
        return Back(nodes, upstream, gradient)

    def explain(self, run: Run) -> Explanation:
        channels, levels = run.x.shape[-1], run.options.levels
        bins = " + ".join(rf"{level}^2" for level in levels)
        return Explanation((
            Formula(
                "Vector length",
                r"C \cdot \sum_{l} l^2",
                rf"{channels} \cdot \left({bins}\right)",
                channels * sum(level**2 for level in levels),
            ),
        ))  # fmt: skip


def _name(number: int) -> str:
    return f"{UPSTREAM}_{'abcdefgh'[number]}"

"""Unpooling: an image pooled first, then brought back to its size."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cnnlib.ops import pooling as p
from cnnlib.ops.formulas import Formula
from cnnlib.ops.pools.base import (
    INPUT,
    OUTPUT,
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
    explain_sizes,
    make_definition,
    make_gradient_node,
)

POOLED = "pooled"


class Unpooling(Pool):
    """Two links: from the input to the pooled grid, and from there to an image of its size."""

    def turn_back(self, run: Run, upstreams: Mapping[str, Floats]) -> Back:
        upstream = upstreams[UPSTREAM]
        up, down = run.nodes[-1].reads[0].linkage, run.nodes[0].reads[0].linkage
        by_pooled, gradient = self.find_gradients(run, upstream[None])
        nodes = (
            Node(UPSTREAM, "Upstream gradient", upstream, editable=True),
            Node("by_pooled", "By the pooled grid", by_pooled[0],
                 (Read(UPSTREAM, p.transpose(up)),)),
            make_gradient_node(run.x.shape, gradient[0], [Read("by_pooled", p.transpose(down))]),
        )  # fmt: skip
        return Back(nodes, upstream, by_pooled[0])

    @abstractmethod
    def find_gradients(self, run: Run, upstream: Floats) -> tuple[Floats, Floats]:
        """By the pooled grid and by the input; all with the batch axis."""

    def explain(self, run: Run) -> Explanation:
        pooled = [
            replace(formula, name=formula.name.replace("Output", "Pooled"))
            for formula in explain_sizes(run.options, run.x.shape)
        ]
        back = [
            Formula(f"Output {name}", r"in\ \text{of the pooling}", str(size), size)
            for name, size in zip(("height", "width"), run.x.shape, strict=False)
        ]
        return Explanation((*pooled, *back))


class MaxUnpooling(Unpooling):
    name, title = "max_unpooling", "Max unpooling"

    def run(self, x: Floats, weights: Weights, options: Options) -> Run:
        [down] = p.stage_max_pool2d(x, **options.window)
        switches = p.max_pool2d_with_switches(x[None], **options.window).switches
        sizes = x.shape[:2]
        [up] = p.stage_max_unpool2d(down.output, switches[0], sizes, **options.window)
        nodes = (
            Node(POOLED, "Max pooled", down.output, (Read(INPUT, down.linkage),)),
            Node("switches", "Switches", switches[0].astype(np.float32)),
            Node(OUTPUT, "Unpooled", up.output, (Read(POOLED, up.linkage),)),
        )
        arrays = {"switches": switches.astype(np.float32)}
        calls = make_definition("max_unpool2d", arrays, rows=sizes[0], columns=sizes[1])
        extra = {"switches": switches}
        return Run(x, weights, options, nodes, down.output, up.output, calls, extra)

    def find_gradients(self, run: Run, upstream: Floats) -> tuple[Floats, Floats]:
        by_pooled = p.max_unpool2d_gradient(upstream, run.extra["switches"])
        return by_pooled, p.max_pool2d_gradient(run.x[None], by_pooled, **run.options.window)


class AverageUnpooling(Unpooling):
    name, title = "average_unpooling", "Average unpooling"

    def run(self, x: Floats, weights: Weights, options: Options) -> Run:
        [down] = p.stage_avg_pool2d(x, **options.window)
        sizes = x.shape[:2]
        [up] = p.stage_avg_unpool2d(down.output, output_shape=sizes, **options.window)
        nodes = (
            Node(POOLED, "Average pooled", down.output, (Read(INPUT, down.linkage),)),
            Node(OUTPUT, "Unpooled", up.output, (Read(POOLED, up.linkage),)),
        )
        calls = make_definition("avg_unpool2d", rows=sizes[0], columns=sizes[1], **options.window)
        return Run(x, weights, options, nodes, down.output, up.output, calls)

    def find_gradients(self, run: Run, upstream: Floats) -> tuple[Floats, Floats]:
        by_pooled = p.avg_unpool2d_gradient(upstream, **run.options.window)
        return by_pooled, p.avg_pool2d_gradient(run.x[None], by_pooled, **run.options.window)

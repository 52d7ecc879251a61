"""The poolings that make one cell of each window."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from cnnlib.ops import pooling as p
from cnnlib.ops.formulas import Formula
from cnnlib.ops.layer_calls import Calls
from cnnlib.ops.linkage import Linkage
from cnnlib.ops.pooling.windows import link, look_at_one
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
    link_scaled,
    make_definition,
    make_layer,
    make_way_back,
)
from cnnlib.ops.stages import Stage

ONE = Formula("Parameters", r"1\ (\alpha)", "1", 1)


class Local(Pool):
    """One stage from the input to the output."""

    def run(self, x: Floats, weights: Weights, options: Options) -> Run:
        stage, extra = self.compute(x, weights, options)
        between = self.make_between(x, options)
        output = Node(OUTPUT, "Output", stage.output, (Read(INPUT, stage.linkage),))
        calls = self.make_calls(weights, options, extra)
        return Run(x, weights, options, (*between, output), x, stage.output, calls, extra)

    @abstractmethod
    def compute(
        self, x: Floats, weights: Weights, options: Options
    ) -> tuple[Stage, dict[str, Any]]:
        """The stage, and what the gradient needs besides."""

    def make_between(self, x: Floats, options: Options) -> tuple[Node, ...]:
        """Grids between the input and the output."""
        return ()

    @abstractmethod
    def make_calls(self, weights: Weights, options: Options, extra: Mapping[str, Any]) -> Calls:
        """What the same is in Keras, or by its definition."""

    def turn_back(self, run: Run, upstreams: Mapping[str, Floats]) -> Back:
        upstream = upstreams[UPSTREAM]
        gradient, by_weights = self.find_gradient(run, upstream[None])
        way = Read(UPSTREAM, p.transpose(self.find_slopes(run)))
        nodes = make_way_back(run.x.shape, upstream, gradient[0], [way])
        return Back(nodes, upstream, gradient[0], by_weights)

    @abstractmethod
    def find_gradient(self, run: Run, upstream: Floats) -> tuple[Floats, Weights]:
        """By the input, with the batch axis, and by the weights; `upstream` has the batch axis."""

    def find_slopes(self, run: Run) -> Linkage:
        """The output's derivatives by the input: the weights, where they do not change with it."""
        return run.nodes[-1].reads[0].linkage

    def explain(self, run: Run) -> Explanation:
        return Explanation(explain_sizes(run.options, run.x.shape), self.count(run))

    def count(self, run: Run) -> Formula | None:
        return None


class Max(Local):
    name, title = "max", "Max"

    def compute(
        self, x: Floats, weights: Weights, options: Options
    ) -> tuple[Stage, dict[str, Any]]:
        return p.stage_max_pool2d(x, **options.window)[0], {}

    def make_calls(self, weights: Weights, options: Options, extra: Mapping[str, Any]) -> Calls:
        return make_layer("MaxPooling2D", options)

    def find_gradient(self, run: Run, upstream: Floats) -> tuple[Floats, Weights]:
        return p.max_pool2d_gradient(run.x[None], upstream, **run.options.window), {}


class Average(Local):
    name, title = "average", "Average"

    def compute(
        self, x: Floats, weights: Weights, options: Options
    ) -> tuple[Stage, dict[str, Any]]:
        return p.stage_avg_pool2d(x, **options.window)[0], {}

    def make_calls(self, weights: Weights, options: Options, extra: Mapping[str, Any]) -> Calls:
        return make_layer("AveragePooling2D", options)

    def find_gradient(self, run: Run, upstream: Floats) -> tuple[Floats, Weights]:
        return p.avg_pool2d_gradient(run.x[None], upstream, **run.options.window), {}


class Median(Local):
    name, title = "median", "Median"

    def compute(
        self, x: Floats, weights: Weights, options: Options
    ) -> tuple[Stage, dict[str, Any]]:
        return p.stage_median_pool2d(x, **options.window)[0], {}

    def make_calls(self, weights: Weights, options: Options, extra: Mapping[str, Any]) -> Calls:
        return make_definition("median_pool2d", **options.window)

    def find_gradient(self, run: Run, upstream: Floats) -> tuple[Floats, Weights]:
        return p.median_pool2d_gradient(run.x[None], upstream, **run.options.window), {}


class Mixed(Local):
    name, title = "mixed", "Mixed"
    controls = ("pool_size", "strides", "padding", "alpha")

    def compute(
        self, x: Floats, weights: Weights, options: Options
    ) -> tuple[Stage, dict[str, Any]]:
        return p.stage_mixed_pool2d(x, alpha=options.alpha, **options.window)[0], {}

    def make_calls(self, weights: Weights, options: Options, extra: Mapping[str, Any]) -> Calls:
        return make_definition("mixed_pool2d", alpha=options.alpha, **options.window)

    def find_gradient(self, run: Run, upstream: Floats) -> tuple[Floats, Weights]:
        alpha, window = run.options.alpha, run.options.window
        found = p.mixed_pool2d_gradient(run.x[None], upstream, alpha=alpha, **window)
        return found.x, {"alpha": np.array([found.alpha], np.float32)}

    def count(self, run: Run) -> Formula:
        return ONE


class Gated(Local):
    """The mask begins with a tenth, up and down in turn, so that the gates differ."""

    name, title = "gated", "Gated"
    unit = True

    def make_weights(self, x: Floats, options: Options) -> Weights:
        rows, columns = np.indices((options.pool_size, options.pool_size))
        return {"omega": (0.1 - 0.2 * ((rows + columns) % 2)).astype(np.float32)}

    def compute(
        self, x: Floats, weights: Weights, options: Options
    ) -> tuple[Stage, dict[str, Any]]:
        omega = weights["omega"]
        stage = p.stage_gated_pool2d(x, omega, **options.sliding)[0]
        return stage, {"gates": p.compute_gates(x[None], omega, **options.sliding)[0]}

    def make_calls(self, weights: Weights, options: Options, extra: Mapping[str, Any]) -> Calls:
        return make_definition("gated_pool2d", weights, **options.sliding)

    def find_gradient(self, run: Run, upstream: Floats) -> tuple[Floats, Weights]:
        omega, sliding = run.weights["omega"], run.options.sliding
        found = p.gated_pool2d_gradient(run.x[None], upstream, omega, **sliding)
        return found.x, {"omega": found.omega}

    def find_slopes(self, run: Run) -> Linkage:
        """Both ways back by the gate g, and the one through it: ω · (max - mean) · g(1 - g)."""
        linkage, gates = run.nodes[-1].reads[0].linkage, run.extra["gates"]
        window = run.options.window
        gap = p.max_pool2d(run.x[None], **window) - p.avg_pool2d(run.x[None], **window)
        through = (gap[0] * gates * (1 - gates)).reshape(-1, 1)
        assert linkage.weights is not None
        return replace(linkage, weights=linkage.weights + through * run.weights["omega"].ravel())

    def count(self, run: Run) -> Formula:
        size = run.options.pool_size
        return Formula("Parameters", r"k \cdot k", rf"{size} \cdot {size}", size * size)


class Stochastic(Local):
    name, title = "stochastic", "Stochastic"
    controls = ("pool_size", "strides", "padding", "training", "seed")

    def compute(
        self, x: Floats, weights: Weights, options: Options
    ) -> tuple[Stage, dict[str, Any]]:
        chance: dict[str, Any] = {"rng": options.seed, "training": options.training}
        stage = p.stage_stochastic_pool2d(x, **chance, **options.window)[0]
        if not options.training:
            return stage, {}
        drawn = p.stochastic_pool2d_with_switches(x[None], rng=options.seed, **options.window)
        return stage, {"switches": drawn.switches}

    def make_between(self, x: Floats, options: Options) -> tuple[Node, ...]:
        """Each cell's probability in its window, where no cell lies in two of them."""
        if options.strides < options.pool_size:
            return ()
        windows = look_at_one(x, **options.window)
        shares = p.compute_probabilities(x[None], **options.window)
        probabilities = windows.send_back(shares)[0]
        scale = np.divide(probabilities, x, out=np.zeros_like(x), where=probabilities > 0)
        read = Read(INPUT, link_scaled(scale), "sum")
        return (Node("probabilities", "Probabilities", probabilities, (read,)),)

    def make_calls(self, weights: Weights, options: Options, extra: Mapping[str, Any]) -> Calls:
        drawn = {"drawn": extra["switches"].astype(np.float32)} if extra else {}
        return make_definition("stochastic_pool2d", drawn, **options.window)

    def find_gradient(self, run: Run, upstream: Floats) -> tuple[Floats, Weights]:
        switches, window = run.extra.get("switches"), run.options.window
        found = p.stochastic_pool2d_gradient(run.x[None], upstream, switches=switches, **window)
        return found, {}

    def find_slopes(self, run: Run) -> Linkage:
        """In inference (2a - mean) / Σ a for a cell above 0, as the probabilities change too."""
        if run.options.training:
            return super().find_slopes(run)
        windows = look_at_one(run.x, **run.options.window)
        cells = np.maximum(windows.cells, 0)
        sums = cells.sum(axis=0)
        slopes = np.divide(2 * cells - run.output, sums, out=np.zeros_like(cells), where=sums > 0)
        return link(windows, slopes * (cells > 0))

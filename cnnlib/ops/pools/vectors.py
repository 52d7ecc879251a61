"""NetVLAD and bilinear pooling, step by step, with four axes: row, column, and one for each side.

Their linkages factor by axis only if each step has an axis of its own for the channels and another
for the centres (or for the channels once more); places are axes of size 1 where they are summed up.
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops import pooling as p
from cnnlib.ops.formulas import explain_product
from cnnlib.ops.linkage import AxisTaps, Index, Linkage, Tap, link_all, link_one_to_one
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
    explain_length,
    link_scaled,
    make_definition,
    make_gradient_node,
)

CENTERS, TWIN = "centers", "twin"
FLOOR = 1e-6  # of a length that is divided by


class VectorPool(Pool):
    """One vector for the image; drawn as a grid (1, 1, side, other side)."""

    controls: ClassVar[tuple[str, ...]] = ()
    axis_names: ClassVar[tuple[str, ...]]

    def turn_back(self, run: Run, upstreams: Mapping[str, Floats]) -> Back:
        upstream = self.flatten(upstreams[UPSTREAM])
        slopes = self.find_slopes(run)  # (numbers of the vector, *x's shape)
        gradient = np.tensordot(upstream, slopes, axes=1).astype(np.float32)
        above = Node(
            UPSTREAM, "Upstream gradient", upstreams[UPSTREAM], rows=run.nodes[-1].rows,
            cols=run.nodes[-1].cols, axis_names=self.axis_names, editable=True,
        )  # fmt: skip
        read = Read(UPSTREAM, self._link_back(run.x.shape, upstreams[UPSTREAM].shape, slopes))
        shape = (*run.x.shape, 1)
        below = make_gradient_node(shape, gradient.reshape(shape), [read])
        below = replace(below, axis_names=self.axis_names)
        return Back((above, below), upstream, gradient)

    def _link_back(self, shape: Index, above: Index, slopes: Floats) -> Linkage:
        """Each cell reads the whole vector."""
        rows, columns, channels = shape
        places = slopes.reshape(len(slopes), -1)
        order = np.argsort(self.flatten(np.arange(len(slopes)).reshape(above)))
        axes = (read_first(rows), read_first(columns), link_all(above[2], channels),
                link_all(above[3], 1))  # fmt: skip
        return Linkage(above, axes, np.ascontiguousarray(places[order].T, np.float32))

    def find_slopes(self, run: Run) -> Floats:
        """The vector's derivatives by x: (numbers, *x's shape)."""
        count = run.output.size
        images = np.broadcast_to(run.x, (count, *run.x.shape))
        return self.find_gradients(images, np.eye(count, dtype=np.float32), run)

    @abstractmethod
    def find_gradients(self, images: Floats, upstreams: Floats, run: Run) -> Floats:
        """By each of the images."""

    def flatten(self, grid: NDArray[Any]) -> NDArray[Any]:
        """From the grid (1, 1, …, …) to the vector."""
        return grid.ravel()


def read_first(places: int) -> AxisTaps:
    """Every place of an axis reads the one place that the source has there."""
    return ((Tap(0),),) * places


class Bilinear(VectorPool):
    name, title = "bilinear", "Bilinear"
    axis_names = ("row", "column", "channel", "with channel")

    def run(self, x: Floats, weights: Weights, options: Options) -> Run:
        steps = p.bilinear_pool_steps(x[None])
        rows, columns, channels = x.shape
        flat = x.reshape(-1, channels)
        met = np.broadcast_to(flat.T, (channels, channels, rows * columns)).reshape(channels**2, -1)
        everywhere = (link_all(rows, 1), link_all(columns, 1))
        same, first = link_one_to_one(channels), read_first(channels)
        own = Linkage((rows, columns, channels, 1), (*everywhere, same, first), met)
        other = Linkage((rows, columns, 1, channels), (*everywhere, first, same))
        roots = steps.roots[0][None, None]
        scale = np.full_like(roots, 1 / max(float(np.linalg.norm(roots)), FLOOR))
        matrix: dict[str, Any] = {"rows": 2, "cols": 3, "axis_names": self.axis_names}
        nodes = (
            Node(TWIN, "The input once more", x[:, :, None, :], axis_names=self.axis_names),
            Node("products", "Products, summed", steps.products[0][None, None],
                 (Read(TWIN, other, "none"), Read(INPUT, own, "sum")), **matrix),
            Node("roots", "Signed roots", roots,
                 (Read("products", link_scaled(np.ones_like(roots)), "none", "± root"),), **matrix),
            Node(OUTPUT, "Output", steps.output.reshape(roots.shape),
                 (Read("roots", link_scaled(scale), "sum"),), **matrix),
        )  # fmt: skip
        calls = make_definition("bilinear_pool")
        return Run(x, weights, options, nodes, x, steps.output[0], calls)

    def find_gradients(self, images: Floats, upstreams: Floats, run: Run) -> Floats:
        return p.bilinear_pool_gradient(images, upstreams).x

    def explain(self, run: Run) -> Explanation:
        channels = run.x.shape[-1]
        length = explain_length([("C", channels)] * 2, r"C \cdot C", "Vector length")
        return Explanation((length,))


class NetVlad(VectorPool):
    """Soft assignment, residuals, and two norms."""

    name, title = "netvlad", "NetVLAD"
    controls = ("clusters", "sharpness")
    unit = True
    axis_names = ("row", "column", "channel", "centre")

    def make_weights(self, x: Floats, options: Options) -> Weights:
        """Each centre one number, the same in all channels; together they cut x's range evenly."""
        low, high = float(x.min()), float(x.max())
        cuts = (np.arange(options.clusters) + 1) / (options.clusters + 1)
        centers = np.round(low + (high - low) * cuts, 1 if high > 1 else 2).astype(np.float32)
        return {CENTERS: np.tile(centers, (1, 1, x.shape[-1], 1))}

    def run(self, x: Floats, weights: Weights, options: Options) -> Run:
        centers = weights[CENTERS][0, 0].T  # (K, D)
        steps = p.netvlad_steps(x[None], centers, alpha=options.sharpness)
        apart = x[:, :, :, None] - weights[CENTERS]  # (rows, columns, D, K)
        residuals, intra = (step[0].T[None, None] for step in (steps.residuals, steps.intra))
        lengths = np.maximum(np.linalg.norm(residuals, axis=2, keepdims=True), FLOOR)
        each = np.broadcast_to(1 / lengths, residuals.shape)
        together = np.full_like(intra, 1 / max(float(np.linalg.norm(intra)), FLOOR))
        nodes = (
            *self._assign(x, weights, steps.assignment[0], apart, options),
            self._sum_up(x, weights, residuals, apart),
            self._make("intra", "Each of length 1", intra,
                       Read("residuals", link_scaled(each.astype(np.float32)), "sum")),
            self._make(OUTPUT, "Output", steps.output[0].reshape(centers.shape).T[None, None],
                       Read("intra", link_scaled(together), "sum")),
        )  # fmt: skip
        calls = make_definition("netvlad", {CENTERS: centers}, alpha=options.sharpness)
        return Run(x, weights, options, nodes, x, steps.output[0], calls)

    def _make(self, id: str, label: str, values: Floats, *reads: Read) -> Node:
        return Node(id, label, np.ascontiguousarray(values), reads, rows=3, cols=2,
                    axis_names=self.axis_names)  # fmt: skip

    def _assign(
        self, x: Floats, weights: Weights, shares: Floats, apart: Floats, options: Options
    ) -> tuple[Node, ...]:
        """From the input to the distances to the shares of each centre."""
        (rows, columns, channels), clusters = x.shape, apart.shape[-1]
        here = (link_one_to_one(rows), link_one_to_one(columns))
        all_channels = link_all(channels, 1)
        by_place = Linkage((*x.shape, 1), (*here, all_channels, read_first(clusters)))
        by_center = Linkage(
            weights[CENTERS].shape,
            (read_first(rows), read_first(columns), all_channels, link_one_to_one(clusters)),
        )
        shape = (rows, columns, 1, clusters)
        over_centers = Linkage(shape, (*here, link_one_to_one(1), link_all(clusters, clusters)))
        distances = (apart**2).sum(axis=2, keepdims=True)
        return (
            Node("distances", "Squared distance", distances,
                 (Read(CENTERS, by_center, "none"),
                  Read(INPUT, by_place, "none", "distance² from the centre to ")),
                 axis_names=self.axis_names),
            Node("shares", "Soft assignment", shares[:, :, None, :],
                 (Read("distances", over_centers, "none",
                       f"softmax of −{options.sharpness:g} · "),), axis_names=self.axis_names),
        )  # fmt: skip

    def _sum_up(self, x: Floats, weights: Weights, residuals: Floats, apart: Floats) -> Node:
        """Σ share · (x - c) over all places."""
        rows, columns, channels = x.shape
        clusters = apart.shape[-1]
        everywhere = (link_all(rows, 1), link_all(columns, 1))
        met = apart.reshape(rows * columns, -1).T
        by_share = Linkage(
            (rows, columns, 1, clusters),
            (*everywhere, read_first(channels), link_one_to_one(clusters)),
            np.ascontiguousarray(met, np.float32),
        )
        by_place = Linkage(
            (*x.shape, 1), (*everywhere, link_one_to_one(channels), read_first(clusters))
        )
        by_center = Linkage(
            weights[CENTERS].shape,
            (link_one_to_one(1),) * 2 + (link_one_to_one(channels), link_one_to_one(clusters)),
        )
        return self._make(
            "residuals", "Residuals, summed", residuals,
            Read(CENTERS, by_center, "none"), Read(INPUT, by_place, "none"),
            Read("shares", by_share, "sum"),
        )  # fmt: skip

    def flatten(self, grid: NDArray[Any]) -> NDArray[Any]:
        return np.ravel(grid[0, 0].T)

    def find_gradients(self, images: Floats, upstreams: Floats, run: Run) -> Floats:
        centers = run.weights[CENTERS][0, 0].T
        return p.netvlad_gradient(images, upstreams, centers, alpha=run.options.sharpness)

    def explain(self, run: Run) -> Explanation:
        channels, clusters = run.weights[CENTERS].shape[2:]
        parts = [("K", clusters), ("D", channels)]
        length = explain_length(parts, r"K \cdot D", "Vector length")
        return Explanation((length,), explain_product("Parameters", parts))

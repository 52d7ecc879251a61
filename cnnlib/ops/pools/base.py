"""What every pooling tells about itself: what it gives, how, and where the gradient goes.

All arrays are of one image, without the batch axis, unless said otherwise.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from cnnlib.ops.formulas import Formula, explain_output_size
from cnnlib.ops.layer_calls import Calls, DefinitionCall, LayerCall
from cnnlib.ops.linkage import Index, Linkage, link_one_to_one
from cnnlib.ops.windows import Padding

Floats = NDArray[np.float32]
Weights = dict[str, Floats]
INPUT, OUTPUT, UPSTREAM, GRADIENT = "input", "output", "upstream", "gradient"
IMAGE_AXES = ("row", "column", "channel")


@dataclass(frozen=True)
class Options:
    """What the learner sets; a pooling reads those that its `controls` name.

    alpha: the share of the max. mode: of the pyramid. sharpness: of NetVLAD's assignment.
    training: whether stochastic pooling draws. seed: of the draw.
    """

    pool_size: int = 2
    strides: int = 2
    padding: Padding = "valid"
    alpha: float = 0.5
    mode: Literal["max", "avg"] = "max"
    levels: tuple[int, ...] = (1, 2, 4)
    clusters: int = 2
    sharpness: float = 0.1
    training: bool = True
    seed: int = 0

    @property
    def window(self) -> dict[str, Any]:
        """As the operators take it."""
        return {"pool_size": self.pool_size, "strides": self.strides, "padding": self.padding}

    @property
    def sliding(self) -> dict[str, Any]:
        return {"strides": self.strides, "padding": self.padding}


@dataclass(frozen=True)
class Read:
    """That a node is made of another; `reading` and `function` as the linked grids draw it."""

    source: str
    linkage: Linkage
    reading: Literal["sum", "pick", "none"] = "pick"
    function: str = ""


@dataclass(frozen=True)
class Node:
    """A grid on the way: rows and cols are the axes to draw, the others are sheets."""

    id: str
    label: str
    values: Floats
    reads: tuple[Read, ...] = ()
    rows: int = 0
    cols: int = 1
    axis_names: tuple[str, ...] = IMAGE_AXES
    editable: bool = False


@dataclass(frozen=True)
class Run:
    """Forward.

    x: what the learner sees as the input. given: what the calls take; output: what they give back.
    nodes: after the input, in order; the last one that reads is what «play» walks over.
    """

    x: Floats
    weights: Weights
    options: Options
    nodes: tuple[Node, ...]
    given: Floats
    output: Floats
    calls: Calls
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Back:
    """The way of the gradient.

    nodes: the upstream gradient first, the gradient by the input last. upstream, gradient: by the
    calls' output and by what they are given, for the check. by_weights: name -> the gradient by it.
    """

    nodes: tuple[Node, ...]
    upstream: Floats
    gradient: Floats
    by_weights: Weights = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """The numbers of a setting. params: None where nothing is learnt."""

    sizes: tuple[Formula, ...]
    params: Formula | None = None


class Pool(ABC):
    """A kind of pooling.

    controls: the fields of `Options` that it reads. unit: whether a picture comes as 0..1.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    controls: ClassVar[tuple[str, ...]] = ("pool_size", "strides", "padding")
    max_channels: ClassVar[int] = 3
    unit: ClassVar[bool] = False

    def make_weights(self, x: Floats, options: Options) -> Weights:
        """What a network would learn, to begin with; a learner may edit it."""
        return {}

    @abstractmethod
    def run(self, x: Floats, weights: Weights, options: Options) -> Run:
        """Forward, with everything on the way.

        Raises:
            OperatorError: the setting breaks a rule.
        """

    def make_upstreams(self, run: Run) -> dict[str, Floats]:
        """Ones of the output's shape, by the names of the grids that a learner may edit."""
        return {UPSTREAM: np.ones_like(run.nodes[-1].values)}

    @abstractmethod
    def turn_back(self, run: Run, upstreams: Mapping[str, Floats]) -> Back:
        """The gradient by the input from the gradient by the output."""

    @abstractmethod
    def explain(self, run: Run) -> Explanation:
        """Where this setting's numbers come from."""


def explain_sizes(options: Options, input_shape: Index) -> tuple[Formula, ...]:
    """Output height and width, of windows."""
    return tuple(
        explain_output_size(
            f"Output {name}", size, options.pool_size, options.strides, options.padding
        )
        for name, size in zip(("height", "width"), input_shape, strict=False)
    )


def explain_length(parts: Sequence[tuple[str, int]], symbols: str, name: str) -> Formula:
    """The length of a vector: a product, or whatever `symbols` say of these numbers."""
    numbers = r" \cdot ".join(str(number) for _, number in parts)
    return Formula(name, symbols, numbers, prod(number for _, number in parts))


def make_layer(name: str, options: Options) -> list[LayerCall]:
    """A pooling layer of Keras, without what is its default."""
    arguments: dict[str, Any] = {"pool_size": options.pool_size}
    if options.strides != options.pool_size:
        arguments["strides"] = options.strides
    if options.padding != "valid":
        arguments["padding"] = options.padding
    return [LayerCall(name, arguments)]


def make_definition(
    name: str, arrays: Mapping[str, Floats] | None = None, **arguments: Any
) -> list[DefinitionCall]:
    return [DefinitionCall(name, arguments, dict(arrays or {}))]


def link_same(shape: Index) -> Linkage:
    """From each cell to the cell of the same place."""
    return Linkage(shape, tuple(link_one_to_one(size) for size in shape))


def link_scaled(weights: Floats) -> Linkage:
    """As `link_same`, each cell times its weight; `weights` has the shape of both."""
    return replace(link_same(weights.shape), weights=weights.reshape(-1, 1))


def make_way_back(
    shape: Index, upstream: Floats, gradient: Floats, reads: Sequence[Read]
) -> tuple[Node, ...]:
    """The upstream gradient, and the gradient by the input beneath the cell that it belongs to."""
    return (
        Node(UPSTREAM, "Upstream gradient", upstream, editable=True),
        make_gradient_node(shape, gradient, reads),
    )


def make_gradient_node(shape: Index, gradient: Floats, reads: Sequence[Read]) -> Node:
    # Only to mark the cell that it belongs to: the function keeps it from being told as a reading.
    beside = Read(INPUT, link_same(shape), "none", "gradient by ")
    return Node(GRADIENT, "Gradient by the input", gradient, (*reads, beside))

"""What one network has to show beside others: a line of numbers, each computed or published."""

import re
from dataclasses import dataclass

from cnnlib.arch import zoo
from cnnlib.arch.analysis import Summary, analyze
from cnnlib.arch.costs import estimate_memory
from cnnlib.arch.layers import Conv2D, Dense, DepthwiseConv2D, SeparableConv2D
from cnnlib.arch.spec import INPUT, Spec

WEIGHT_LAYERS = (Conv2D, DepthwiseConv2D, SeparableConv2D, Dense)


@dataclass(frozen=True)
class Facts:
    """One network among others.

    Attributes:
        depth: convolution and dense layers on the longest way from image to output, as authors
            count them: 18 for ResNet18, whose three shortcut convolutions lie on a shorter way.
        activations: bytes that all layers' outputs and the image take, for one image.
        year, top5_error: as the zoo says; None for others.
    """

    name: str
    title: str
    summary: Summary
    depth: int
    activations: int
    year: int | None = None
    top5_error: float | None = None


@dataclass(frozen=True)
class Winner:
    """A family's entry to ILSVRC: its top-5 error in percent."""

    name: str
    year: int
    error: float


def gather_facts(spec: Spec) -> Facts:
    """Count a network, and look up what is published of one of the zoo's name.

    Raises:
        LayerError: a layer does not fit what comes before it.
    """
    entry = zoo.describe(spec.name) if is_classic(spec) else None
    return Facts(
        name=spec.name,
        title=spec.title,
        summary=analyze(spec),
        depth=count_depth(spec),
        activations=estimate_memory(spec, batch_size=1).activations,
        year=entry.year if entry else None,
        top5_error=entry.top5_error if entry else None,
    )


def is_classic(spec: Spec) -> bool:
    """Whether it is the zoo's network of that name, for whatever images and classes."""
    if spec.name not in zoo.names():
        return False
    last = spec.layers[-1]
    classes = last.units if isinstance(last, Dense) else 0
    if classes < 2:
        return False
    return spec == zoo.get(spec.name, input_shape=spec.input_shape, classes=classes)


def count_depth(spec: Spec) -> int:
    """Convolution and dense layers on the way from image to output that has most of them."""
    depths = {INPUT: 0}
    for layer, sources in zip(spec.layers, spec.sources, strict=True):
        counted = isinstance(layer, WEIGHT_LAYERS)
        depths[layer.name] = max(depths[source] for source in sources) + counted
    return depths[spec.layers[-1].name]


def list_winners() -> list[Winner]:
    """The notes' families that entered ILSVRC, oldest first."""
    entries = [zoo.describe(name) for name in zoo.names("notes")]
    winners = [
        Winner(re.sub(r"[-\d]+$", "", entry.title), entry.year, entry.top5_error)
        for entry in entries
        if entry.year is not None and entry.top5_error is not None
    ]
    return sorted(winners, key=lambda winner: (winner.year, -winner.error))

"""Ways out: edits after which a network that does not fit goes further, or can be trained.

Candidates are made from the kind of the trouble; only those are offered that `analysis` says help.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial, reduce
from math import gcd
from typing import Any

from cnnlib.arch.analysis import LayerError, analyze_until_error
from cnnlib.arch.branch_edits import (
    add_branch,
    find_fork,
    list_paths,
    remove_branch,
    remove_layer,
)
from cnnlib.arch.edits import change, find_layer, find_sources, insert, list_items, move, remove
from cnnlib.arch.layers import (
    Activation,
    Add,
    AveragePooling2D,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    Layer,
    MaxPooling2D,
    SeparableConv2D,
)
from cnnlib.arch.pieces import EMPTY_CLASSES, bring_to_shape, head
from cnnlib.arch.rules import Shape, get_window
from cnnlib.arch.spec import INPUT, Spec
from cnnlib.errors import SpecError

Candidate = tuple[str, Callable[[], Spec]]
Windowed = Conv2D | DepthwiseConv2D | SeparableConv2D | MaxPooling2D | AveragePooling2D


@dataclass(frozen=True)
class Mend:
    """A way out: what it does, in a few words, and the network after it."""

    title: str
    spec: Spec


def find_mends(spec: Spec) -> list[Mend]:
    """Ways past the first layer that does not fit; none if all fit."""
    summary, error = analyze_until_error(spec)
    if error is None:
        return []
    mends = _build(_propose(spec, error))
    return [mend for mend in mends if _helps(mend.spec, len(summary.layers), error)]


def find_endings(spec: Spec) -> list[Mend]:
    """Ways to an output that gives probabilities, for a network whose layers all fit.

    None where it ends in them already.
    """
    _, error = analyze_until_error(spec)
    if error is not None or _is_classifier(spec):
        return []
    return [mend for mend in _build(_propose_endings(spec)) if _is_classifier(mend.spec)]


def project_shortcut(spec: Spec, merge: str) -> Spec:
    """Give the shortest path to an Add the 1×1 convolution by which it fits the longest.

    Option B of He et al., «Deep Residual Learning», 2015. A projection that stands there already
    is replaced.

    Raises:
        SpecError: no strides lead from one shape to the other, or the shapes are not known.
    """
    paths = list_paths(spec, merge)
    short, main = _find_shortcut(paths)
    shapes = _list_shapes(spec)
    given, wanted = shapes.get(find_fork(spec, merge)), shapes.get(paths[main][-1].name)
    parts = bring_to_shape(given, wanted) if given and wanted else None
    if parts is None:
        raise SpecError("No 1×1 convolution leads from the shortcut's shape to the other's.")
    return remove_branch(add_branch(spec, merge, parts), merge, short)


def _find_shortcut(paths: Sequence[tuple[Layer, ...]]) -> tuple[int, int]:
    """Which path is the shortest, and which the longest; two different ones."""
    order = sorted(range(len(paths)), key=lambda number: len(paths[number]))
    return order[0], order[-1]


def _build(candidates: Iterable[Candidate]) -> Iterator[Mend]:
    """Those that break no rule."""
    for title, make in candidates:
        with suppress(SpecError):
            yield Mend(title, make())


def _helps(spec: Spec, fitted: int, error: LayerError) -> bool:
    """Whether the layer that did not fit is gone or fits, and as many as before fit before it."""
    summary, left = analyze_until_error(spec)
    return left is None or (left.layer != error.layer and len(summary.layers) >= fitted)


def _propose(spec: Spec, error: LayerError) -> Iterator[Candidate]:
    layer, shapes = find_layer(spec, error.layer), _list_shapes(spec)
    given = [shapes[source] for source in find_sources(spec, layer.name)]
    if isinstance(layer, Add):
        yield "Project the shortcut", partial(project_shortcut, spec, layer.name)
        yield from _widen_main_path(spec, layer, shapes)
    elif isinstance(layer, Concatenate):
        yield from _level_paths(spec, layer)
    else:
        if isinstance(layer, Windowed) and len(given[0]) == 3:
            yield from _fit_window(spec, layer, given[0])
        if len(given[0]) != 3:
            yield from _put_before_flatten(spec, layer, shapes)
        yield f"Remove {layer.name}", partial(remove_layer, spec, layer.name)


def _fit_window(spec: Spec, layer: Windowed, given: Shape) -> Iterator[Candidate]:
    window, _ = get_window(layer)
    if layer.padding == "valid" and (window[0] > given[0] or window[1] > given[1]):
        yield "Take padding same", partial(change, spec, layer.name, padding="same")
        size = (min(window[0], given[0]), min(window[1], given[1]))
        pools = isinstance(layer, MaxPooling2D | AveragePooling2D)
        arguments = {"pool_size": size} if pools else {"kernel_size": size, "dilation_rate": 1}
        title = f"Take a window of {size[0]} × {size[1]}"
        yield title, partial(change, spec, layer.name, **arguments)
    if isinstance(layer, Conv2D) and given[2] % layer.groups:
        groups = gcd(layer.groups, given[2])
        yield f"Take groups {groups}", partial(change, spec, layer.name, groups=groups)


def _put_before_flatten(
    spec: Spec, layer: Layer, shapes: Mapping[str, Shape]
) -> Iterator[Candidate]:
    """For a layer that wants maps, behind one that has made a single row of numbers of them."""
    items = list_items(spec)
    at = next(n for n, item in enumerate(items) if layer.name in {x.name for x in item.layers})
    for place, item in enumerate(items[:at]):
        if len(shapes[item.exit]) == 1:
            yield f"Move {layer.name} before {item.exit}", partial(move, spec, at, place)
            yield f"Remove {item.exit}", partial(remove, spec, place)
            return


def _widen_main_path(spec: Spec, layer: Add, shapes: Mapping[str, Shape]) -> Iterator[Candidate]:
    """The longest path's last convolution with as many filters as the shortest path's output."""
    short, main = _find_shortcut(list_paths(spec, layer.name))
    channels = shapes[find_sources(spec, layer.name)[short]][-1]
    for each in reversed(list_paths(spec, layer.name)[main]):
        if isinstance(each, Conv2D):
            title = f"Take {channels} filters in {each.name}"
            yield title, partial(change, spec, each.name, filters=channels)
            return


def _level_paths(spec: Spec, layer: Concatenate) -> Iterator[Candidate]:
    inner = [each for path in list_paths(spec, layer.name) for each in path]
    names = [each.name for each in inner if isinstance(each, Windowed)]
    yield "Take padding same in all paths", partial(_change_all, spec, names, padding="same")
    both = {"padding": "same", "strides": 1}
    yield "Take padding same and strides 1 in all paths", partial(_change_all, spec, names, **both)


def _change_all(spec: Spec, names: Iterable[str], **arguments: Any) -> Spec:
    return reduce(lambda spec, name: change(spec, name, **arguments), names, spec)


def _list_shapes(spec: Spec) -> dict[str, Shape]:
    """Of the image and of all layers before the first that does not fit."""
    summary, _ = analyze_until_error(spec)
    return {INPUT: spec.input_shape} | {row.name: row.output_shape for row in summary.layers}


def _is_classifier(spec: Spec) -> bool:
    summary, error = analyze_until_error(spec)
    last = spec.layers[-1]
    softmax = isinstance(last, Dense | Activation) and last.activation == "softmax"
    shape = summary.layers[-1].output_shape if error is None else ()
    return softmax and len(shape) == 1 and shape[0] > 1


def _propose_endings(spec: Spec) -> Iterator[Candidate]:
    shapes, items = _list_shapes(spec), list_items(spec)
    last, classes, end = spec.layers[-1], EMPTY_CLASSES, len(items)
    if isinstance(last, Dense) and last.units > 1:
        classes = last.units
        yield (
            "Take softmax in the last layer",
            partial(change, spec, last.name, activation="softmax"),
        )
    for place, item in enumerate(items):
        if isinstance(item.layers[0], Dense) and len(shapes[item.exit]) == 3:
            yield f"Flatten before {item.exit}", partial(insert, spec, place, (Flatten(),))
            break
    if len(shapes[last.name]) == 3:
        flat = partial(insert, spec, end, head(classes, pooling=False))
        yield "Add Flatten and Dense with softmax", flat
        mean = partial(insert, spec, end, head(classes))
        yield "Add global average pooling and Dense with softmax", mean
    else:
        dense = head(classes)[1:]
        yield "Add Dense with softmax", partial(insert, spec, end, dense)

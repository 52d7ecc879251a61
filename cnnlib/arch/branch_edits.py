"""Editing inside a block: layers in a path, and whole branches.

As in `edits`, each function takes a `Spec` and gives another one, or raises `SpecError`.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, reduce

from cnnlib.arch.edits import find_layer, make_layers, tell_inputs, with_layers
from cnnlib.arch.layers import Layer
from cnnlib.arch.spec import INPUT, Part, Spec
from cnnlib.errors import SpecError


def insert_after(spec: Spec, name: str, parts: Sequence[Part]) -> Spec:
    """Put parts behind a layer, in its block: all that took its output takes theirs."""
    block = find_layer(spec, name).block
    new = _in_block(make_layers(spec, parts, entry=name), block)
    layers: list[Layer] = []
    for layer in tell_inputs(spec):
        layers.append(_swap_source(layer, name, new[-1].name))
        if layer.name == name:
            layers += new
    return with_layers(spec, layers)


def insert_before(spec: Spec, name: str, parts: Sequence[Part], *, path: int = 0) -> Spec:
    """Put parts before a layer, in its block.

    Args:
        path: where several meet in the layer, at the end of which of them.
    """
    layers: list[Layer] = []
    block = find_layer(spec, name).block
    for layer in tell_inputs(spec):
        if layer.name == name:
            _require_path(layer, path)
            new = _in_block(make_layers(spec, parts, entry=layer.inputs[path]), block)
            layers += new
            inputs = (*layer.inputs[:path], new[-1].name, *layer.inputs[path + 1 :])
            layer = replace(layer, inputs=inputs)
        layers.append(layer)
    return with_layers(spec, layers)


def remove_layer(spec: Spec, name: str) -> Spec:
    """What took the layer's output takes its input.

    Raises:
        SpecError: paths meet in it; these are removed one by one.
    """
    gone = next(layer for layer in tell_inputs(spec) if layer.name == find_layer(spec, name).name)
    if gone.merges:
        raise SpecError(
            f"{name} is where paths meet, it cannot be removed alone. Remove paths until one is "
            f"left, or the whole block."
        )
    return with_layers(
        spec,
        (_swap_source(layer, name, gone.inputs[0])
         for layer in tell_inputs(spec) if layer.name != name),
    )  # fmt: skip


def add_branch(spec: Spec, merge: str, parts: Sequence[Part] = ()) -> Spec:
    """One more path to a layer where paths meet, from the point where these part.

    Args:
        parts: the path; none hands on what it is given.
    """
    fork = find_fork(spec, merge)
    layers: list[Layer] = []
    for layer in tell_inputs(spec):
        if layer.name == merge:
            new = _in_block(make_layers(spec, parts, entry=fork), layer.block) if parts else ()
            layers += new
            layer = replace(layer, inputs=(*layer.inputs, new[-1].name if new else fork))
        layers.append(layer)
    return with_layers(spec, layers)


def remove_branch(spec: Spec, merge: str, path: int) -> Spec:
    """Remove a path to a layer where paths meet. With one path left, there is nothing to meet."""
    layers = tell_inputs(spec)
    where = next(layer for layer in layers if layer.name == find_layer(spec, merge).name)
    _require_merge(where)
    _require_path(where, path)
    left = (*where.inputs[:path], *where.inputs[path + 1 :])
    if len(left) > 1:
        output = layers[-1].name
        layers = [replace(each, inputs=left) if each is where else each for each in layers]
    else:
        output = left[0] if layers[-1] is where else layers[-1].name
        layers = [_swap_source(each, merge, left[0]) for each in layers if each is not where]
    return with_layers(spec, _without_unused(layers, output))


def find_fork(spec: Spec, merge: str) -> str:
    """The last point that all paths to `merge` pass: a layer, or `INPUT`."""
    _require_merge(find_layer(spec, merge))
    return _find_dominators(spec)[merge]


def list_paths(spec: Spec, merge: str) -> tuple[tuple[Layer, ...], ...]:
    """For each input of `merge` the layers between the fork and it; none for a plain shortcut."""
    fork = find_fork(spec, merge)
    sources = {layer.name: names for layer, names in zip(spec.layers, spec.sources, strict=True)}
    paths = []
    for end in sources[merge]:
        seen, waiting = {fork}, [end]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += sources[name]
        seen.discard(fork)
        paths.append(tuple(layer for layer in spec.layers if layer.name in seen))
    return tuple(paths)


@lru_cache(maxsize=64)
def _find_dominators(spec: Spec) -> dict[str, str]:
    """For each layer the last point before it that every way from the image to it passes.

    Cooper, Harvey and Kennedy, «A Simple, Fast Dominance Algorithm», 2001; here without circles.
    """
    place = {INPUT: -1} | {layer.name: number for number, layer in enumerate(spec.layers)}
    above: dict[str, str] = {}

    def join(one: str, other: str) -> str:
        while one != other:
            if place[one] > place[other]:
                one = above[one]
            else:
                other = above[other]
        return one

    for layer, sources in zip(spec.layers, spec.sources, strict=True):
        above[layer.name] = reduce(join, sources)
    return above


def _swap_source(layer: Layer, old: str, new: str) -> Layer:
    if old not in layer.inputs:
        return layer
    return replace(layer, inputs=tuple(new if name == old else name for name in layer.inputs))


def _in_block(layers: Sequence[Layer], block: str) -> tuple[Layer, ...]:
    return tuple(layer if layer.block else replace(layer, block=block) for layer in layers)


def _without_unused(layers: Sequence[Layer], output: str) -> list[Layer]:
    """The layers on which `output` depends."""
    needed, kept = {output}, list[Layer]()
    for layer in reversed(layers):
        if layer.name in needed:
            needed.update(layer.inputs)
            kept.append(layer)
    return kept[::-1]


def _require_merge(layer: Layer) -> None:
    if not layer.merges:
        raise SpecError(f"{layer.name} joins no paths: only Add and Concatenate do.")


def _require_path(layer: Layer, path: int) -> None:
    if not 0 <= path < len(layer.inputs):
        raise SpecError(f"path must be from 0 to {len(layer.inputs) - 1}. Received: {path}.")

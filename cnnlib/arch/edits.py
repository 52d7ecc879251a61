"""Editing a network as a row of items: insert, move, copy, remove, change, rename.

An item is one layer, or consecutive ones that have one way in and one way out: a whole block, with
all its paths. So the row can be cut and joined between any two items, and what was joined to the
item before is joined to whatever comes to stand there. Names stay; what is new gets fresh ones.

All functions take a `Spec` and give another one, or raise `SpecError`. Whether the layers fit each
other's shapes is not asked here: see `analysis.analyze_until_error`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import accumulate
from typing import Any

from cnnlib.arch.layers import AveragePooling2D, Layer, MaxPooling2D
from cnnlib.arch.spec import INPUT, Part, Spec, check_texts, shorten
from cnnlib.errors import SpecError

_NUMBER = re.compile(r"_[0-9]{1,9}$")
_LONGEST_STEM = 54  # leaves room for a number
_FIXED = ("name", "inputs", "block")  # what `change` leaves alone


@dataclass(frozen=True)
class Item:
    """Layers with one way in and one way out.

    Attributes:
        layers: with their inputs told in full; `INPUT` stands for the item before this one.
    """

    layers: tuple[Layer, ...]

    @property
    def is_block(self) -> bool:
        return len(self.layers) > 1 or bool(self.layers[0].block)

    @property
    def block(self) -> str:
        """The outermost block's name; empty where nobody has given one."""
        labels = [layer.block for layer in self.layers]
        widths = {label: len(labels) - labels[::-1].index(label) - labels.index(label)
                  for label in labels if label}  # fmt: skip
        return max(widths, key=widths.__getitem__, default="")

    @property
    def exit(self) -> str:
        """The layer whose output is the item's."""
        return self.layers[-1].name

    @property
    def is_chain(self) -> bool:
        """Whether its layers stand one after another, without branches."""
        before = (INPUT, *(layer.name for layer in self.layers))
        return all(layer.inputs == (previous,)
                   for layer, previous in zip(self.layers, before, strict=False))  # fmt: skip


@lru_cache(maxsize=256)
def list_items(spec: Spec) -> tuple[Item, ...]:
    """The row, from the image on. Joined again, the items are the network."""
    layers = tell_inputs(spec)
    items: list[Item] = []
    start, entry = 0, INPUT
    for end in _find_cuts(layers):
        items.append(Item(tuple(_relink(layer, {entry: INPUT}) for layer in layers[start:end])))
        start, entry = end, layers[end - 1].name
    return tuple(items)


def insert(spec: Spec, place: int, parts: Sequence[Part]) -> Spec:
    """Put new parts before the item at `place`; at the row's length, after the last one."""
    items = list_items(spec)
    _require_place(place, len(items) + 1)
    new = Item(make_layers(spec, parts))
    return _join(spec, (*items[:place], new, *items[place:]))


def move(spec: Spec, place: int, to: int) -> Spec:
    """Take the item at `place` out of the row and put it back so that it stands at `to`."""
    items = list(list_items(spec))
    _require_place(place, len(items))
    _require_place(to, len(items))
    items.insert(to, items.pop(place))
    return _join(spec, items)


def copy(spec: Spec, place: int) -> Spec:
    """Put a copy of the item at `place` behind it, with fresh names."""
    items = list_items(spec)
    _require_place(place, len(items))
    twin = Item(name_afresh(items[place].layers, list_names(spec)))
    return _join(spec, (*items[: place + 1], twin, *items[place + 1 :]))


def remove(spec: Spec, place: int) -> Spec:
    """Raises SpecError where it is the only item: a network has at least one layer."""
    items = list_items(spec)
    _require_place(place, len(items))
    return _join(spec, (*items[:place], *items[place + 1 :]))


def take_apart(spec: Spec, place: int) -> Spec:
    """Forget the blocks of the item at `place`; layers without branches become items."""
    items = list(list_items(spec))
    _require_place(place, len(items))
    items[place] = Item(tuple(replace(layer, block="") for layer in items[place].layers))
    return _join(spec, items)


def change(spec: Spec, name: str, /, **arguments: Any) -> Spec:
    """Give a layer other arguments. A pooling that steps by its window goes on to do so.

    Raises:
        SpecError: there is no such layer or argument, or a value breaks its rule.
    """
    layer = find_layer(spec, name)
    known = {field.name for field in fields(layer)} - {*_FIXED}
    unknown = [argument for argument in arguments if argument not in known]
    if unknown:
        raise SpecError(f"{layer.kind} has no {', '.join(unknown)} to change.")
    if isinstance(layer, MaxPooling2D | AveragePooling2D) and layer.strides == layer.pool_size:
        arguments = {"strides": None, **arguments}
    changed = replace(layer, **arguments)
    return with_layers(spec, [changed if each is layer else each for each in spec.layers])


def rename(spec: Spec, old: str, new: str) -> Spec:
    """Give a layer, or a block, another name.

    Raises:
        SpecError: nothing has the name `old`, the new one is taken, or breaks its rule.
    """
    if not new:
        raise SpecError("name must not be empty. Say what it shall be called.")
    if new != old and (new in list_names(spec) or new == INPUT):
        raise SpecError(f"name must be unique in a network. Received: {shorten(new)}, twice.")
    blocks = {layer.block for layer in spec.layers if layer.block}
    if old not in blocks:
        find_layer(spec, old)
    renamed = with_layers(spec, (_rename(layer, {old: new}) for layer in tell_inputs(spec)))
    return check_texts(renamed)


def reshape_input(spec: Spec, input_shape: tuple[int, int, int]) -> Spec:
    """The same layers for images of another (height, width, channels)."""
    return Spec(spec.name, spec.title, input_shape, spec.layers)


# -- what these are made of ------------------------------------------------------------------------


def tell_inputs(spec: Spec) -> list[Layer]:
    """The layers, each with its inputs told in full."""
    return [replace(layer, inputs=sources)
            for layer, sources in zip(spec.layers, spec.sources, strict=True)]  # fmt: skip


def with_layers(spec: Spec, layers: Iterable[Layer]) -> Spec:
    return Spec(spec.name, spec.title, spec.input_shape, layers)


def find_layer(spec: Spec, name: str) -> Layer:
    """Raises SpecError if there is none."""
    for layer in spec.layers:
        if layer.name == name:
            return layer
    raise SpecError(f"The network has no layer {name!r}.")


def find_sources(spec: Spec, name: str) -> tuple[str, ...]:
    """From which layers, or `INPUT`, a layer takes its input. Raises SpecError if there is none."""
    at = spec.layers.index(find_layer(spec, name))
    return spec.sources[at]


def list_names(spec: Spec) -> set[str]:
    """All that layers and blocks are called."""
    return {name for layer in spec.layers for name in (layer.name, layer.block) if name}


def make_layers(spec: Spec, parts: Sequence[Part], *, entry: str = INPUT) -> tuple[Layer, ...]:
    """New parts as layers that begin at `entry`, under names that `spec` does not have yet."""
    layers = tell_inputs(Spec("new", "New", spec.input_shape, parts))
    fresh = name_afresh(layers, list_names(spec))
    return tuple(_relink(layer, {INPUT: entry}) for layer in fresh)


def name_afresh(layers: Iterable[Layer], taken: Iterable[str]) -> tuple[Layer, ...]:
    """Layers and blocks under the first free numbers: conv2d_3 where there are two."""
    layers, taken, names = tuple(layers), set(taken), dict[str, str]()
    for layer in layers:
        for old in (layer.name, layer.block):
            if old and old not in names:
                names[old] = _find_free(old, taken)
                taken.add(names[old])
    return tuple(_rename(layer, names) for layer in layers)


def _find_free(name: str, taken: set[str]) -> str:
    stem = _NUMBER.sub("", name)[:_LONGEST_STEM]
    number = 1
    while f"{stem}_{number}" in taken:
        number += 1
    return f"{stem}_{number}"


def _rename(layer: Layer, names: Mapping[str, str]) -> Layer:
    block = names.get(layer.block, layer.block)
    return _relink(replace(layer, name=names.get(layer.name, layer.name), block=block), names)


def _relink(layer: Layer, names: Mapping[str, str]) -> Layer:
    inputs = tuple(names.get(source, source) for source in layer.inputs)
    return layer if inputs == layer.inputs else replace(layer, inputs=inputs)


def _join(spec: Spec, items: Iterable[Item]) -> Spec:
    layers: list[Layer] = []
    entry = INPUT
    for item in items:
        layers += [_relink(layer, {INPUT: entry}) for layer in item.layers]
        entry = item.exit
    return with_layers(spec, layers)


def _find_cuts(layers: Sequence[Layer]) -> list[int]:
    """After how many layers the row may be cut.

    There what follows takes its input from the last one before the cut alone, and no block
    stretches over it.
    """
    place = {INPUT: -1} | {layer.name: number for number, layer in enumerate(layers)}
    ends = {layer.block: number for number, layer in enumerate(layers) if layer.block}
    reach = list(accumulate((ends.get(layer.block, -1) for layer in layers), max))
    earliest = [min(place[source] for source in layer.inputs) for layer in layers]
    needed = list(accumulate(reversed([*earliest[1:], len(layers)]), min))[::-1]
    return [
        number + 1
        for number in range(len(layers))
        if needed[number] >= number and reach[number] <= number
    ]


def _require_place(place: int, count: int) -> None:
    if not 0 <= place < count:
        raise SpecError(f"place must be from 0 to {count - 1}. Received: {place}.")

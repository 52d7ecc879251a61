"""A network's declaration: frozen, JSON-ready data, and no Keras.

`Spec` is a graph of layers, each after those that it takes its input from. It is written down as
parts: layers one after another, `Branches` side by side, and `Block`s that bear a name. Everything
else reads it: `analysis` counts, `codegen` writes Keras' source, `zoo` declares the classic
networks, and `cnnlib.backend.model_builder` makes the `keras.Model`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Union

from cnnlib.arch.arguments import to_pair
from cnnlib.arch.layer_data import layer_from_dict, layer_to_dict
from cnnlib.arch.layers import Layer
from cnnlib.errors import SpecError

MAX_LAYERS = 256  # of a declaration that comes from outside
MAX_TITLE = 80
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_LAYER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")

INPUT = "image"  # what the network's own input is called where a layer names its inputs


@dataclass(frozen=True)
class Branches:
    """Paths that begin at one point and meet in `merge`; one without layers hands its input on."""

    paths: tuple[tuple["Part", ...], ...]
    merge: Layer


@dataclass(frozen=True)
class Block:
    """Parts that belong together. The first of the kind «residual» is called residual_1."""

    kind: str
    parts: tuple["Part", ...]


Part = Union[Layer, Branches, Block]  # noqa: UP007 (quoted names cannot be joined by |)


@dataclass(frozen=True)
class Spec:
    """A network: `input_shape` is (height, width, channels); its output is the last layer's.

    `layers` may be given as parts. Held are layers alone, in an order in which each can be
    computed, with their names; one that names no inputs takes the output of the one before it.
    """

    name: str
    title: str
    input_shape: tuple[int, int, int]
    layers: tuple[Layer, ...]

    def __init__(
        self, name: str, title: str, input_shape: tuple[int, int, int], layers: Iterable[Part]
    ) -> None:
        """
        Raises:
            SpecError: a size is not allowed, a name is given twice, or the layers do not form a
                network with one output.
        """
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "input_shape", _read_input_shape(input_shape))
        object.__setattr__(self, "layers", _Layout(tuple(layers)).layers)
        _check_graph(self)

    @property
    def sources(self) -> tuple[tuple[str, ...], ...]:
        """For each layer the names of those whose outputs it takes; `INPUT` is the image."""
        before = (INPUT, *(layer.name for layer in self.layers))
        return tuple(
            layer.inputs or (previous,)
            for layer, previous in zip(self.layers, before, strict=False)
        )

    @property
    def is_chain(self) -> bool:
        """Whether each layer takes just the output of the one before it."""
        return not any(layer.inputs for layer in self.layers)

    def to_dict(self) -> dict[str, Any]:
        """The declaration as plain data: what `from_dict` reads and JSON can hold."""
        return {
            "name": self.name,
            "title": self.title,
            "input_shape": list(self.input_shape),
            "layers": [layer_to_dict(layer) for layer in self.layers],
        }

    @classmethod
    def from_dict(cls, data: Any) -> "Spec":
        """Read what `to_dict` wrote, or what someone says it did.

        Raises:
            SpecError: it is no declaration, too long, or says something that is not allowed.
        """
        if not isinstance(data, Mapping):
            raise SpecError(f"spec must be a network declaration. Received: {shorten(data)}.")
        unknown = sorted(map(str, set(data) - {"name", "title", "input_shape", "layers"}))
        if unknown:
            raise SpecError(f"A network has no {shorten(', '.join(unknown))}. Remove it.")
        layers = data.get("layers")
        if not isinstance(layers, list | tuple):
            raise SpecError(f"layers must be a list. Received: {shorten(layers)}.")
        require_few_layers(len(layers))
        for argument in ("name", "title"):
            if not isinstance(data.get(argument), str):
                received = shorten(data.get(argument))
                raise SpecError(f"{argument} must be a text. Received: {received}.")
        read = tuple(layer_from_dict(item) for item in layers)
        return check_texts(cls(data["name"], data["title"], data.get("input_shape", ()), read))


def require_few_layers(count: int) -> None:
    """
    Raises:
        SpecError: more than a declaration may have.
    """
    if count > MAX_LAYERS:
        raise SpecError(f"layers must be at most {MAX_LAYERS}. Received: {count:,} layers.")


def check_texts(spec: Spec) -> Spec:
    """`spec` itself, if its names and title are plain: they become parts of ids, files and pages.

    Raises:
        SpecError: one of them is not.
    """
    if not NAME.fullmatch(spec.name):
        raise SpecError(
            f"name must be 1 to 32 small letters, digits, - or _, and begin with a letter or "
            f"digit. Received: {shorten(spec.name)}."
        )
    if not 1 <= len(spec.title) <= MAX_TITLE or not spec.title.isprintable():
        raise SpecError(
            f"title must be one line of 1 to {MAX_TITLE} characters. "
            f"Received: {shorten(spec.title)}."
        )
    for layer in spec.layers:
        for what, text in (("layer", layer.name), ("block", layer.block)):
            if not _LAYER_NAME.fullmatch(text) and (what, text) != ("block", ""):
                raise SpecError(
                    f"A {what}'s name must be up to 64 letters, digits, - or _, and begin with a "
                    f"letter. Received: {shorten(text)}."
                )
    return spec


def shorten(value: Any) -> str:
    """A received value as an error tells it: not longer than a line."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]} …"


class _Layout:
    """Puts parts in a row: gives names, and inputs where they are not simply the one before."""

    def __init__(self, parts: tuple[Part, ...]) -> None:
        if not parts:
            raise SpecError("layers must hold at least one layer. Received: none.")
        self._taken = set(_list_names(parts))
        self._numbers: Counter[str] = Counter()
        self._placed: list[Layer] = []
        self._place(parts, INPUT, "")
        self.layers = tuple(self._placed)

    def _place(self, parts: Iterable[Part], entry: str, block: str) -> str:
        """Place `parts` behind the layer `entry`; the name of the last one of them."""
        for part in parts:
            if isinstance(part, Block):
                entry = self._place(part.parts, entry, self._number(part.kind))
            elif isinstance(part, Branches):
                ends = tuple(self._place(path, entry, block) for path in part.paths)
                entry = self._add(part.merge, ends, block)
            else:
                entry = self._add(part, part.inputs or (entry,), block)
        return entry

    def _add(self, layer: Layer, inputs: tuple[str, ...], block: str) -> str:
        name = layer.name or self._number(to_snake_case(layer.kind))
        previous = self._placed[-1].name if self._placed else INPUT
        told = () if inputs == (previous,) else inputs
        if (name, told, block or layer.block) != (layer.name, layer.inputs, layer.block):
            layer = replace(layer, name=name, inputs=told, block=block or layer.block)
        self._placed.append(layer)
        return name

    def _number(self, kind: str) -> str:
        """The first of conv2d_1, conv2d_2 … that no layer and no block bears yet."""
        while True:
            self._numbers[kind] += 1
            name = f"{kind}_{self._numbers[kind]}"
            if name not in self._taken:
                return name


def _list_names(parts: Iterable[Part]) -> Iterable[str]:
    """All names of layers and blocks that are already given."""
    for part in parts:
        if isinstance(part, Block):
            yield from _list_names(part.parts)
        elif isinstance(part, Branches):
            for path in (*part.paths, (part.merge,)):
                yield from _list_names(path)
        else:
            yield from filter(None, (part.name, part.block))


def _read_input_shape(value: Any) -> tuple[int, int, int]:
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise SpecError(f"input_shape must be (height, width, channels). Received: {value!r}.")
    height, width = to_pair("input_shape", value[:2])
    return height, width, to_pair("input_shape", value[2])[0]


def _check_graph(spec: Spec) -> None:
    """One name a layer, inputs that come before, as many as the layer takes, and one output."""
    for name, count in Counter(layer.name for layer in spec.layers).items():
        if count > 1 or name == INPUT:
            raise SpecError(
                f"name must be unique in a network, and not be {INPUT!r}. Received: {name!r} "
                f"{count} times."
            )
    known, used = {INPUT}, set[str]()
    for layer, sources in zip(spec.layers, spec.sources, strict=True):
        for source in sources:
            if source not in known:
                raise SpecError(
                    f"Layer {layer.name}: inputs must be names of layers before it, or {INPUT!r}. "
                    f"Received: {source!r}."
                )
        if layer.merges and len(sources) < 2:
            raise SpecError(
                f"Layer {layer.name}: {layer.kind} joins two inputs or more. "
                f"Received: {', '.join(sources)}."
            )
        if layer.merges is False and len(sources) > 1:
            raise SpecError(
                f"Layer {layer.name}: {layer.kind} takes one input. Received: "
                f"{', '.join(sources)}. Join them first, with Add or Concatenate."
            )
        known.add(layer.name)
        used.update(sources)
    unused = [layer.name for layer in spec.layers[:-1] if layer.name not in used]
    if unused:
        raise SpecError(
            f"Each layer's output must be used by another; only the last one's is the network's. "
            f"Nobody uses: {', '.join(unused)}."
        )


def to_snake_case(kind: str) -> str:
    """conv2d for Conv2D, batch_normalization for BatchNormalization: Keras' own way."""
    text = kind.replace("2D", "2d")
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(text))

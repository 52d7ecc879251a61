"""A network's declaration: frozen, JSON-ready data, and no Keras.

`Spec` is a graph of layers, each after those that it takes its input from. It is written down as
parts: layers one after another, `Branches` side by side, and `Block`s that bear a name. Everything
else reads it: `analysis` counts, `codegen` writes Keras' source, `zoo` declares the classic
networks, and `cnnlib.backend.model_builder` makes the `keras.Model`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Union

from cnnlib.arch.layers import Layer, layer_from_dict, layer_to_dict, to_pair
from cnnlib.errors import SpecError

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
    def from_dict(cls, data: dict[str, Any]) -> "Spec":
        """Read what `to_dict` wrote.

        Raises:
            SpecError: an unknown kind of layer, an unknown argument, or a value against its rule.
        """
        try:
            layers = tuple(layer_from_dict(item) for item in data["layers"])
            return cls(str(data["name"]), str(data["title"]), tuple(data["input_shape"]), layers)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SpecError(f"This is no network declaration: {error}.") from error


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
        name = layer.name or self._number(_snake_case(layer.kind))
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
        if not layer.merges and len(sources) > 1:
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


def _snake_case(kind: str) -> str:
    """conv2d for Conv2D, batch_normalization for BatchNormalization: Keras' own way."""
    text = kind.replace("2D", "2d")
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(text))

"""The calls of layers in a functional model's description: Keras 3's form, and Keras 2's."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnnlib.arch.reading.arguments import Config
from cnnlib.arch.reading.shapes import read_shape
from cnnlib.arch.reading.translate import read_text
from cnnlib.arch.rules import Shape
from cnnlib.errors import SpecError

TENSOR = "__keras_tensor__"
DAMAGED = "This is no model that Keras wrote: {}."


@dataclass(frozen=True)
class Reference:
    """An output of another layer: which layer, which of its calls, which of that call's outputs."""

    layer: str
    node: int
    tensor: int
    shape: Shape = ()

    @property
    def key(self) -> tuple[str, int]:
        return self.layer, self.node


@dataclass(frozen=True)
class Call:
    """One use of a layer. `told` is the shape that it gives, where those that take it say so."""

    name: str
    node: int
    data: Config
    references: tuple[Reference, ...]
    told: Shape = ()

    @property
    def key(self) -> tuple[str, int]:
        return self.name, self.node

    @property
    def is_input(self) -> bool:
        return bool(self.data.get("class_name") == "InputLayer")


def list_calls(config: Config) -> tuple[list[Call], list[Reference]]:
    """All calls, each after those that it needs, and what the model gives.

    Raises:
        SpecError: they go in a circle, or the description is not as Keras writes it.
    """
    calls, told = {}, dict[tuple[str, int], Shape]()
    several = set()
    for data in _list_layers(config):
        name = read_text(data, "name") if "name" in data else read_text(data["config"], "name")
        for number, node in enumerate(data.get("inbound_nodes") or [()]):
            references = tuple(find_references(node))
            calls[name, number] = Call(name, number, data, references)
            for reference in references:
                told.setdefault(reference.key, reference.shape)
                if reference.tensor:
                    several.add(reference.key)
    outputs = list(find_references(config.get("output_layers")))
    several |= {reference.key for reference in outputs if reference.tensor}
    ordered = [
        Call(call.name, call.node, call.data, call.references,
             () if key in several else told.get(key, ()))
        for key in _sort(calls) for call in [calls[key]]
    ]  # fmt: skip
    return ordered, outputs


def find_references(value: Any) -> Iterator[Reference]:
    """All references in a piece of the description, in their order."""
    if isinstance(value, dict):
        if value.get("class_name") == TENSOR:
            inner = value.get("config")
            inner = inner if isinstance(inner, dict) else {}
            yield _make_reference(inner.get("keras_history"), read_shape(inner.get("shape")) or ())
            return
        value = list(value.values())
    if isinstance(value, list | tuple):
        if _is_reference(value):
            yield _make_reference(value)
            if len(value) > 3:  # Keras 2: the call's other arguments
                yield from find_references(value[3])
            return
        for item in value:
            yield from find_references(item)


def _is_reference(value: Any) -> bool:
    return (
        len(value) in (3, 4)
        and isinstance(value[0], str)
        and all(type(number) is int and 0 <= number < 10_000 for number in value[1:3])
    )


def _make_reference(value: Any, shape: Shape = ()) -> Reference:
    if not isinstance(value, list | tuple) or not _is_reference(value):
        raise SpecError(f"keras_history must be a layer and two numbers. Received: {value!r:.60}.")
    return Reference(value[0], value[1], value[2], shape)


def _list_layers(config: Config) -> list[Config]:
    layers = config.get("layers")
    if not isinstance(layers, list) or not all(
        isinstance(layer, dict)
        and isinstance(layer.get("config"), dict)
        and isinstance(layer.get("inbound_nodes") or [], list)
        for layer in layers
    ):
        raise SpecError(DAMAGED.format("its layers are no list of layers"))
    return layers


def _sort(calls: dict[tuple[str, int], Call]) -> list[tuple[str, int]]:
    """Their keys, each after those that it needs, else in the file's order (Kahn, 1962)."""
    order = {key: place for place, key in enumerate(calls)}
    needed = {
        key: {each.key for each in call.references if each.key in calls}
        for key, call in calls.items()
    }
    takers: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for key, sources in needed.items():
        for source in sources:
            takers.setdefault(source, []).append(key)
    left = {key: len(sources) for key, sources in needed.items()}
    ready = [order[key] for key, count in left.items() if not count]
    heapq.heapify(ready)
    keys, done = list(calls), []
    while ready:
        key = keys[heapq.heappop(ready)]
        done.append(key)
        for taker in takers.get(key, []):
            left[taker] -= 1
            if not left[taker]:
                heapq.heappush(ready, order[taker])
    if len(done) < len(calls):
        raise SpecError("The model's layers take their inputs from one another in a circle.")
    return done


def list_inputs(config: Config) -> Iterator[tuple[str, Any]]:
    """(name, shape with the batch axis) of what a model takes."""
    layers = config["layers"]
    if not isinstance(layers, list) or not all(isinstance(layer, dict) for layer in layers):
        raise SpecError(DAMAGED.format("its layers are no list of layers"))
    if not layers:
        raise SpecError("The model has no layers.")
    inputs = {}
    for data in layers:
        inner = data.get("config")
        if data.get("class_name") == "InputLayer" and isinstance(inner, dict):
            shape = inner.get("batch_shape", inner.get("batch_input_shape"))
            inputs[read_text(inner, "name")] = shape
    if "input_layers" in config:
        for reference in find_references(config["input_layers"]):
            yield reference.layer, inputs.get(reference.layer)
        return
    if inputs:
        yield next(iter(inputs.items()))
        return
    first = layers[0].get("config")
    shape = first.get("batch_input_shape") if isinstance(first, dict) else None
    built = layers[0].get("build_config")
    if shape is None and isinstance(built, dict):
        shape = built.get("input_shape")
    yield "input", config.get("build_input_shape") or shape

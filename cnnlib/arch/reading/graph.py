"""From a Keras model's description to a `Spec`: nested models laid flat, calls put in order."""

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from cnnlib import settings
from cnnlib.arch.layers import Foreign, Layer
from cnnlib.arch.reading.arguments import Config, Translated
from cnnlib.arch.reading.calls import (
    DAMAGED,
    Call,
    Reference,
    find_references,
    list_calls,
    list_inputs,
)
from cnnlib.arch.reading.reading import Reading
from cnnlib.arch.reading.shapes import LOCAL, read_shape
from cnnlib.arch.reading.translate import NOT_DECLARED, read_text, translate
from cnnlib.arch.rules import Shape, compute_output_shape
from cnnlib.arch.spec import INPUT, Spec
from cnnlib.errors import SpecError

MODELS = ("Sequential", "Functional", "Model")
OWN_MODULES = ("keras", "keras.models", "keras.src.models.functional",
               "keras.src.models.sequential", "keras.engine.functional",
               "keras.engine.sequential", "keras.src.engine.functional",
               "keras.src.engine.sequential")  # fmt: skip
DEFAULT_SIDE = 224
MARKS = ("frozen", "reused", "helpers", "unclear")
MARKS = ("frozen", "reused", "helpers", "unclear")
AGAIN = "#"  # dense#2 is the second use of dense


@dataclass(frozen=True)
class _Place:
    """Where in the model a layer stands: the models around it, and what holds in them."""

    prefix: str = ""
    depth: int = 0
    frozen: bool = False

    def enter(self, name: str, frozen: bool) -> "_Place":
        if self.depth + 1 > settings.max_model_depth():
            raise SpecError(
                f"Models may lie in one another {settings.max_model_depth()} deep. Received: more."
            )
        return _Place(f"{self.prefix}{name}/", self.depth + 1, self.frozen or frozen)


@dataclass
class GraphReader:
    """Lays one model flat.

    Args:
        size: height and width where the file leaves them open.
    """

    size: tuple[int, int] = (DEFAULT_SIDE, DEFAULT_SIDE)
    inputs: dict[str, Shape] = field(default_factory=dict)
    free_size: bool = False
    _layers: list[Layer] = field(default_factory=list)
    _shapes: dict[str, Shape] = field(default_factory=dict)
    _reasons: dict[str, str] = field(default_factory=dict)
    _remarks: dict[str, str] = field(default_factory=dict)
    _marks: dict[str, set[str]] = field(default_factory=lambda: {mark: set() for mark in MARKS})
    _seen: set[int] = field(default_factory=set)
    _uses: Counter[str] = field(default_factory=Counter)

    def read(self, data: Config) -> Reading:
        """The whole model.

        Raises:
            SpecError: it is no model, one without known inputs, or beyond a limit.
        """
        kind, config = read_text(data, "class_name"), data.get("config")
        if kind not in MODELS or not isinstance(config, dict) or "layers" not in config:
            raise SpecError(
                f"The file does not say which layers {kind} has: only Sequential and functional "
                f"models do. Write it in the functional form, then save it again."
            )
        name = read_text(config, "name") if config.get("name") else "model"
        place = _Place(frozen=config.get("trainable") is False)
        ends = self._read_model(data, self._open_inputs(config), place, ())
        outputs = len(set(ends))
        self._join_ends()
        first = next((shape for shape in self.inputs.values() if len(shape) == 3), (1, 1, 1))
        spec = Spec(name, name, (first[0], first[1], first[2]), self._layers)
        return Reading(
            spec, self.inputs, outputs, self._reasons, self._remarks,
            **{mark: frozenset(names) for mark, names in self._marks.items()},
            free_size=self.free_size,
        )  # fmt: skip

    # -- what goes in and what comes out -----------------------------------------------------------

    def _open_inputs(self, config: Config) -> list[str]:
        """The rows that stand for the model's inputs; the first image is the network's own."""
        names: list[str] = []
        self._shapes[INPUT] = (1, 1, 1)  # of a network without images; no layer looks at it
        for name, raw in list_inputs(config):
            shape = self._close_shape(raw)
            self.inputs[name] = shape
            if len(shape) == 3 and INPUT not in names:
                names.append(INPUT)
                self._shapes[INPUT] = shape
            else:
                helper = Foreign(class_name="InputLayer", output_shape=shape, params=0,
                                 trainable_params=0)  # fmt: skip
                names.append(self._add(Translated(helper), name, (INPUT,), _Place()))
                self._marks["helpers"].add(names[-1])
        return names

    def _close_shape(self, raw: Any) -> Shape:
        """A shape whose open height and width are `size`."""
        sizes = list(raw) if isinstance(raw, list | tuple) else []
        if len(sizes) == 4 and sizes[3] is not None and None in sizes[1:3]:
            self.free_size = True
            sizes[1:3] = [own or given for own, given in zip(sizes[1:3], self.size, strict=True)]
        shape = read_shape(sizes)
        if not shape:
            raise SpecError(
                f"The file does not say what the model takes: {repr(raw)[:60]}. Give it an Input "
                f"of one shape, or call it once, and save it again."
            )
        return shape

    def _join_ends(self) -> None:
        """A network of the lab has one output: further ones are gathered in a last row."""
        used = {name for layer in self._layers for name in layer.inputs}
        ends = tuple(layer.name for layer in self._layers if layer.name not in used)
        if len(ends) > 1:
            last = Foreign(class_name="Outputs", params=0, trainable_params=0, output_shape=(1,))
            self._marks["helpers"].add(self._add(Translated(last), "outputs", ends, _Place()))

    # -- models ------------------------------------------------------------------------------------

    def _read_model(self, data: Config, given: list[str], place: _Place, told: Shape) -> list[str]:
        """Add a model's layers behind the rows `given`; the rows that it gives."""
        config = data["config"]
        if data["class_name"] == "Sequential":
            return [self._read_sequential(config, given, place, told)]
        calls, outputs = list_calls(config)
        found: dict[tuple[str, int], list[str]] = {}
        inputs = find_references(config.get("input_layers"))
        for reference, name in zip(inputs, given, strict=False):
            found[reference.layer, reference.node] = [name]
        for call in calls:
            if call.is_input:
                if call.key not in found:
                    raise SpecError(DAMAGED.format(f"nothing goes into {call.name}"))
                continue
            rows = [_find(found, reference) for reference in call.references]
            shape = call.told or (told if outputs and outputs[0].key == call.key else ())
            found[call.key] = self._call(call, rows, place, shape)
        if not outputs:
            raise SpecError(DAMAGED.format("it has no output"))
        return [_find(found, reference) for reference in outputs]

    def _read_sequential(self, config: Config, given: list[str], place: _Place, told: Shape) -> str:
        if len(given) != 1:
            raise SpecError(DAMAGED.format("a Sequential model takes one input"))
        row = given[0]
        layers = [data for data in config["layers"] if data.get("class_name") != "InputLayer"]
        for data, following in zip_longest(layers, layers[1:]):
            name = read_text(data.get("config") or {}, "name")
            shape = told
            if following is not None:
                shape = self._told(following.get("build_config"))
            (row,) = self._call(Call(name, 0, data, ()), [row], place, shape)
        return row

    def _told(self, build_config: Any) -> Shape:
        """What a layer was built for: what the one before it gives; () where it is not said."""
        known = build_config.get("input_shape") if isinstance(build_config, dict) else None
        return read_shape(known) or ()

    # -- layers ------------------------------------------------------------------------------------

    def _call(self, call: Call, rows: list[str], place: _Place, told: Shape) -> list[str]:
        data, config = call.data, call.data.get("config")
        frozen = isinstance(config, dict) and config.get("trainable") is False
        known = data.get("class_name") in MODELS and data.get("module", "keras") in OWN_MODULES
        if known and isinstance(config, dict) and isinstance(config.get("layers"), list):
            ends = self._read_model(data, rows, place.enter(call.name, frozen), told)
            self._seen.add(id(data))
            return ends
        if not rows:
            raise SpecError(DAMAGED.format(f"its layer {call.name} takes no input"))
        shapes = tuple(self._shapes[row] for row in rows)
        try:
            layer = translate(data, shapes, told)
        except SpecError as error:
            raise SpecError(f"Layer {place.prefix}{call.name}: {error}") from None
        name = self._add(layer, call.name, tuple(rows), place)
        if id(data) in self._seen:
            self._marks["reused"].add(name)
        if frozen or place.frozen:
            self._marks["frozen"].add(name)
        self._seen.add(id(data))
        return [name]

    def _add(self, new: Translated, name: str, rows: tuple[str, ...], place: _Place) -> str:
        if len(self._layers) >= settings.max_model_layers():
            raise SpecError(
                f"A model may have up to {settings.max_model_layers():,} layers to be read. "
                f"Received: more."
            )
        name = self._free_name(place.prefix + name)
        layer = replace(new.layer, name=name, inputs=rows, block=place.prefix.rstrip("/"))
        shapes = [self._shapes[row] for row in rows]
        try:
            known = isinstance(layer, Foreign) or all(shapes)
            self._shapes[name] = compute_output_shape(layer, *shapes) if known else ()
        except SpecError as error:
            raise SpecError(f"Layer {name}: {error}") from None
        self._layers.append(layer)
        if new.reason:
            self._reasons[name] = new.reason
        elif not self._shapes[name]:
            self._reasons[name] = "Nobody knows the shape of what reaches it."
        if new.remark:
            self._remarks[name] = new.remark
        strange = isinstance(layer, Foreign) and (
            new.reason not in ("", NOT_DECLARED) or layer.class_name not in LOCAL
        )
        if strange or not self._marks["unclear"].isdisjoint(rows):
            self._marks["unclear"].add(name)
        return name

    def _free_name(self, name: str) -> str:
        free = name
        while free in self._shapes:
            self._uses[name] += 1
            free = f"{name}{AGAIN}{self._uses[name] + 1}"
        return free


def _find(found: dict[tuple[str, int], list[str]], reference: Reference) -> str:
    rows = found.get(reference.key)
    if rows is None:
        calls = [each for (name, _), each in found.items() if name == reference.layer]
        if len(calls) != 1:
            raise SpecError(DAMAGED.format(f"nothing gives what {reference.layer} should"))
        rows = calls[0]
    return rows[reference.tensor] if reference.tensor < len(rows) else rows[0]

"""A network's declaration: frozen, JSON-ready data with Keras' spelling, and no Keras.

`Spec` is a chain of layers. Everything else reads it: `analysis` counts, `zoo` writes down the
classic networks, and `cnnlib.backend.model_builder` makes the `keras.Model`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, ClassVar

from cnnlib.errors import SpecError

ACTIVATIONS = ("linear", "relu", "sigmoid", "tanh", "softmax")
PADDINGS = ("valid", "same")
MAX_SIZE = 100_000  # largest filters, units, window or stride that a declaration may ask for


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One step of a network. `name` is unique within a network; empty means «number it for me»."""

    role: ClassVar[str] = ""  # its letter in CBAPD, or a word
    name: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise SpecError(f"name must be a text. Received: {self.name!r}.")

    @property
    def kind(self) -> str:
        return type(self).__name__


@dataclass(frozen=True, kw_only=True)
class Conv2D(Layer):
    """What Keras calls convolution is cross-correlation: the kernel is not flipped."""

    role: ClassVar[str] = "C"
    filters: int
    kernel_size: int | tuple[int, int]
    strides: int | tuple[int, int] = 1
    padding: str = "valid"
    dilation_rate: int | tuple[int, int] = 1
    groups: int = 1
    activation: str = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_size("filters", self.filters)
        _require_size("groups", self.groups)
        for argument in ("kernel_size", "strides", "dilation_rate"):
            object.__setattr__(self, argument, to_pair(argument, getattr(self, argument)))
        _require_one_of("padding", self.padding, PADDINGS)
        _require_one_of("activation", self.activation, ACTIVATIONS)
        _require_flag("use_bias", self.use_bias)
        if self.filters % self.groups:
            raise SpecError(
                f"filters must be a multiple of groups={self.groups}. Received: {self.filters}."
            )


@dataclass(frozen=True, kw_only=True)
class BatchNormalization(Layer):
    role: ClassVar[str] = "B"
    momentum: float = 0.99
    epsilon: float = 1e-3

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_share("momentum", self.momentum)
        _require_share("epsilon", self.epsilon)


@dataclass(frozen=True, kw_only=True)
class Activation(Layer):
    role: ClassVar[str] = "A"
    activation: str = "relu"

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_one_of("activation", self.activation, ACTIVATIONS)


@dataclass(frozen=True, kw_only=True)
class MaxPooling2D(Layer):
    role: ClassVar[str] = "P"
    pool_size: int | tuple[int, int] = 2
    strides: int | tuple[int, int] | None = None  # None: as pool_size
    padding: str = "valid"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "pool_size", to_pair("pool_size", self.pool_size))
        strides = self.pool_size if self.strides is None else self.strides
        object.__setattr__(self, "strides", to_pair("strides", strides))
        _require_one_of("padding", self.padding, PADDINGS)


@dataclass(frozen=True, kw_only=True)
class Dropout(Layer):
    role: ClassVar[str] = "D"
    rate: float

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_share("rate", self.rate)


@dataclass(frozen=True, kw_only=True)
class Flatten(Layer):
    role: ClassVar[str] = "flatten"


@dataclass(frozen=True, kw_only=True)
class Dense(Layer):
    role: ClassVar[str] = "dense"
    units: int
    activation: str = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_size("units", self.units)
        _require_one_of("activation", self.activation, ACTIVATIONS)
        _require_flag("use_bias", self.use_bias)


LAYER_KINDS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (Conv2D, BatchNormalization, Activation, MaxPooling2D, Dropout, Flatten, Dense)
}


@dataclass(frozen=True)
class Spec:
    """A network: `input_shape` is (height, width, channels); the layers follow one another."""

    name: str
    title: str
    input_shape: tuple[int, int, int]
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        shape = tuple(self.input_shape)
        if len(shape) != 3:
            raise SpecError(
                f"input_shape must be (height, width, channels). Received: {self.input_shape!r}."
            )
        for size in shape:
            _require_size("input_shape", size)
        if not self.layers:
            raise SpecError("layers must hold at least one layer. Received: none.")
        object.__setattr__(self, "input_shape", shape)
        object.__setattr__(self, "layers", _with_names(self.layers))

    def to_dict(self) -> dict[str, Any]:
        """The declaration as plain data: what `from_dict` reads and JSON can hold."""
        return {
            "name": self.name,
            "title": self.title,
            "input_shape": list(self.input_shape),
            "layers": [{"kind": layer.kind, **asdict(layer)} for layer in self.layers],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Spec":
        """Read what `to_dict` wrote.

        Raises:
            SpecError: an unknown kind of layer, an unknown argument, or a value against its rule.
        """
        try:
            layers = tuple(_layer_from_dict(item) for item in data["layers"])
            return cls(str(data["name"]), str(data["title"]), tuple(data["input_shape"]), layers)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SpecError(f"This is no network declaration: {error}.") from error


def _layer_from_dict(item: dict[str, Any]) -> Layer:
    arguments = dict(item)
    kind = arguments.pop("kind", None)
    if kind not in LAYER_KINDS:
        raise SpecError(f"kind must be one of {', '.join(LAYER_KINDS)}. Received: {kind!r}.")
    known = {field.name for field in fields(LAYER_KINDS[kind])}
    unknown = sorted(set(arguments) - known)
    if unknown:
        raise SpecError(f"{kind} takes {', '.join(sorted(known))}. Received: {', '.join(unknown)}.")
    return LAYER_KINDS[kind](**arguments)


def _with_names(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Give each nameless layer its kind and a number; refuse two of one name."""
    numbers: Counter[str] = Counter()
    named = []
    for layer in layers:
        numbers[layer.kind] += 1
        name = layer.name or f"{_snake_case(layer.kind)}_{numbers[layer.kind]}"
        named.append(replace(layer, name=name))
    for name, count in Counter(layer.name for layer in named).items():
        if count > 1:
            raise SpecError(f"name must be unique in a network. Received: {name!r} {count} times.")
    return tuple(named)


def _snake_case(kind: str) -> str:
    """conv2d for Conv2D, batch_normalization for BatchNormalization: Keras' own way."""
    text = kind.replace("2D", "2d")
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(text))


def to_pair(argument: str, value: Any) -> tuple[int, int]:
    """(height, width) from one whole number or two.

    Raises:
        SpecError: not one or two whole numbers between 1 and `MAX_SIZE`.
    """
    pair = (value, value) if isinstance(value, int) else tuple(value or ())
    if len(pair) != 2:
        raise SpecError(f"{argument} must be one or two whole numbers. Received: {value!r}.")
    for size in pair:
        _require_size(argument, size)
    return pair[0], pair[1]


def _require_size(argument: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_SIZE:
        raise SpecError(
            f"{argument} must be a whole number from 1 to {MAX_SIZE:,}. Received: {value!r}."
        )


def _require_share(argument: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise SpecError(f"{argument} must be at least 0 and less than 1. Received: {value!r}.")


def _require_flag(argument: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise SpecError(f"{argument} must be true or false. Received: {value!r}.")


def _require_one_of(argument: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise SpecError(f"{argument} must be one of {', '.join(choices)}. Received: {value!r}.")

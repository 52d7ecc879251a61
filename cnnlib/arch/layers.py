"""The layers that a network can be declared with: frozen, JSON-ready data with Keras' spelling.

A layer's fields are the arguments of the Keras layer of the same name, but for `inputs`, `block`
and `l2`. Each checks its arguments; whether it fits into a network, `analysis` finds out.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, ClassVar

from cnnlib.errors import SpecError

ACTIVATIONS = (
    "linear", "relu", "sigmoid", "tanh", "softmax",
    "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus",
)  # fmt: skip
PADDINGS = ("valid", "same")
MAX_SIZE = 100_000  # largest filters, units, window or stride that a declaration may ask for

_OWN_FIELDS = ("inputs", "block", "l2")  # what the lab adds to Keras' arguments


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One step of a network.

    Attributes:
        name: unique within a network; empty means «number it for me».
        inputs: names of the layers that it takes its input from; none means the one before it.
        block: the name of the block that it is a part of; empty if it stands for itself.
    """

    role: ClassVar[str] = ""  # its letter in CBAPD, or a word
    merges: ClassVar[bool] = False  # whether it takes two inputs or more, instead of one

    name: str = ""
    inputs: tuple[str, ...] = ()
    block: str = ""

    def __post_init__(self) -> None:
        _require_text("name", self.name)
        _require_text("block", self.block)
        inputs: Any = self.inputs
        if not isinstance(inputs, list | tuple):
            raise SpecError(f"inputs must be a list of layer names. Received: {inputs!r}.")
        for name in self.inputs:
            _require_text("inputs", name)
        object.__setattr__(self, "inputs", tuple(self.inputs))

    @property
    def kind(self) -> str:
        return type(self).__name__

    @property
    def arguments(self) -> dict[str, Any]:
        """What the Keras layer takes, `name` included; `l2` stands for its kernel_regularizer."""
        names = [field.name for field in fields(self) if field.name not in _OWN_FIELDS]
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, kw_only=True)
class Conv2D(Layer):
    """What Keras calls convolution is cross-correlation: the kernel is not flipped.

    `l2` is the strength of the weight decay on the kernel: l2 · sum(kernel²) joins the loss.
    """

    role: ClassVar[str] = "C"
    filters: int
    kernel_size: int | tuple[int, int]
    strides: int | tuple[int, int] = 1
    padding: str = "valid"
    dilation_rate: int | tuple[int, int] = 1
    groups: int = 1
    activation: str = "linear"
    use_bias: bool = True
    l2: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_size("filters", self.filters)
        _require_size("groups", self.groups)
        _check_window(self)
        _require_share("l2", self.l2)
        if self.filters % self.groups:
            raise SpecError(
                f"filters must be a multiple of groups={self.groups}. Received: {self.filters}."
            )


@dataclass(frozen=True, kw_only=True)
class DepthwiseConv2D(Layer):
    """`depth_multiplier` filters for each channel, that see this channel alone."""

    role: ClassVar[str] = "C"
    kernel_size: int | tuple[int, int]
    strides: int | tuple[int, int] = 1
    padding: str = "valid"
    depth_multiplier: int = 1
    dilation_rate: int | tuple[int, int] = 1
    activation: str = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_size("depth_multiplier", self.depth_multiplier)
        _check_window(self)
        _require_equal_strides(self)


@dataclass(frozen=True, kw_only=True)
class SeparableConv2D(Layer):
    """A depthwise convolution, then one of 1×1 over all channels; one bias, at the end."""

    role: ClassVar[str] = "C"
    filters: int
    kernel_size: int | tuple[int, int]
    strides: int | tuple[int, int] = 1
    padding: str = "valid"
    dilation_rate: int | tuple[int, int] = 1
    depth_multiplier: int = 1
    activation: str = "linear"
    use_bias: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_size("filters", self.filters)
        _require_size("depth_multiplier", self.depth_multiplier)
        _check_window(self)
        _require_equal_strides(self)


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
class _Pooling2D(Layer):
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
class MaxPooling2D(_Pooling2D):
    pass


@dataclass(frozen=True, kw_only=True)
class AveragePooling2D(_Pooling2D):
    """Under SAME the zeros at the border are left out of the average."""


@dataclass(frozen=True, kw_only=True)
class GlobalMaxPooling2D(Layer):
    role: ClassVar[str] = "P"


@dataclass(frozen=True, kw_only=True)
class GlobalAveragePooling2D(Layer):
    role: ClassVar[str] = "P"


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
    """`l2` as in `Conv2D`."""

    role: ClassVar[str] = "dense"
    units: int
    activation: str = "linear"
    use_bias: bool = True
    l2: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_size("units", self.units)
        _require_one_of("activation", self.activation, ACTIVATIONS)
        _require_flag("use_bias", self.use_bias)
        _require_share("l2", self.l2)


@dataclass(frozen=True, kw_only=True)
class Add(Layer):
    """The sum of its inputs, cell by cell: where a residual block's two paths meet."""

    role: ClassVar[str] = "add"
    merges: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class Concatenate(Layer):
    """Its inputs' channels one after another: where an Inception block's branches meet."""

    role: ClassVar[str] = "concatenate"
    merges: ClassVar[bool] = True


LAYER_KINDS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        Conv2D, DepthwiseConv2D, SeparableConv2D, BatchNormalization, Activation, MaxPooling2D,
        AveragePooling2D, GlobalMaxPooling2D, GlobalAveragePooling2D, Dropout, Flatten, Dense,
        Add, Concatenate,
    )
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Foreign(Layer):
    """A layer of someone else's model that the lab does not declare; never part of a JSON file.

    Attributes:
        class_name: what Keras calls it.
        output_shape: without the batch axis; None if nobody says.
        params: how many it has, None if unknown. One without any has no MACs either.
        trainable_params: those of them that learn; None if unknown.
    """

    role: ClassVar[str] = "other"
    class_name: str
    output_shape: tuple[int, ...] | None = None
    params: int | None = None
    trainable_params: int | None = None

    @property
    def kind(self) -> str:
        return self.class_name


def layer_to_dict(layer: Layer) -> dict[str, Any]:
    """Plain data: the kind, and each argument that differs from its default."""
    data: dict[str, Any] = {"kind": layer.kind}
    for field in fields(layer):
        value = _to_plain(getattr(layer, field.name))
        if value != _to_plain(field.default):
            data[field.name] = value
    return data


def _to_plain(value: Any) -> Any:
    """A list for a tuple, and one number for two equal ones: 3 for (3, 3)."""
    if not isinstance(value, tuple):
        return value
    square = len(value) == 2 and value[0] == value[1] and isinstance(value[0], int)
    return value[0] if square else list(value)


def layer_from_dict(data: Any) -> Layer:
    """Read what `layer_to_dict` wrote.

    Raises:
        SpecError: an unknown kind, an unknown or missing argument, or a value against its rule.
    """
    if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
        raise SpecError("A layer must be declared by its kind and its arguments, each by name.")
    arguments = dict(data)
    kind = arguments.pop("kind", None)
    if not isinstance(kind, str) or kind not in LAYER_KINDS:
        raise SpecError(f"kind must be one of {', '.join(LAYER_KINDS)}. Received: {kind!r}.")
    known = [field.name for field in fields(LAYER_KINDS[kind])]
    unknown = sorted(set(arguments) - set(known))
    if unknown:
        raise SpecError(f"{kind} takes {', '.join(known)}. Received: {', '.join(unknown)}.")
    needed = [field.name for field in fields(LAYER_KINDS[kind]) if field.default is MISSING]
    missing = [name for name in needed if name not in arguments]
    if missing:
        raise SpecError(f"{kind} needs {', '.join(needed)}. Missing: {', '.join(missing)}.")
    return LAYER_KINDS[kind](**arguments)


def to_pair(argument: str, value: Any) -> tuple[int, int]:
    """(height, width) from one whole number or two.

    Raises:
        SpecError: not one or two whole numbers between 1 and `MAX_SIZE`.
    """
    if isinstance(value, int):
        pair: tuple[Any, ...] = (value, value)
    else:
        pair = tuple(value) if isinstance(value, list | tuple) else ()
    if len(pair) != 2:
        raise SpecError(f"{argument} must be one or two whole numbers. Received: {value!r}.")
    for size in pair:
        _require_size(argument, size)
    return pair[0], pair[1]


def _check_window(layer: Conv2D | DepthwiseConv2D | SeparableConv2D) -> None:
    """The rules that all convolutions share."""
    for argument in ("kernel_size", "strides", "dilation_rate"):
        object.__setattr__(layer, argument, to_pair(argument, getattr(layer, argument)))
    _require_one_of("padding", layer.padding, PADDINGS)
    _require_one_of("activation", layer.activation, ACTIVATIONS)
    _require_flag("use_bias", layer.use_bias)
    strides, dilation = to_pair("", layer.strides), to_pair("", layer.dilation_rate)
    if max(strides) > 1 and max(dilation) > 1:
        raise SpecError(
            f"strides or dilation_rate must be 1, Keras takes only one of them. "
            f"Received: {strides} and {dilation}."
        )


def _require_equal_strides(layer: DepthwiseConv2D | SeparableConv2D) -> None:
    strides = to_pair("strides", layer.strides)
    if strides[0] != strides[1]:
        raise SpecError(
            f"strides of a {layer.kind} must be the same down and across, as TensorFlow has no "
            f"other. Received: {strides}."
        )


def _require_text(argument: str, value: Any) -> None:
    if not isinstance(value, str):
        raise SpecError(f"{argument} must be a text. Received: {value!r}.")


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

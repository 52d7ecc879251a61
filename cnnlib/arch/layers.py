"""The layers that a network can be declared with: frozen, JSON-ready data with Keras' spelling.

A layer's fields are the arguments of the Keras layer of the same name, but for `inputs`, `block`
and `l2`. Each checks its arguments; whether it fits into a network, `analysis` finds out.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar

from cnnlib.arch.arguments import (
    require_flag,
    require_one_of,
    require_share,
    require_size,
    require_text,
    to_pair,
)
from cnnlib.errors import SpecError

ACTIVATIONS = (
    "linear", "relu", "sigmoid", "tanh", "softmax",
    "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus",
)  # fmt: skip
PADDINGS = ("valid", "same")

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
    # Whether it takes two inputs or more, instead of one; None where either will do.
    merges: ClassVar[bool | None] = False

    name: str = ""
    inputs: tuple[str, ...] = ()
    block: str = ""

    def __post_init__(self) -> None:
        require_text("name", self.name)
        require_text("block", self.block)
        inputs: Any = self.inputs
        if not isinstance(inputs, list | tuple):
            raise SpecError(f"inputs must be a list of layer names. Received: {inputs!r}.")
        for name in self.inputs:
            require_text("inputs", name)
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
        require_size("filters", self.filters)
        require_size("groups", self.groups)
        _check_window(self)
        require_share("l2", self.l2)
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
        require_size("depth_multiplier", self.depth_multiplier)
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
        require_size("filters", self.filters)
        require_size("depth_multiplier", self.depth_multiplier)
        _check_window(self)
        _require_equal_strides(self)


@dataclass(frozen=True, kw_only=True)
class BatchNormalization(Layer):
    role: ClassVar[str] = "B"
    momentum: float = 0.99
    epsilon: float = 1e-3

    def __post_init__(self) -> None:
        super().__post_init__()
        require_share("momentum", self.momentum)
        require_share("epsilon", self.epsilon)


@dataclass(frozen=True, kw_only=True)
class Activation(Layer):
    role: ClassVar[str] = "A"
    activation: str = "relu"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_one_of("activation", self.activation, ACTIVATIONS)


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
        require_one_of("padding", self.padding, PADDINGS)


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
        require_share("rate", self.rate)


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
        require_size("units", self.units)
        require_one_of("activation", self.activation, ACTIVATIONS)
        require_flag("use_bias", self.use_bias)
        require_share("l2", self.l2)


@dataclass(frozen=True, kw_only=True)
class Add(Layer):
    """The sum of its inputs, cell by cell: where a residual block's two paths meet."""

    role: ClassVar[str] = "add"
    merges: ClassVar[bool | None] = True


@dataclass(frozen=True, kw_only=True)
class Concatenate(Layer):
    """Its inputs' channels one after another: where an Inception block's branches meet."""

    role: ClassVar[str] = "concatenate"
    merges: ClassVar[bool | None] = True


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
    merges: ClassVar[bool | None] = None
    class_name: str
    output_shape: tuple[int, ...] | None = None
    params: int | None = None
    trainable_params: int | None = None

    @property
    def kind(self) -> str:
        return self.class_name


def _check_window(layer: Conv2D | DepthwiseConv2D | SeparableConv2D) -> None:
    """The rules that all convolutions share."""
    for argument in ("kernel_size", "strides", "dilation_rate"):
        object.__setattr__(layer, argument, to_pair(argument, getattr(layer, argument)))
    require_one_of("padding", layer.padding, PADDINGS)
    require_one_of("activation", layer.activation, ACTIVATIONS)
    require_flag("use_bias", layer.use_bias)
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

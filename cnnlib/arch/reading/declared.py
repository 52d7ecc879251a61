"""Keras' layers that the lab declares too: each of them read from its description."""

from collections.abc import Callable

from cnnlib.arch.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    Foreign,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    SeparableConv2D,
)
from cnnlib.arch.reading.arguments import (
    Config,
    Translated,
    Unknown,
    join,
    read_activation,
    read_l2,
    require_channels_last,
    take,
    without_weights,
)
from cnnlib.arch.reading.shapes import broadcast
from cnnlib.arch.rules import Shape

RELUS: dict[float | None, str] = {None: "relu", 6: "relu6"}  # max_value -> activation
LEAKY_SLOPE = 0.2  # of Keras' activation "leaky_relu"; its layer LeakyReLU takes 0.3
_CONV = ("kernel_size", "strides", "padding", "dilation_rate", "use_bias")
_POOL = ("pool_size", "strides", "padding")


def _read_conv(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    activation, remark = read_activation(config)
    l2, other = read_l2(config)
    arguments = take(config, "filters", *_CONV, "groups")
    return Translated(Conv2D(**arguments, activation=activation, l2=l2), remark=join(remark, other))


def _read_depthwise(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    activation, remark = read_activation(config)
    arguments = take(config, *_CONV, "depth_multiplier")
    return Translated(DepthwiseConv2D(**arguments, activation=activation), remark=remark)


def _read_separable(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    activation, remark = read_activation(config)
    arguments = take(config, "filters", *_CONV, "depth_multiplier")
    return Translated(SeparableConv2D(**arguments, activation=activation), remark=remark)


def _read_dense(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    if config.get("lora_rank"):
        raise Unknown("It bears additional weights (LoRA).")
    activation, remark = read_activation(config)
    l2, other = read_l2(config)
    arguments = take(config, "units", "use_bias")
    return Translated(Dense(**arguments, activation=activation, l2=l2), remark=join(remark, other))


def _read_batch_norm(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    axis = config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if axis != -1 and shapes[0] and axis != len(shapes[0]):
        raise Unknown("It normalises along another axis than the channels.")
    if config.get("renorm"):
        raise Unknown("It renormalises, which takes additional weights.")
    learned = [config.get("scale", True), config.get("center", True)].count(True)
    if learned == 2:
        return Translated(BatchNormalization(**take(config, "momentum", "epsilon")))
    if not shapes[0]:
        raise Unknown("Nobody knows how many channels reach it.")
    channels = shapes[0][-1]
    return Translated(
        Foreign(
            class_name="BatchNormalization",
            output_shape=shapes[0],
            params=(learned + 2) * channels,
            trainable_params=learned * channels,
        ),
        remark="Without gamma (scale=False) or beta (center=False).",
    )


def _read_activation_layer(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    return _make_activation(*read_activation(config), "Activation", shapes)


def _read_relu(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    limit = config.get("max_value")
    name = RELUS.get(limit if isinstance(limit, int | float | None) else -1)
    if name is None or config.get("negative_slope") or config.get("threshold"):
        return Translated(without_weights("ReLU", shapes[0]))
    return Translated(Activation(activation=name))


def _read_leaky_relu(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    slope = config.get("negative_slope", config.get("alpha"))
    remark = "" if slope == LEAKY_SLOPE else f"Its slope is {str(slope)[:20]}; here {LEAKY_SLOPE}."
    return Translated(Activation(activation="leaky_relu"), remark=remark)


def _read_elu(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    if config.get("alpha", 1.0) != 1.0:
        return Translated(without_weights("ELU", shapes[0]))
    return Translated(Activation(activation="elu"))


def _read_softmax(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    if config.get("axis", -1) not in (-1, [-1], len(shapes[0])):
        return Translated(without_weights("Softmax", shapes[0]))
    return Translated(Activation(activation="softmax"))


def _make_activation(name: str, remark: str, kind: str, shapes: tuple[Shape, ...]) -> Translated:
    if remark:  # a function that the lab does not know: no weights, and the shape stays
        return Translated(without_weights(kind, shapes[0]), remark=remark)
    return Translated(Activation(activation=name))


def _read_global(
    kind: type[GlobalAveragePooling2D | GlobalMaxPooling2D],
) -> Callable[[Config, tuple[Shape, ...]], Translated]:
    def read(config: Config, shapes: tuple[Shape, ...]) -> Translated:
        require_channels_last(config)
        if config.get("keepdims"):
            shape = (1, 1, shapes[0][-1]) if shapes[0] else ()
            return Translated(without_weights(kind.__name__, shape))
        return Translated(kind())

    return read


def _read_pool(
    kind: type[MaxPooling2D | AveragePooling2D],
) -> Callable[[Config, tuple[Shape, ...]], Translated]:
    return lambda config, shapes: Translated(kind(**take(config, *_POOL)))


def _read_flatten(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    return Translated(Flatten())  # all values in a row, in whatever order


def _read_dropout(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    return Translated(Dropout(**take(config, "rate")))


def _read_add(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    if len(shapes) > 1 and len(set(shapes)) == 1:
        return Translated(Add())
    return Translated(without_weights("Add", broadcast(config, *shapes)))


def _read_concatenate(config: Config, shapes: tuple[Shape, ...]) -> Translated:
    axis, rank = config.get("axis", -1), len(shapes[0])
    if len(shapes) > 1 and axis in (-1, rank):
        return Translated(Concatenate())
    shape = list(shapes[0])
    alike = all(len(each) == rank for each in shapes) and isinstance(axis, int)
    if not alike or not -rank <= (place := axis - 1 if axis > 0 else axis) < rank or axis == 0:
        raise Unknown("It joins along an axis that its inputs do not have.")
    shape[place] = sum(each[place] for each in shapes)
    return Translated(without_weights("Concatenate", tuple(shape)))


READERS: dict[str, Callable[[Config, tuple[Shape, ...]], Translated]] = {
    "Conv2D": _read_conv, "DepthwiseConv2D": _read_depthwise, "SeparableConv2D": _read_separable,
    "Dense": _read_dense, "BatchNormalization": _read_batch_norm, "Dropout": _read_dropout,
    "Activation": _read_activation_layer, "ReLU": _read_relu, "LeakyReLU": _read_leaky_relu,
    "ELU": _read_elu, "Softmax": _read_softmax, "Flatten": _read_flatten,
    "MaxPooling2D": _read_pool(MaxPooling2D), "AveragePooling2D": _read_pool(AveragePooling2D),
    "GlobalMaxPooling2D": _read_global(GlobalMaxPooling2D),
    "GlobalAveragePooling2D": _read_global(GlobalAveragePooling2D),
    "Add": _read_add, "Concatenate": _read_concatenate,
}  # fmt: skip

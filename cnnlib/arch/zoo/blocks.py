"""Pieces that several networks are made of."""

from cnnlib.arch.layers import (
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    MaxPooling2D,
)
from cnnlib.arch.spec import Block, Branches, Part


def conv_bn_relu(
    filters: int, kernel_size: int, *, strides: int = 1, use_bias: bool = True
) -> tuple[Part, ...]:
    """C, B, A with padding SAME."""
    return (
        Conv2D(filters=filters, kernel_size=kernel_size, strides=strides, padding="same",
               use_bias=use_bias),
        BatchNormalization(),
        Activation(activation="relu"),
    )  # fmt: skip


def conv_relu(
    filters: int, kernel_size: int, *, strides: int = 1, padding: str = "same"
) -> tuple[Part, ...]:
    """C with its activation inside, as networks before batch normalisation have it."""
    return (
        Conv2D(filters=filters, kernel_size=kernel_size, strides=strides, padding=padding,
               activation="relu"),
    )  # fmt: skip


def dense_dropout(units: int, rate: float) -> tuple[Part, ...]:
    return (Dense(units=units, activation="relu"), Dropout(rate=rate))


def residual_block(filters: int, *, strides: int = 1, project: bool = False) -> Block:
    """Two 3×3 convolutions around which the input goes on its own way, to be added.

    Args:
        project: whether the input passes a 1×1 convolution, as it must where filters or strides
            change the shape (He et al., «Deep Residual Learning», 2015, option B).
    """
    main = (
        *conv_bn_relu(filters, 3, strides=strides, use_bias=False),
        Conv2D(filters=filters, kernel_size=3, padding="same", use_bias=False),
        BatchNormalization(),
    )
    projection = (
        Conv2D(filters=filters, kernel_size=1, strides=strides, padding="same", use_bias=False),
        BatchNormalization(),
    )
    paths = (main, projection if project else ())
    return Block("residual", (Branches(paths, Add()), Activation(activation="relu")))


def residual_stages(filters: int, counts: tuple[int, ...]) -> tuple[Part, ...]:
    """Stages of so many residual blocks; each after the first halves the image, doubles filters."""
    return tuple(
        residual_block(
            filters * 2**stage,
            strides=2 if stage and not number else 1,
            project=bool(stage and not number),
        )
        for stage, count in enumerate(counts)
        for number in range(count)
    )


def inception_block(filters: int, *, strides: int = 1) -> Block:
    """The notes' block: four branches of as many filters each, every convolution with B and A."""
    pooling = MaxPooling2D(pool_size=3, strides=1, padding="same")
    paths = (
        conv_bn_relu(filters, 1, strides=strides),
        (*conv_bn_relu(filters, 1, strides=strides), *conv_bn_relu(filters, 3)),
        (*conv_bn_relu(filters, 1, strides=strides), *conv_bn_relu(filters, 5)),
        (pooling, *conv_bn_relu(filters, 1, strides=strides)),
    )
    return Block("inception", (Branches(paths, Concatenate()),))


def depthwise_block(filters: int, *, strides: int = 1) -> Block:
    """A 3×3 filter for each channel, then 1×1 across channels, each with B and A (MobileNet)."""
    return Block(
        "depthwise",
        (
            DepthwiseConv2D(kernel_size=3, strides=strides, padding="same", use_bias=False),
            BatchNormalization(),
            Activation(activation="relu"),
            *conv_bn_relu(filters, 1, use_bias=False),
        ),
    )

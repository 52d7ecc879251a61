"""What a network is built from piece by piece, beside the blocks of `cnnlib.arch.zoo.blocks`."""

from cnnlib.arch.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
)
from cnnlib.arch.rules import Shape
from cnnlib.arch.spec import Block, Part, Spec

LETTERS = "CBAPD"
EMPTY_SHAPE, EMPTY_CLASSES = (32, 32, 3), 10


def make_empty_network() -> Spec:
    """The least that can be trained: one dense layer on the flattened image."""
    parts = head(EMPTY_CLASSES, pooling=False)
    return Spec("my-network", "My network", EMPTY_SHAPE, parts)


def head(classes: int, *, pooling: bool = True) -> tuple[Layer, ...]:
    """Maps to one row of numbers (their means, or all of them), then a probability per class."""
    flat = GlobalAveragePooling2D() if pooling else Flatten()
    return flat, Dense(units=classes, activation="softmax")


def cbapd_block(
    filters: int,
    kernel_size: int = 3,
    *,
    letters: str = LETTERS,
    padding: str = "same",
    pool_size: int = 2,
    rate: float = 0.2,
) -> tuple[Part, ...]:
    """Convolution, batch normalisation, ReLU, max pooling, dropout: those of them in `letters`.

    One letter alone is a layer and no block.
    """
    steps: dict[str, Layer] = {
        "C": Conv2D(filters=filters, kernel_size=kernel_size, padding=padding),
        "B": BatchNormalization(),
        "A": Activation(activation="relu"),
        "P": MaxPooling2D(pool_size=pool_size, padding=padding),
        "D": Dropout(rate=rate),
    }
    layers = tuple(steps[letter] for letter in letters)
    return (Block("cbapd", layers),) if len(layers) > 1 else layers


def bring_to_shape(given: Shape, wanted: Shape) -> tuple[Layer, ...] | None:
    """The 1×1 convolution, with its batch normalisation, that makes `wanted` of `given`.

    Shapes are (height, width, channels). None if no strides lead there.
    """
    if len(given) != 3 or len(wanted) != 3:
        return None
    strides = [_find_stride(size, target)
               for size, target in zip(given[:2], wanted[:2], strict=True)]  # fmt: skip
    if not all(strides):
        return None
    return (
        Conv2D(filters=wanted[2], kernel_size=1, strides=(strides[0], strides[1]), padding="same",
               use_bias=False),
        BatchNormalization(),
    )  # fmt: skip


def _find_stride(size: int, wanted: int) -> int:
    """The smallest stride by which SAME makes `wanted` of `size`; 0 if there is none."""
    stride = -(-size // wanted)
    return stride if -(-size // stride) == wanted else 0

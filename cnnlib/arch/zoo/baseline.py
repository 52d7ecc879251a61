"""One CBAPD and two dense layers: the notes' first network for CIFAR-10."""

from cnnlib.arch.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
)
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo.blocks import dense_dropout
from cnnlib.arch.zoo.entry import Entry


def make_parts(classes: int) -> tuple[Part, ...]:
    return (
        Conv2D(filters=6, kernel_size=5, padding="same"),
        BatchNormalization(),
        Activation(activation="relu"),
        MaxPooling2D(pool_size=2, strides=2, padding="same"),
        Dropout(rate=0.2),
        Flatten(),
        *dense_dropout(128, 0.2),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = Entry(name="baseline", title="Baseline", make_parts=make_parts)

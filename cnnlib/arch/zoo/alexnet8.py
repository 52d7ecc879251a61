"""AlexNet's eight layers, made small for CIFAR-10 as in the notes."""

from cnnlib.arch.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    MaxPooling2D,
)
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo.blocks import conv_relu, dense_dropout
from cnnlib.arch.zoo.entry import Entry


def make_parts(classes: int) -> tuple[Part, ...]:
    return (
        Conv2D(filters=96, kernel_size=3),
        BatchNormalization(),
        Activation(activation="relu"),
        MaxPooling2D(pool_size=3, strides=2),
        Conv2D(filters=256, kernel_size=3),
        BatchNormalization(),
        Activation(activation="relu"),
        MaxPooling2D(pool_size=3, strides=2),
        *conv_relu(384, 3),
        *conv_relu(384, 3),
        *conv_relu(256, 3),
        MaxPooling2D(pool_size=3, strides=2),
        Flatten(),
        *dense_dropout(2048, 0.5),
        *dense_dropout(2048, 0.5),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = Entry(
    name="alexnet8",
    title="AlexNet-8",
    make_parts=make_parts,
    year=2012,
    source="Krizhevsky et al., «ImageNet Classification with Deep Convolutional Neural Networks»",
    top5_error=16.4,
)

"""AlexNet as published, but on one device: without groups and response normalisation."""

from dataclasses import replace

from cnnlib.arch.layers import Dense, Flatten, MaxPooling2D
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo import alexnet8
from cnnlib.arch.zoo.blocks import conv_relu, dense_dropout


def make_parts(classes: int) -> tuple[Part, ...]:
    return (
        *conv_relu(96, 11, strides=4, padding="valid"),
        MaxPooling2D(pool_size=3, strides=2),
        *conv_relu(256, 5),
        MaxPooling2D(pool_size=3, strides=2),
        *conv_relu(384, 3),
        *conv_relu(384, 3),
        *conv_relu(256, 3),
        MaxPooling2D(pool_size=3, strides=2),
        Flatten(),
        *dense_dropout(4096, 0.5),
        *dense_dropout(4096, 0.5),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = replace(
    alexnet8.ENTRY, name="alexnet_imagenet", title="AlexNet (ImageNet)", make_parts=make_parts,
    family="imagenet", input_shape=(227, 227, 3), classes=1000,
)  # fmt: skip

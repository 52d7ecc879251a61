"""VGG16 as published: no batch normalisation, 4096 dense units."""

from dataclasses import replace

from cnnlib.arch.layers import Dense, Flatten, MaxPooling2D
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo import vgg16
from cnnlib.arch.zoo.blocks import conv_relu, dense_dropout


def make_parts(classes: int) -> tuple[Part, ...]:
    parts: list[Part] = []
    for filters, count in zip(vgg16.FILTERS, vgg16.COUNTS, strict=True):
        for _ in range(count):
            parts += conv_relu(filters, 3)
        parts.append(MaxPooling2D(pool_size=2, strides=2))
    return (
        *parts,
        Flatten(),
        *dense_dropout(4096, 0.5),
        *dense_dropout(4096, 0.5),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = replace(
    vgg16.ENTRY, name="vgg16_imagenet", title="VGG16 (ImageNet)", make_parts=make_parts,
    family="imagenet", input_shape=(224, 224, 3), classes=1000,
)  # fmt: skip

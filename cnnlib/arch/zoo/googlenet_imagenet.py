"""GoogLeNet as published, without response normalisation and the two auxiliary outputs."""

from dataclasses import replace

from cnnlib.arch.layers import Dense, Dropout, GlobalAveragePooling2D, MaxPooling2D
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo import googlenet
from cnnlib.arch.zoo.blocks import conv_relu


def make_parts(classes: int) -> tuple[Part, ...]:
    return (
        *conv_relu(64, 7, strides=2),
        MaxPooling2D(pool_size=3, strides=2, padding="same"),
        *conv_relu(64, 1),
        *conv_relu(192, 3),
        MaxPooling2D(pool_size=3, strides=2, padding="same"),
        *googlenet.make_stages(conv_relu),
        GlobalAveragePooling2D(),
        Dropout(rate=0.4),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = replace(
    googlenet.ENTRY, name="googlenet_imagenet", title="GoogLeNet (ImageNet)",
    make_parts=make_parts, family="imagenet", input_shape=(224, 224, 3), classes=1000,
    top5_error=6.67,
)  # fmt: skip

"""ResNet18 as published: a 7×7 stem with stride 2, and a pooling after it."""

from dataclasses import replace

from cnnlib.arch.layers import Dense, GlobalAveragePooling2D, MaxPooling2D
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo import resnet18
from cnnlib.arch.zoo.blocks import conv_bn_relu, residual_stages


def make_parts(classes: int) -> tuple[Part, ...]:
    return (
        *conv_bn_relu(64, 7, strides=2, use_bias=False),
        MaxPooling2D(pool_size=3, strides=2, padding="same"),
        *residual_stages(64, resnet18.COUNTS),
        GlobalAveragePooling2D(),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = replace(
    resnet18.ENTRY, name="resnet18_imagenet", title="ResNet18 (ImageNet)", make_parts=make_parts,
    family="imagenet", input_shape=(224, 224, 3), classes=1000,
)  # fmt: skip

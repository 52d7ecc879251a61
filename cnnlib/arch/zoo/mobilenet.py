"""MobileNet (version 1) for small images: depthwise separable convolutions all the way."""

from cnnlib.arch.layers import Dense, GlobalAveragePooling2D
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo.blocks import conv_bn_relu, depthwise_block
from cnnlib.arch.zoo.entry import Entry

# (filters, strides) of each block
BLOCKS = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1),
    (512, 1), (512, 1), (1024, 2), (1024, 1),
)  # fmt: skip


def make_parts(classes: int) -> tuple[Part, ...]:
    return (
        *conv_bn_relu(32, 3, use_bias=False),
        *(depthwise_block(filters, strides=strides) for filters, strides in BLOCKS),
        GlobalAveragePooling2D(),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = Entry(
    name="mobilenet",
    title="MobileNet",
    make_parts=make_parts,
    family="beyond",
    year=2017,
    source="Howard et al., «MobileNets: Efficient Convolutional Neural Networks for Mobile Vision "
    "Applications»",
)

"""A small Inception-ResNet: branches that are concatenated, brought back by 1×1, and added."""

from cnnlib.arch.layers import Activation, Add, Concatenate, Conv2D, Dense, GlobalAveragePooling2D
from cnnlib.arch.spec import Block, Branches, Part
from cnnlib.arch.zoo.blocks import conv_bn_relu
from cnnlib.arch.zoo.entry import Entry

FILTERS = (32, 64, 128)
BLOCKS_A_STAGE = 2


def _make_block(filters: int) -> Block:
    narrow = filters // 4
    branches = Branches(
        (
            conv_bn_relu(narrow, 1),
            (*conv_bn_relu(narrow, 1), *conv_bn_relu(narrow, 3)),
            (*conv_bn_relu(narrow, 1), *conv_bn_relu(narrow, 3), *conv_bn_relu(narrow, 3)),
        ),
        Concatenate(),
    )
    # The last 1×1 has no activation, so that what is added can be negative too (Figure 10 there).
    main = (branches, Conv2D(filters=filters, kernel_size=1, padding="same"))
    return Block("inception_resnet", (Branches(((), main), Add()), Activation(activation="relu")))


def make_parts(classes: int) -> tuple[Part, ...]:
    parts: list[Part] = []
    for stage, filters in enumerate(FILTERS):
        parts += conv_bn_relu(filters, 3, strides=2 if stage else 1)
        parts += [_make_block(filters) for _ in range(BLOCKS_A_STAGE)]
    return (*parts, GlobalAveragePooling2D(), Dense(units=classes, activation="softmax"))


ENTRY = Entry(
    name="inception_resnet",
    title="Inception-ResNet",
    make_parts=make_parts,
    family="beyond",
    year=2016,
    source="after Szegedy et al., «Inception-v4, Inception-ResNet and the Impact of Residual "
    "Connections on Learning»",
)

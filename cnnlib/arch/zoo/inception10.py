"""Inception10: the notes' ten layers, with 2 blocks of two and 16 filters to begin with."""

from cnnlib.arch.layers import Dense, GlobalAveragePooling2D
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo.blocks import conv_bn_relu, inception_block
from cnnlib.arch.zoo.entry import Entry

NUM_BLOCKS = 2
INIT_FILTERS = 16


def make_parts(classes: int) -> tuple[Part, ...]:
    blocks = (
        inception_block(INIT_FILTERS * 2**stage, strides=strides)
        for stage in range(NUM_BLOCKS)
        for strides in (2, 1)
    )
    return (
        *conv_bn_relu(INIT_FILTERS, 3),
        *blocks,
        GlobalAveragePooling2D(),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = Entry(
    name="inception10",
    title="Inception10",
    make_parts=make_parts,
    year=2014,
    source="after Szegedy et al., «Going Deeper with Convolutions»",
    top5_error=6.67,
)

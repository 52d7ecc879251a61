"""GoogLeNet's 22 layers for small images: its nine Inception blocks behind a 3×3 stem.

With batch normalisation, which came a year later, and without the two auxiliary outputs.
"""

from collections.abc import Callable

from cnnlib.arch.layers import Concatenate, Dense, GlobalAveragePooling2D, MaxPooling2D
from cnnlib.arch.spec import Block, Branches, Part
from cnnlib.arch.zoo.blocks import conv_bn_relu
from cnnlib.arch.zoo.entry import Entry

# Of each block: 1×1; 1×1 before 3×3, 3×3; 1×1 before 5×5, 5×5; 1×1 after the pooling (Table 1).
WIDTHS = (
    ((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
    (
        (192, 96, 208, 16, 48, 64),
        (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64),
        (112, 144, 288, 32, 64, 64),
        (256, 160, 320, 32, 128, 128),
    ),
    ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
)
MakeConv = Callable[[int, int], tuple[Part, ...]]


def make_stages(conv: MakeConv) -> tuple[Part, ...]:
    """The nine blocks, a pooling between the stages.

    Args:
        conv: makes a convolution of (filters, kernel_size), with what belongs to it.
    """
    parts: list[Part] = []
    for stage in WIDTHS:
        if parts:
            parts.append(MaxPooling2D(pool_size=3, strides=2, padding="same"))
        parts += [_make_block(widths, conv) for widths in stage]
    return tuple(parts)


def _make_block(widths: tuple[int, ...], conv: MakeConv) -> Block:
    one, before_3, three, before_5, five, after_pooling = widths
    paths = (
        conv(one, 1),
        (*conv(before_3, 1), *conv(three, 3)),
        (*conv(before_5, 1), *conv(five, 5)),
        (MaxPooling2D(pool_size=3, strides=1, padding="same"), *conv(after_pooling, 1)),
    )
    return Block("inception", (Branches(paths, Concatenate()),))


def make_parts(classes: int) -> tuple[Part, ...]:
    return (
        *conv_bn_relu(64, 3),
        *conv_bn_relu(64, 1),
        *conv_bn_relu(192, 3),
        *make_stages(conv_bn_relu),
        GlobalAveragePooling2D(),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = Entry(
    name="googlenet",
    title="GoogLeNet",
    make_parts=make_parts,
    family="beyond",
    year=2014,
    source="Szegedy et al., «Going Deeper with Convolutions»",
)

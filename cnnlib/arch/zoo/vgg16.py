"""VGG16 for CIFAR-10 as in the notes: batch normalisation and dropout, 512 dense units."""

from cnnlib.arch.layers import Dense, Dropout, Flatten, MaxPooling2D
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo.blocks import conv_bn_relu, dense_dropout
from cnnlib.arch.zoo.entry import Entry

FILTERS = (64, 128, 256, 512, 512)
COUNTS = (2, 2, 3, 3, 3)


def make_parts(classes: int, counts: tuple[int, ...] = COUNTS) -> tuple[Part, ...]:
    """Args: counts: how many convolutions there are before each pooling."""
    parts: list[Part] = []
    for filters, count in zip(FILTERS, counts, strict=True):
        for _ in range(count):
            parts += conv_bn_relu(filters, 3)
        parts += (MaxPooling2D(pool_size=2, strides=2, padding="same"), Dropout(rate=0.2))
    return (
        *parts,
        Flatten(),
        *dense_dropout(512, 0.2),
        *dense_dropout(512, 0.2),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = Entry(
    name="vgg16",
    title="VGG16",
    make_parts=make_parts,
    year=2014,
    source="Simonyan & Zisserman, «Very Deep Convolutional Networks for Large-Scale Image "
    "Recognition»",
    top5_error=7.3,
)

"""LeNet-5 as the notes have it: sigmoids, max pooling, no batch normalisation."""

from cnnlib.arch.layers import Conv2D, Dense, Flatten, MaxPooling2D
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo.entry import Entry


def make_parts(classes: int) -> tuple[Part, ...]:
    return (
        Conv2D(filters=6, kernel_size=5, activation="sigmoid"),
        MaxPooling2D(pool_size=2, strides=2),
        Conv2D(filters=16, kernel_size=5, activation="sigmoid"),
        MaxPooling2D(pool_size=2, strides=2),
        Flatten(),
        Dense(units=120, activation="sigmoid"),
        Dense(units=84, activation="sigmoid"),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = Entry(
    name="lenet5",
    title="LeNet-5",
    make_parts=make_parts,
    year=1998,
    source="LeCun et al., «Gradient-Based Learning Applied to Document Recognition»",
)

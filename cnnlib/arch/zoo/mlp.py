"""784 - 128 - 10: what the notes count before they turn to convolution."""

from cnnlib.arch.layers import Dense, Flatten
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo.entry import Entry


def make_parts(classes: int) -> tuple[Part, ...]:
    return (
        Flatten(),
        Dense(units=128, activation="relu"),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = Entry(name="mlp", title="MLP", make_parts=make_parts, input_shape=(28, 28, 1))

"""The notes' networks, each declared as its list of CBAPD steps."""

from collections.abc import Callable

from cnnlib.arch.spec import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
    Spec,
)
from cnnlib.errors import SpecError

Shape = tuple[int, int, int]
CIFAR_SHAPE: Shape = (32, 32, 3)


def names() -> list[str]:
    """The names that `get` knows, in the notes' order."""
    return list(_NETWORKS)


def get(name: str, *, input_shape: Shape = CIFAR_SHAPE, classes: int = 10) -> Spec:
    """The declaration of a network.

    Args:
        name: one of `names()`.
        input_shape: (height, width, channels) of one image.
        classes: how many outputs the last layer has, at least 2.

    Raises:
        SpecError: the name is unknown, or a size breaks a rule.
    """
    if name not in _NETWORKS:
        raise SpecError(f"network must be one of {', '.join(_NETWORKS)}. Received: {name!r}.")
    if classes < 2:
        raise SpecError(f"classes must be at least 2. Received: {classes!r}.")
    title, make_layers = _NETWORKS[name]
    return Spec(name, title, input_shape, make_layers(classes))


def _baseline(classes: int) -> tuple[Layer, ...]:
    return (
        Conv2D(filters=6, kernel_size=5, padding="same"),
        BatchNormalization(),
        Activation(activation="relu"),
        MaxPooling2D(pool_size=2, strides=2, padding="same"),
        Dropout(rate=0.2),
        Flatten(),
        Dense(units=128, activation="relu"),
        Dropout(rate=0.2),
        Dense(units=classes, activation="softmax"),
    )


def _lenet5(classes: int) -> tuple[Layer, ...]:
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


_NETWORKS: dict[str, tuple[str, Callable[[int], tuple[Layer, ...]]]] = {
    "baseline": ("Baseline", _baseline),
    "lenet5": ("LeNet-5", _lenet5),
}

"""Twins: two tiny networks of CBAPD blocks that differ in one step, to be trained side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cnnlib.arch.analysis import analyze
from cnnlib.arch.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPooling2D,
)
from cnnlib.arch.spec import Spec
from cnnlib.errors import SpecError

STEPS = ("C", "B", "A", "P", "D")
FILTERS = (8, 16)  # of the two blocks
KERNEL_SIZE = 3
DROPOUT_RATE = 0.2
MOMENTUM = 0.9  # Keras' 0.99 needs more steps than a short run has; see `compute_kept_share`
NAMES = {
    "C": "convolution",
    "B": "batch normalisation",
    "A": "activation",
    "P": "pooling",
    "D": "dropout",
}


@dataclass(frozen=True)
class Recipe:
    """How both blocks of a twin are made: `steps` in their order, the convolution first."""

    steps: tuple[str, ...]
    activation: str = "relu"
    strides: int = 1

    @property
    def title(self) -> str:
        title = "".join(self.steps)
        if self.activation != "relu":
            title += f", {self.activation}"
        return title if self.strides == 1 else f"{title}, stride {self.strides}"


@dataclass(frozen=True)
class Difference:
    """One change. `make` gives the second twin's recipe; None where there is nothing to change."""

    name: str
    describe: Callable[[Recipe], str]
    make: Callable[[Recipe], Recipe | None]


def read_steps(steps: Sequence[str]) -> tuple[str, ...]:
    """`steps`, checked.

    Raises:
        SpecError: they are not some of C, B, A, P, D, each at most once, C first.
    """
    known = tuple(steps)
    if not known or known[0] != "C" or len(set(known)) < len(known) or set(known) - set(STEPS):
        raise SpecError(
            f"steps must be some of {', '.join(STEPS)}, each once and C first. Received: {known}."
        )
    return known


def list_differences(steps: Sequence[str]) -> dict[str, str]:
    """{name: what differs, in words}: those that are possible for these steps."""
    recipe = Recipe(read_steps(steps))
    return {
        difference.name: difference.describe(recipe)
        for difference in DIFFERENCES.values()
        if difference.make(recipe) is not None
    }


def make_twins(
    steps: Sequence[str], difference: str, input_shape: tuple[int, int, int], classes: int
) -> tuple[Spec, Spec]:
    """The two networks: blocks of `steps`, and the same with one difference.

    Raises:
        SpecError: the steps are none, the difference is not possible, or a size breaks a rule.
    """
    recipe = Recipe(read_steps(steps))
    other = DIFFERENCES[difference].make(recipe) if difference in DIFFERENCES else None
    if other is None:
        raise SpecError(
            f"difference must be one of {', '.join(list_differences(steps))}. "
            f"Received: {difference!r}."
        )
    return (
        _make_twin("twin-a", recipe, input_shape, classes),
        _make_twin("twin-b", other, input_shape, classes),
    )


def compute_kept_share(momentum: float, steps: int) -> float:
    """How much of its starting value a moving mean still has after so many steps: m^steps."""
    return momentum**steps


def find_equal_starts(first: Spec, second: Spec) -> dict[str, bool]:
    """{layer: whether it begins with the same weights in both} for those both have, one seed given.

    Keras gives each layer that needs chance (convolution, dense, dropout) one number from the seed,
    in the order of the layers. A layer's first weights follow from its number and its shape.
    """
    weights = [_list_draws(spec) for spec in (first, second)]
    place = [{name: i for i, (name, _) in enumerate(draws)} for draws in weights]
    return {
        name: place[1][name] == i and weights[1][i][1] == shape
        for i, (name, shape) in enumerate(weights[0])
        if shape is not None and name in place[1]
    }


def _list_draws(spec: Spec) -> list[tuple[str, tuple[int, ...] | None]]:
    """(layer, shape of its kernel, None for dropout) in the order in which Keras draws."""
    draws: list[tuple[str, tuple[int, ...] | None]] = []
    for layer, row in zip(spec.layers, analyze(spec).layers, strict=True):
        if isinstance(layer, Conv2D):
            window = layer.kernel_size if isinstance(layer.kernel_size, tuple) else ()
            shape = (*window, row.input_shape[-1] // layer.groups, layer.filters)
            draws.append((layer.name, shape))
        elif isinstance(layer, Dense):
            draws.append((layer.name, (row.input_shape[-1], layer.units)))
        elif isinstance(layer, Dropout) and layer.rate > 0:
            draws.append((layer.name, None))
    return draws


def _make_twin(name: str, recipe: Recipe, input_shape: tuple[int, int, int], classes: int) -> Spec:
    blocks = [_make_layer(step, recipe, filters) for filters in FILTERS for step in recipe.steps]
    end = (Flatten(), Dense(units=classes, activation="softmax"))
    letter = name[-1].upper()
    return Spec(name, f"Twin {letter}: {recipe.title}", input_shape, (*blocks, *end))


def _make_layer(step: str, recipe: Recipe, filters: int) -> Layer:
    match step:
        case "C":
            return Conv2D(
                filters=filters, kernel_size=KERNEL_SIZE, strides=recipe.strides, padding="same"
            )
        case "B":
            return BatchNormalization(momentum=MOMENTUM)
        case "A":
            return Activation(activation=recipe.activation)
        case "P":
            return MaxPooling2D(pool_size=2, padding="same")
        case _:
            return Dropout(rate=DROPOUT_RATE)


def _toggle(step: str) -> Difference:
    """With the step, or without it: the other of what the recipe has."""

    def make(recipe: Recipe) -> Recipe:
        if step in recipe.steps:
            return replace(recipe, steps=tuple(s for s in recipe.steps if s != step))
        later = [i for i, s in enumerate(recipe.steps) if STEPS.index(s) > STEPS.index(step)]
        at = later[0] if later else len(recipe.steps)
        return replace(recipe, steps=(*recipe.steps[:at], step, *recipe.steps[at:]))

    def describe(recipe: Recipe) -> str:
        return f"{'without' if step in recipe.steps else 'with'} {NAMES[step]}"

    return Difference(f"toggle-{step}", describe, make)


def _other_activation(name: str) -> Difference:
    def make(recipe: Recipe) -> Recipe | None:
        return replace(recipe, activation=name) if "A" in recipe.steps else None

    return Difference(name, lambda recipe: f"{name} in place of ReLU", make)


def _exchange(recipe: Recipe) -> Recipe | None:
    if not {"A", "B"} <= set(recipe.steps):
        return None
    exchanged = {"A": "B", "B": "A"}
    return replace(recipe, steps=tuple(exchanged.get(step, step) for step in recipe.steps))


def _describe_exchange(recipe: Recipe) -> str:
    after = recipe.steps.index("B") < recipe.steps.index("A")
    return f"batch normalisation {'after' if after else 'before'} the activation"


def _stride(recipe: Recipe) -> Recipe | None:
    if "P" not in recipe.steps:
        return None
    return replace(recipe, steps=tuple(s for s in recipe.steps if s != "P"), strides=2)


DIFFERENCES = {
    difference.name: difference
    for difference in (
        _toggle("B"),
        Difference("exchange-AB", _describe_exchange, _exchange),
        _toggle("D"),
        _other_activation("sigmoid"),
        _other_activation("tanh"),
        _toggle("A"),
        _toggle("P"),
        Difference("stride", lambda recipe: "a stride of 2 in place of pooling", _stride),
    )
}

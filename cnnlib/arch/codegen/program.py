"""A network as a program: steps one after another, and the functions that repeated ones become.

All values are source text by now: "64", "'same'", or "filters" within a function.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cnnlib.arch.codegen.signatures import LAYER_PARAMS, Param, read_arguments
from cnnlib.arch.spec import INPUT, Spec

ENTRY = -1  # the index of what a body is given
WITH_TRAINING = ("BatchNormalization", "Dropout")  # these behave differently while training


@dataclass(frozen=True)
class Step:
    """A call of a Keras layer, or of a function of the program.

    sources: indices of the steps whose outputs it takes, or `ENTRY`.
    label: the declaration's name for the block that it is a part of.
    """

    kind: str
    arguments: dict[str, str]
    sources: tuple[int, ...]
    label: str = ""

    @property
    def merges(self) -> bool:
        return self.kind in ("Add", "Concatenate")


@dataclass(frozen=True)
class Extra:
    """The steps from `start` to before `stop` are there only if the parameter `flag` is true."""

    start: int
    stop: int
    flag: str


@dataclass(frozen=True)
class Template:
    """A function, or in the class form a layer: its parameters and what it does."""

    name: str
    params: tuple[Param, ...]
    body: tuple[Step, ...]
    optional: Extra | None = None


@dataclass(frozen=True)
class Program:
    """`templates` come before those that use them."""

    templates: tuple[Template, ...]
    body: tuple[Step, ...]

    def get_params(self, kind: str) -> tuple[Param, ...]:
        return get_params(kind, self.templates)

    def find_template(self, kind: str) -> Template | None:
        return next((each for each in self.templates if each.name == kind), None)

    def wants_training(self, kind: str) -> bool:
        """Whether a step of this kind has to know if the network is being trained."""
        template = self.find_template(kind)
        if template is None:
            return kind in WITH_TRAINING
        return any(self.wants_training(step.kind) for step in template.body)


def get_params(kind: str, templates: Sequence[Template]) -> tuple[Param, ...]:
    """What a step of this kind can be given."""
    for template in templates:
        if template.name == kind:
            return template.params
    return LAYER_PARAMS[kind]


def read_steps(spec: Spec) -> tuple[Step, ...]:
    """The network's layers, each a step.

    Raises:
        SpecError: one of them is of someone else's kind.
    """
    places = {INPUT: ENTRY} | {layer.name: i for i, layer in enumerate(spec.layers)}
    return tuple(
        Step(layer.kind, read_arguments(layer), tuple(places[s] for s in sources), layer.block)
        for layer, sources in zip(spec.layers, spec.sources, strict=True)
    )


def list_users(body: Sequence[Step]) -> dict[int, list[int]]:
    """{step or `ENTRY`: the steps that take its output}."""
    users: dict[int, list[int]] = {i: [] for i in range(ENTRY, len(body))}
    for i, step in enumerate(body):
        for source in dict.fromkeys(step.sources):
            users[source].append(i)
    return users


def fold(steps: Sequence[Step], spans: dict[tuple[int, int], Step]) -> tuple[Step, ...]:
    """Put one step in place of each span (start, stop).

    The new steps' sources are indices into `steps`, as the others' are.
    """
    folded: list[Step] = []
    places = {ENTRY: ENTRY}
    starts = {start: (stop, step) for (start, stop), step in spans.items()}
    i = 0
    while i < len(steps):
        stop, step = starts.get(i, (i + 1, steps[i]))
        sources = tuple(places[source] for source in step.sources)
        folded.append(Step(step.kind, step.arguments, sources, step.label))
        places[stop - 1] = len(folded) - 1
        i = stop
    return tuple(folded)

"""A model that was read: its network, and what must be said beside the lab's own counts."""

import re
from dataclasses import dataclass, field, replace

from cnnlib.arch.analysis import LayerSummary, Summary, analyze
from cnnlib.arch.layers import Foreign
from cnnlib.arch.rules import Shape
from cnnlib.arch.spec import Spec
from cnnlib.errors import SpecError

_ODD = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Reading:
    """A model as the lab reads it.

    Attributes:
        spec: its layers; those that the lab does not declare are `Foreign`.
        inputs: name -> shape without the batch axis, in the model's order.
        outputs: how many the model gives.
        reasons: unknown layer -> why nobody counts it.
        remarks: layer -> how it differs from the lab's own, though the counts are the same.
        frozen: layers whose weights do not learn.
        reused: layers that take the weights of an earlier one, which count once.
        helpers: rows of `spec` that are no layers: a second input, several outputs.
        unclear: layers of which nobody says what they see of the image.
        free_size: whether the file leaves height and width open, so that they were chosen here.
    """

    spec: Spec
    inputs: dict[str, Shape]
    outputs: int = 1
    reasons: dict[str, str] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()
    reused: frozenset[str] = frozenset()
    helpers: frozenset[str] = frozenset()
    unclear: frozenset[str] = frozenset()
    free_size: bool = False

    @property
    def summary(self) -> Summary:
        """The lab's counts. Those of `unknown` layers are in no total, which says «at least».

        Raises:
            LayerError: a layer does not fit what comes before it.
        """
        counted = analyze(self.spec)
        rows = tuple(self._correct(row) for row in counted.layers if row.name not in self.helpers)
        return replace(
            counted,
            layers=rows,
            params=sum(row.params for row in rows),
            trainable_params=sum(row.trainable_params for row in rows),
        )

    def _correct(self, row: LayerSummary) -> LayerSummary:
        if row.name in self.reused:
            return replace(row, params=0, trainable_params=0)
        return replace(row, trainable_params=0) if row.name in self.frozen else row

    @property
    def is_image_model(self) -> bool:
        """Whether it takes one image (height, width, channels) and gives one output."""
        return [len(shape) for shape in self.inputs.values()] == [3] and self.outputs == 1

    @property
    def is_declared(self) -> bool:
        """Whether the lab could declare the same network, apart from `remarks`."""
        foreign = any(isinstance(layer, Foreign) for layer in self.spec.layers)
        return self.is_image_model and not foreign and not self.reused

    def make_own_spec(self) -> Spec:
        """The network with names that the lab's own networks may bear.

        Raises:
            SpecError: the lab does not declare all its layers.
        """
        if not self.is_declared:
            raise SpecError("The builder takes networks of the lab's own layers only.")
        names = _rename([layer.name for layer in self.spec.layers])
        layers = tuple(
            replace(
                layer,
                name=names[layer.name],
                inputs=tuple(names.get(name, name) for name in layer.inputs),
                block=_tidy(layer.block) if layer.block else "",
            )
            for layer in self.spec.layers
        )
        name = _tidy(self.spec.name).lower().strip("_-")[:32] or "model"
        return Spec(name, self.spec.title, self.spec.input_shape, layers)


def _rename(names: list[str]) -> dict[str, str]:
    """Each name with letters, digits, - and _ only; one that is taken gets a number."""
    given: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        new, number = _tidy(name), 1
        while new in taken:
            number += 1
            new = f"{_tidy(name)[:58]}_{number}"
        given[name] = new
        taken.add(new)
    return given


def _tidy(name: str) -> str:
    tidy = _ODD.sub("_", name)
    return (tidy if tidy[:1].isalpha() else f"layer_{tidy}")[:64]

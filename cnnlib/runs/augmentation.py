"""How training images may be changed at random, anew in every epoch; declared as plain data.

One declaration, read three times: a page shows it as Keras lines, the backend trains with it, and
the preview draws from it. As text it is «flip,shift-0.125»: kinds, each with its strength where it
is not the usual one.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cnnlib.errors import RunError
from cnnlib.ops.layer_calls import LayerCall


@dataclass(frozen=True)
class Kind:
    """One way of changing images, for values 0..1.

    Attributes:
        strength: what its number means, for people; empty if it takes none.
        usual, low, high: the strength that is taken unless another is said, and its range.
        make_call: the Keras layer for a strength.
    """

    name: str
    title: str
    make_call: Callable[[float], LayerCall]
    strength: str = ""
    usual: float = 0.0
    low: float = 0.0
    high: float = 0.0


_FLIP = LayerCall("RandomFlip", {"mode": "horizontal"})


def _move(layer: str, *factors: float) -> LayerCall:
    names = ("height_factor", "width_factor") if len(factors) == 2 else ("factor",)
    arguments: dict[str, object] = dict(zip(names, factors, strict=True))
    return LayerCall(layer, {**arguments, "fill_mode": "reflect"})


def _light(layer: str, factor: float) -> LayerCall:
    return LayerCall(layer, {"factor": factor, "value_range": (0, 1)})


def _erase(side: float) -> LayerCall:
    area = round(side**2, 4)  # what Keras' `scale` is a share of
    arguments = {"factor": (1.0, 1.0), "scale": (area, area), "fill_value": 0.5}
    return LayerCall("RandomErasing", {**arguments, "value_range": (0, 1)})


# In the order in which they are applied; mixup comes last, as it mixes finished images.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("flip", "Flip left and right", lambda _: _FLIP),
        Kind("shift", "Shift", lambda s: _move("RandomTranslation", s, s),
             "at most this share of the side", 0.125, 0.02, 0.5),
        Kind("rotate", "Rotate", lambda s: _move("RandomRotation", s),
             "at most this share of a full turn", 0.04, 0.01, 0.5),
        Kind("brightness", "Brightness", lambda s: _light("RandomBrightness", s),
             "at most so much is added or taken away", 0.2, 0.02, 1.0),
        Kind("contrast", "Contrast", lambda s: _light("RandomContrast", s),
             "differences change by at most this share", 0.3, 0.02, 1.0),
        Kind("cutout", "Cutout", _erase, "the square's side, as a share of the image's",
             0.5, 0.1, 0.9),
        Kind("mixup", "Mixup", lambda s: LayerCall("MixUp", {"alpha": s}),
             "alpha; where it is small, one of the two images nearly always has most",
             0.2, 0.05, 2.0),
    )
}  # fmt: skip
MIXUP = "mixup"
_ITEM = re.compile(r"([a-z]{1,20})(?:-([0-9](?:\.[0-9]{1,4})?))?")


@dataclass(frozen=True)
class Augmentation:
    """One of `KINDS` with its strength; RunError where it has no such kind or strength."""

    kind: str
    strength: float

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise RunError(
                f"augmentation must be made of {', '.join(KINDS)}. Received: {self.kind[:40]!r}."
            )
        kind = KINDS[self.kind]
        if not kind.low <= self.strength <= kind.high:
            raise RunError(
                f"The strength of {self.kind} must be from {kind.low:g} to {kind.high:g}. "
                f"Received: {self.strength!r}."
            )

    def to_text(self) -> str:
        usual = self.strength == KINDS[self.kind].usual
        return self.kind if usual else f"{self.kind}-{self.strength:g}"

    def make_call(self) -> LayerCall:
        return KINDS[self.kind].make_call(self.strength)


def format_augmentations(augmentations: Iterable[Augmentation]) -> str:
    """The text that `parse_augmentations` reads, in the order in which they are applied."""
    order = list(KINDS)
    in_order = sorted(augmentations, key=lambda augmentation: order.index(augmentation.kind))
    return ",".join(augmentation.to_text() for augmentation in in_order)


def parse_augmentations(text: str) -> tuple[Augmentation, ...]:
    """What `format_augmentations` wrote; nothing for an empty text.

    Raises:
        RunError: an unknown kind, one twice, or a strength out of its range.
    """
    if not isinstance(text, str):
        raise RunError(f"augmentation must be a text like 'flip,shift'. Received: {text!r}.")
    found = {}
    for item in text.split(",") if text else []:
        match = _ITEM.fullmatch(item)
        if match is None or match[1] in found:
            raise RunError(
                f"augmentation must be kinds with commas between them, each once, like "
                f"'flip,shift-0.1'. Received: {text[:60]!r}."
            )
        kind = KINDS.get(match[1])
        usual = kind.usual if kind else 0.0
        found[match[1]] = Augmentation(match[1], usual if match[2] is None else float(match[2]))
    return tuple(found[name] for name in KINDS if name in found)


def describe_augmentations(text: str) -> str:
    """For people: «flip left and right, shift 0.1»."""
    parts = []
    for augmentation in parse_augmentations(text):
        kind = KINDS[augmentation.kind]
        strength = f" {augmentation.strength:g}" if kind.strength else ""
        parts.append(kind.title.lower() + strength)
    return ", ".join(parts)

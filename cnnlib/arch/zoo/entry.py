"""What a module of the zoo says of its network."""

from collections.abc import Callable
from dataclasses import dataclass

from cnnlib.arch.spec import Part

FAMILIES = ("notes", "beyond", "imagenet")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A network of the zoo.

    Attributes:
        make_parts: its layers, for a number of classes.
        family: one of `FAMILIES`: taught in the notes, a relative of those, or the form that the
            literature gives for ImageNet.
        input_shape: (height, width, channels) that it is meant for.
        classes: how many it tells apart there.
        year: when it was published; None where there is no one publication.
        source: authors and paper.
        top5_error: in percent, of its family's entry to ILSVRC, as in the notes; None if none.
    """

    name: str
    title: str
    make_parts: Callable[[int], tuple[Part, ...]]
    family: str = "notes"
    input_shape: tuple[int, int, int] = (32, 32, 3)
    classes: int = 10
    year: int | None = None
    source: str = ""
    top5_error: float | None = None

"""ResNet34: the notes' ResNet18 with stages of 3, 4, 6 and 3 blocks."""

from dataclasses import replace

from cnnlib.arch.spec import Part
from cnnlib.arch.zoo import resnet18

COUNTS = (3, 4, 6, 3)


def make_parts(classes: int) -> tuple[Part, ...]:
    return resnet18.make_parts(classes, COUNTS)


ENTRY = replace(
    resnet18.ENTRY, name="resnet34", title="ResNet34", make_parts=make_parts, family="beyond",
    top5_error=None,
)  # fmt: skip

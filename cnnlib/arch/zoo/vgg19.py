"""VGG19: the notes' VGG16 with a fourth convolution in each of the last three stages."""

from dataclasses import replace

from cnnlib.arch.spec import Part
from cnnlib.arch.zoo import vgg16

COUNTS = (2, 2, 4, 4, 4)


def make_parts(classes: int) -> tuple[Part, ...]:
    return vgg16.make_parts(classes, COUNTS)


ENTRY = replace(
    vgg16.ENTRY, name="vgg19", title="VGG19", make_parts=make_parts, family="beyond",
    top5_error=None,
)  # fmt: skip

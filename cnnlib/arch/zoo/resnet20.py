"""ResNet20, which He et al. made for CIFAR-10: three stages of 16, 32 and 64 filters.

Their shortcuts pad with zeros where the shape changes; these project, as ResNet18's do.
"""

from dataclasses import replace

from cnnlib.arch.layers import Dense, GlobalAveragePooling2D
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo import resnet18
from cnnlib.arch.zoo.blocks import conv_bn_relu, residual_stages


def make_parts(classes: int) -> tuple[Part, ...]:
    return (
        *conv_bn_relu(16, 3, use_bias=False),
        *residual_stages(16, (3, 3, 3)),
        GlobalAveragePooling2D(),
        Dense(units=classes, activation="softmax"),
    )


ENTRY = replace(
    resnet18.ENTRY, name="resnet20", title="ResNet20", make_parts=make_parts, family="beyond",
    top5_error=None,
)  # fmt: skip

"""ResNet18 for CIFAR-10 as in the notes: a 3×3 stem, no convolution bias, L2 on the last layer."""

from cnnlib.arch.layers import Dense, GlobalAveragePooling2D
from cnnlib.arch.spec import Part
from cnnlib.arch.zoo.blocks import conv_bn_relu, residual_stages
from cnnlib.arch.zoo.entry import Entry

COUNTS = (2, 2, 2, 2)
L2 = 0.01  # what `tf.keras.regularizers.l2()` takes when it is told nothing


def make_parts(classes: int, counts: tuple[int, ...] = COUNTS) -> tuple[Part, ...]:
    """Args: counts: how many residual blocks each of the stages has."""
    return (
        *conv_bn_relu(64, 3, use_bias=False),
        *residual_stages(64, counts),
        GlobalAveragePooling2D(),
        Dense(units=classes, activation="softmax", l2=L2),
    )


ENTRY = Entry(
    name="resnet18",
    title="ResNet18",
    make_parts=make_parts,
    year=2015,
    source="He et al., «Deep Residual Learning for Image Recognition»",
    top5_error=3.57,
)

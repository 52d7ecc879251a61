"""The classic networks, each declared as its list of CBAPD steps.

A network is one module: the notes' seven, some beyond them, and four in the form in which the
literature knows them, for ImageNet. Each takes any input shape that its layers fit, and any number
of classes.
"""

from functools import lru_cache
from types import ModuleType

from cnnlib.arch.spec import Spec
from cnnlib.arch.zoo import (
    alexnet8,
    alexnet_imagenet,
    baseline,
    googlenet,
    googlenet_imagenet,
    inception10,
    inception_resnet,
    lenet5,
    mlp,
    mobilenet,
    resnet18,
    resnet18_imagenet,
    resnet20,
    resnet34,
    vgg16,
    vgg16_imagenet,
    vgg19,
)
from cnnlib.arch.zoo.entry import Entry
from cnnlib.errors import SpecError

_MODULES: tuple[ModuleType, ...] = (
    mlp, baseline, lenet5, alexnet8, vgg16, inception10, resnet18,
    vgg19, googlenet, resnet34, resnet20, mobilenet, inception_resnet,
    alexnet_imagenet, vgg16_imagenet, resnet18_imagenet, googlenet_imagenet,
)  # fmt: skip
_ENTRIES: dict[str, Entry] = {module.ENTRY.name: module.ENTRY for module in _MODULES}


def names(family: str | None = None) -> list[str]:
    """The names that `get` knows: the notes' networks first, in the notes' order.

    Args:
        family: one of `cnnlib.arch.zoo.entry.FAMILIES`; all of them if None.
    """
    return [name for name, entry in _ENTRIES.items() if family in (None, entry.family)]


def trainable_names() -> list[str]:
    """Those made for small images, such as CIFAR-10's."""
    return [name for name in _ENTRIES if name not in names("imagenet")]


def describe(name: str) -> Entry:
    """What is known of a network besides its layers.

    Raises:
        SpecError: the name is unknown.
    """
    if name not in _ENTRIES:
        raise SpecError(f"network must be one of {', '.join(_ENTRIES)}. Received: {name!r}.")
    return _ENTRIES[name]


@lru_cache(maxsize=256)
def get(
    name: str, *, input_shape: tuple[int, int, int] | None = None, classes: int | None = None
) -> Spec:
    """The declaration of a network.

    Args:
        name: one of `names()`.
        input_shape: (height, width, channels) of one image; None for the network's own.
        classes: how many outputs the last layer has, at least 2; None for the network's own.

    Raises:
        SpecError: the name is unknown, or a size breaks a rule.
    """
    entry = describe(name)
    classes = entry.classes if classes is None else classes
    if classes < 2:
        raise SpecError(f"classes must be at least 2. Received: {classes!r}.")
    return Spec(name, entry.title, input_shape or entry.input_shape, entry.make_parts(classes))

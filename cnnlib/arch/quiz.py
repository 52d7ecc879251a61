"""Quiz: a layer and what reaches it; its output's shape and parameters are to be said.

A task follows from its seed and level alone, so that a link shows a class the same one.
"""

from dataclasses import dataclass
from random import Random

from cnnlib.arch import zoo
from cnnlib.arch.analysis import LayerSummary, analyze
from cnnlib.arch.layer_data import layer_to_dict
from cnnlib.arch.layers import (
    Add,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    SeparableConv2D,
)
from cnnlib.arch.quiz_mistakes import Mistake, list_param_mistakes, list_shape_mistakes
from cnnlib.arch.rules import Shape
from cnnlib.arch.spec import INPUT, Spec

LEVELS = ("easy", "medium", "hard")
MAX_SEED = 99_999
ZOO_SHARE = 0.4  # of the tasks come from a classic network

# One that stands twice comes twice as often.
_KINDS: dict[str, tuple[type[Layer], ...]] = {
    "easy": (Conv2D, Conv2D, MaxPooling2D, Flatten, Dense),
    "medium": (Conv2D, Conv2D, Conv2D, MaxPooling2D),
    "hard": (Conv2D, Conv2D, DepthwiseConv2D, DepthwiseConv2D, SeparableConv2D, SeparableConv2D,
             BatchNormalization, Add, Concatenate, GlobalAveragePooling2D),
}  # fmt: skip
_ALWAYS = ("kernel_size", "pool_size", "padding")  # also where they are Keras' defaults
_TOLD = ("filters", "kernel_size", "pool_size", "strides", "padding", "dilation_rate", "groups",
         "depth_multiplier", "units", "use_bias")  # fmt: skip
_NETWORKS = {
    "easy": ("mlp", "baseline", "lenet5"),
    "medium": ("alexnet8", "vgg16", "alexnet_imagenet", "resnet18_imagenet"),
    "hard": ("inception10", "resnet18", "mobilenet", "inception_resnet", "googlenet_imagenet"),
}


@dataclass(frozen=True)
class Task:
    """One question.

    Attributes:
        layer: what is asked about; `row` is what the analysis says of it.
        origin: where it comes from, the title of a classic network, or "".
        shape_mistakes, param_mistakes: wrong answers that have a name.
    """

    layer: Layer
    row: LayerSummary
    origin: str
    shape_mistakes: tuple[Mistake, ...]
    param_mistakes: tuple[Mistake, ...]


@dataclass(frozen=True)
class Verdict:
    """How right an answer is, and which known mistakes it looks like."""

    shape: bool
    params: bool
    hints: tuple[str, ...]

    @property
    def right(self) -> bool:
        return self.shape and self.params


def make_task(seed: int, level: str) -> Task:
    """The task of a seed, 0 to `MAX_SEED`, on one of `LEVELS`."""
    random = Random(f"{level} {seed}")  # one generator for all: the same task everywhere
    if random.random() < ZOO_SHARE:
        origin, layer, row = _pick_classic(random, level)
    else:
        origin = ""
        layer, row = _draw(random, level)
    return Task(
        layer, row, origin, list_shape_mistakes(layer, row), list_param_mistakes(layer, row)
    )


def judge(task: Task, shape: Shape | None, params: int | None) -> Verdict:
    """Compare an answer with what the analysis says; None stands for none given."""
    right_shape, right_params = shape == task.row.output_shape, params == task.row.params
    hints = []
    for right, value, mistakes in (
        (right_shape, shape, task.shape_mistakes),
        (right_params, params, task.param_mistakes),
    ):
        if not right:
            hints += [mistake.hint for mistake in mistakes if mistake.value == value]
    return Verdict(right_shape, right_params, tuple(hints))


def write_call(layer: Layer) -> str:
    """The layer as a line of Keras, with the arguments that matter here."""
    told = layer_to_dict(layer)
    told.update({name: getattr(layer, name) for name in _ALWAYS if hasattr(layer, name)})
    arguments = [f"{name}={_write(told[name])}" for name in _TOLD if name in told]
    return f"layers.{layer.kind}({', '.join(arguments)})"


def _write(value: object) -> str:
    if isinstance(value, list | tuple):
        one = len(set(value)) == 1  # 3 for (3, 3)
        return str(value[0]) if one else f"({', '.join(map(str, value))})"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _pick_classic(random: Random, level: str) -> tuple[str, Layer, LayerSummary]:
    """A layer of a classic network, of a kind that belongs to the level."""
    spec = zoo.get(random.choice(_NETWORKS[level]))
    found = [
        (layer, row)
        for layer, row in zip(spec.layers, analyze(spec).layers, strict=True)
        if isinstance(layer, _KINDS[level])
    ]
    there = {type(layer) for layer, _ in found}
    kind = random.choice([kind for kind in _KINDS[level] if kind in there])
    layer, row = random.choice([pair for pair in found if isinstance(pair[0], kind)])
    return spec.title, layer, row


# -- made-up layers ----------------------------------------------------------------------------


def _draw(random: Random, level: str) -> tuple[Layer, LayerSummary]:
    """A layer of the level behind an input that it fits."""
    side = random.choice({"easy": (12, 16, 28, 32), "medium": (15, 17, 28, 31, 32)}.get(
        level, (8, 14, 16, 28)))  # fmt: skip
    wide = side if level == "easy" else random.choice((side, side + 4, side + 7))
    channels = random.choice((1, 3, 6) if level == "easy" else (3, 8, 16, 24))
    kind = random.choice(_KINDS[level])
    shape = (side, wide, channels)
    if kind is Dense:
        inputs = random.choice((64, 100, 120, 256, 784))
        units = random.choice((10, 32, 84, 128))
        return _finish((1, 1, inputs), (Flatten(), Dense(units=units)))
    if kind in (Add, Concatenate):
        return _draw_merge(random, kind, shape)
    return _finish(shape, (_make_layer(random, level, kind, channels),))


def _make_layer(random: Random, level: str, kind: type[Layer], channels: int) -> Layer:
    kernel, padding = random.choice((1, 3, 5) if level == "hard" else (3, 5)), _padding(random)
    biased = random.random() < 0.7 or level == "easy"
    if kind is Conv2D:
        return _make_conv(random, level, kernel, padding, biased, channels)
    if kind is DepthwiseConv2D:
        return DepthwiseConv2D(kernel_size=max(kernel, 3), padding=padding, use_bias=biased,
                               strides=random.choice((1, 2)),
                               depth_multiplier=random.choice((1, 1, 2)))  # fmt: skip
    if kind is SeparableConv2D:
        return SeparableConv2D(filters=random.choice((16, 32, 64)), kernel_size=max(kernel, 3),
                               padding=padding, use_bias=biased)  # fmt: skip
    if kind is MaxPooling2D:
        if level == "easy":
            return MaxPooling2D(pool_size=2)
        return MaxPooling2D(pool_size=3, strides=random.choice((1, 2)), padding=padding)
    if kind is BatchNormalization:
        return BatchNormalization()
    return GlobalAveragePooling2D() if kind is GlobalAveragePooling2D else Flatten()


def _make_conv(
    random: Random, level: str, kernel: int, padding: str, biased: bool, channels: int
) -> Conv2D:
    filters = random.choice((4, 6, 8, 16, 32))
    if level == "easy":
        return Conv2D(filters=filters, kernel_size=kernel, padding=padding)
    if level == "hard":
        groups = random.choice([g for g in (2, 4, 3) if channels % g == 0])
        return Conv2D(filters=8 * groups, kernel_size=max(kernel, 3), padding=padding,
                      groups=groups, use_bias=biased)  # fmt: skip
    strides, dilation = random.choice(((2, 1), (3, 1), (1, 2), (1, 3), (2, 1)))
    return Conv2D(filters=filters, kernel_size=kernel, padding=padding, strides=strides,
                  dilation_rate=dilation, use_bias=biased)  # fmt: skip


def _draw_merge(
    random: Random, kind: type[Layer], shape: tuple[int, int, int]
) -> tuple[Layer, LayerSummary]:
    """Two or three paths that meet."""
    first = random.choice((16, 32, 64))
    others = [first] if kind is Add else random.sample((8, 24, 48, 96), random.choice((1, 2)))
    paths = [
        Conv2D(name=f"path_{i}", filters=filters, kernel_size=1, inputs=(INPUT,))
        for i, filters in enumerate((first, *others))
    ]
    return _finish(shape, (*paths, kind(inputs=tuple(path.name for path in paths))))


def _finish(shape: tuple[int, int, int], layers: tuple[Layer, ...]) -> tuple[Layer, LayerSummary]:
    spec = Spec("quiz", "Quiz", shape, layers)
    return spec.layers[-1], analyze(spec).layers[-1]


def _padding(random: Random) -> str:
    return random.choice(("valid", "same"))

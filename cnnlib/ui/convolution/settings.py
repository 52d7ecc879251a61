"""What can be set on the convolution pages, what each kind begins with, and its examples."""

from typing import Any

from cnnlib.ops.kernels import KERNELS
from cnnlib.ops.kinds import KINDS
from cnnlib.ui.address import Address, Setting, choice, flag, whole
from cnnlib.ui.cell_setting import cell_setting
from cnnlib.ui.edits import edits_setting
from cnnlib.ui.input_choice import IMAGE, NUMBERS, input_settings
from cnnlib.ui.kind_choice import Example

PAGE = "convolution"
LEARNED = "learned"
KIND = choice("kind", KINDS)
LIMITS = {
    "kernel_size": (1, 7),
    "kernel_depth": (1, 3),
    "filters": (1, 128),
    "depth_multiplier": (1, 4),
    "strides": (1, 4),
    "dilation_rate": (1, 4),
    "groups": (1, 6),
    "seed": (0, 9999),
}


DEFAULTS: dict[str, dict[str, Any]] = {
    "single": {"size": 6, "kernel": "sobel_x", "pattern": "random"},
    "multi": {"size": 6, "channels": 3, "filters": 2, "use_bias": True, "source": IMAGE},
    "volume": {"size": 5, "channels": 4, "kernel": "box", "pattern": "random"},
    "pointwise": {"size": 6, "channels": 3, "filters": 2, "source": IMAGE},
    "transposed": {"size": 2, "kernel": "random", "pattern": "random"},
    "dilated": {"size": 9, "dilation_rate": 2, "pattern": "random"},
    "spatially_separable": {"size": 6, "kernel": "sobel_x", "pattern": "random"},
    "depthwise_separable": {"size": 7, "channels": 3, "filters": 4, "source": IMAGE},
    "flattened": {"size": 6, "channels": 3, "filters": 2, "source": IMAGE},
    "grouped": {"size": 6, "channels": 6, "filters": 6, "groups": 3, "pattern": "random"},
    "shuffled_grouped": {"size": 5, "channels": 6, "filters": 9, "groups": 3, "pattern": "random"},
}

A_PHOTO = Example("An image, 32 × 32", {"source": IMAGE, "size": 32, "padding": "same"})
EXAMPLES: dict[str, tuple[Example, ...]] = {
    "single": (
        Example("Any numbers"),
        Example("An edge, found by Sobel", {"pattern": "edge"}),
        Example("5 × 5 stays 5 × 5 (SAME)", {"size": 5, "padding": "same", "pattern": "ramp"}),
        Example("Stride 2", {"size": 7, "strides": 2}),
        Example("Blur an image", {**A_PHOTO.values, "kernel": "gaussian", "kernel_size": 5}),
    ),
    "multi": (
        Example("Two filters on red, green, blue"),
        Example("One filter, in two steps", {"filters": 1, "in_two_steps": True}),
        Example("Eight feature maps", {"filters": 8, "size": 32, "padding": "same"}),
    ),
    "volume": (
        Example("Four slices, a kernel of two"),
        Example("Three slices deep", {"kernel_depth": 3, "channels": 6}),
        Example("An image's channels as slices", {"source": IMAGE, "size": 16, "channels": 3}),
    ),
    "pointwise": (
        Example("Three channels to two"),
        Example("Six channels to one", {"channels": 6, "filters": 1}),
        Example("The whole image", {"size": 32}),
    ),
    "transposed": (
        Example("2 × 2 becomes 4 × 4"),
        Example("Twice as large", {"size": 4, "strides": 2, "padding": "same", "kernel_size": 2,
                                   "kernel": "box"}),
        Example("Checkerboard: 3 with stride 2", {"size": 5, "strides": 2, "kernel": "box",
                                                  "pattern": "dot"}),
        Example("An image", {"source": IMAGE, "size": 16, "strides": 2, "padding": "same"}),
    ),
    "dilated": (
        Example("Rate 2: 3 × 3 sees 5 × 5"),
        Example("Rate 3", {"dilation_rate": 3, "size": 10}),
        Example("Rate 1 is the standard one", {"dilation_rate": 1}),
        A_PHOTO,
    ),
    "spatially_separable": (
        Example("Sobel: separable"),
        Example("Gaussian: separable", {"kernel": "gaussian", "kernel_size": 5, "size": 8}),
        Example("Laplacian: not separable", {"kernel": "laplacian"}),
        A_PHOTO,
    ),
    "depthwise_separable": (
        Example("Four outputs"),
        Example("128 outputs", {"filters": 128}),
        Example("The whole image", {"size": 32, "padding": "same"}),
    ),
    "flattened": (
        Example("Two filters"),
        Example("The whole image", {"size": 32, "padding": "same"}),
    ),
    "grouped": (
        Example("Six channels, three groups"),
        Example("Two groups", {"groups": 2}),
        Example("As many groups as channels", {"groups": 6}),
        Example("One group is the standard one", {"groups": 1}),
    ),
    "shuffled_grouped": (
        Example("Three groups"),
        Example("Two groups", {"groups": 2, "filters": 4}),
        Example("Too few channels in a group to reach all", {"filters": 6}),
    ),
}  # fmt: skip


def make_settings(kind: str) -> list[Setting]:
    """All settings of the page, with what `kind` begins with as their defaults."""
    first = {"source": NUMBERS, "size": 6, "channels": 1} | DEFAULTS[kind]
    settings = [
        KIND,
        *input_settings(),
        choice("kernel", [*KERNELS, LEARNED]),
        *(whole(name, 1, low, high) for name, (low, high) in LIMITS.items()),
        choice("padding", ("valid", "same")),
        flag("use_bias"),
        flag("in_two_steps"),
        flag("predict"),
        Setting("run", "", _parse_run),
        cell_setting(),
        edits_setting(),
    ]
    first = {"kernel_size": 3, "kernel_depth": 2, "seed": 0, "kernel": "sobel_x"} | first
    return [Setting(s.name, first.get(s.name, s.default), s.parse, s.format) for s in settings]


def open_address() -> Address:
    """The page's settings; the kind comes first, as it decides the others' defaults."""
    kind = Address(PAGE, [KIND])["kind"]
    return Address(PAGE, make_settings(kind))


def _parse_run(text: str) -> str:
    if not (text.isascii() and len(text) <= 80):
        raise ValueError(text)
    return text

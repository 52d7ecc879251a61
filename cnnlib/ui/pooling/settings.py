"""What can be set on the pooling page, what each kind begins with, and its examples."""

from typing import Any

from cnnlib.ops.pools import POOLS
from cnnlib.ui.address import Address, Setting, choice, flag, real, whole
from cnnlib.ui.cell_setting import cell_setting
from cnnlib.ui.edits import edits_setting
from cnnlib.ui.input_choice import IMAGE, NUMBERS, input_settings
from cnnlib.ui.kind_choice import Example
from cnnlib.ui.pooling.texts import FORWARD, MODES, VIEWS

PAGE = "pooling"
KIND = choice("kind", POOLS)
LIMITS = {"pool_size": (1, 4), "strides": (1, 4), "clusters": (1, 4), "seed": (0, 9999)}
SHARES = {"alpha": (0.0, 1.0, 0.05), "sharpness": (0.05, 20.0, 0.05)}
"""Low, high and step of the numbers that are not whole."""
LEVELS = (1, 2, 3, 4)


COLORS = {"channels": 3, "source": IMAGE}
DEFAULTS: dict[str, dict[str, Any]] = {
    "gated": {"pattern": "random"},
    "global_average": {"channels": 3, "size": 5, "pattern": "random"},
    "global_max": {"channels": 3, "size": 5, "pattern": "random"},
    "spatial_pyramid": {"size": 6, "pattern": "random"},
    "netvlad": {"channels": 2, "pattern": "random"},
    "bilinear": {"channels": 3, "pattern": "random"},
}
A_PHOTO = Example("An image, 32 × 32", {**COLORS, "size": 32})
NOTES = Example("The notes’ example")
BACK = Example("Where the gradient goes", {"view": "gradient"})
OVERLAP = Example("Overlapping: 3 with stride 2", {"size": 7, "pool_size": 3, "pattern": "random"})
NO_SHRINKING = Example("Stride 1, window 2", {"size": 5, "strides": 1, "pattern": "random"})
SHRINK_IMAGE = Example("A sharp image, smaller", {**A_PHOTO.values, "pool_size": 4, "strides": 4})
EXAMPLES: dict[str, tuple[Example, ...]] = {
    "average": (NOTES, BACK, OVERLAP, NO_SHRINKING, SHRINK_IMAGE),
    "max": (
        NOTES, BACK, OVERLAP, NO_SHRINKING,
        Example("One winner of four windows", {"pool_size": 2, "strides": 1, "pattern": "dot",
                                               "size": 5, "view": "gradient"}),
        SHRINK_IMAGE,
    ),
    "stochastic": (
        Example("Draw"), Example("Expect", {"training": False}),
        Example("The drawn cells hear the error", {"view": "gradient"}), A_PHOTO,
    ),
    "median": (NOTES, BACK, Example("A window of nine", {"size": 6, "pool_size": 3, "strides": 3,
                                                         "pattern": "random"}), A_PHOTO),
    "mixed": (Example("Half and half"), BACK, Example("Mostly max", {"alpha": 0.9}), A_PHOTO),
    "gated": (Example("A gate for each window"), BACK, A_PHOTO),
    "global_average": (Example("Three channels, three numbers"), BACK, A_PHOTO),
    "global_max": (Example("Three channels, three numbers"), BACK, A_PHOTO),
    "spatial_pyramid": (
        Example("Levels 1, 2, 4"), BACK, Example("An odd size: bins share cells", {"size": 7}),
        Example("Averages", {"mode": "avg"}), A_PHOTO,
    ),
    "netvlad": (
        Example("Two centres, two channels"), BACK, Example("Hard assignment", {"sharpness": 5.0}),
        Example("An image", {**COLORS, "size": 16, "clusters": 3, "sharpness": 10.0}),
    ),
    "bilinear": (Example("Three channels"), BACK, Example("An image", {**COLORS, "size": 16})),
    "max_unpooling": (Example("Back to its place"), BACK, OVERLAP, A_PHOTO),
    "average_unpooling": (Example("Fill the window"), BACK, OVERLAP, A_PHOTO),
}  # fmt: skip


def make_settings(kind: str) -> list[Setting]:
    """All settings of the page, with what `kind` begins with as their defaults."""
    first = {"source": NUMBERS, "size": 4, "channels": 1, "pattern": "notes"} | DEFAULTS.get(
        kind, {}
    )
    settings = [
        KIND,
        *input_settings(),
        *(whole(name, 2 if name != "seed" else 0, *ends) for name, ends in LIMITS.items()),
        real("alpha", 0.5, *SHARES["alpha"][:2]),
        real("sharpness", 0.1, *SHARES["sharpness"][:2]),
        choice("padding", ("valid", "same")),
        choice("mode", MODES),
        Setting("levels", [1, 2, 4], _parse_levels, lambda value: "-".join(map(str, value))),
        flag("training", default=True),
        choice("view", VIEWS, FORWARD),
        flag("predict"),
        cell_setting(),
        edits_setting(),
    ]
    return [Setting(s.name, first.get(s.name, s.default), s.parse, s.format) for s in settings]


def open_address() -> Address:
    """The page's settings; the kind comes first, as it decides the others' defaults."""
    kind = Address(PAGE, [KIND])["kind"]
    return Address(PAGE, make_settings(kind))


def _parse_levels(text: str) -> list[int]:
    levels = [level for level in LEVELS if str(level) in text.split("-")]
    if not levels or "-".join(map(str, levels)) != text:
        raise ValueError(text)
    return levels

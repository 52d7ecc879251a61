"""What can be set on the CBAPD page, and its examples."""

from collections.abc import Mapping
from typing import Any

from cnnlib.ops.blocks import LETTERS
from cnnlib.ops.kernels import KERNELS
from cnnlib.ui.address import Address, Setting, choice, flag, whole
from cnnlib.ui.cbapd.texts import ACTIVATION_NAMES, PADDINGS, PHASE_NAMES, POOLING_NAMES
from cnnlib.ui.cell_setting import cell_setting
from cnnlib.ui.edits import edits_setting
from cnnlib.ui.input_choice import IMAGE, NUMBERS, input_settings

PAGE = "cbapd"
LIMITS = {"kernel_size": (1, 7), "filters": (1, 4), "pool_size": (1, 4), "draw": (0, 9999)}
MAX_RATE, RATE_STEP = 95, 5  # percent

EXAMPLES: dict[str, Mapping[str, Any]] = {
    "C B A P D, the notes' order": {},
    "Activation before BatchNorm": {"order": "CABPD"},
    "Pooling before activation": {"order": "CBPAD"},
    "Numbers to compute by hand": {"source": NUMBERS, "size": 4, "pattern": "ramp"},
    "Dropout falls": {"phase": "training", "rate": 50},
    "32 × 32, four feature maps": {"size": 32, "channels": 3, "filters": 4, "padding": "same"},
}


def make_settings() -> list[Setting]:
    """``order`` is the five letters in their order; a small one is switched off."""
    return [
        Setting("order", LETTERS, parse_order),
        *input_settings(source=IMAGE, size=8, channels=1),
        choice("kernel", KERNELS, "sobel_x"),
        whole("kernel_size", 3, *LIMITS["kernel_size"]),
        whole("filters", 1, *LIMITS["filters"]),
        choice("padding", PADDINGS),
        choice("activation", ACTIVATION_NAMES),
        choice("pooling", POOLING_NAMES),
        whole("pool_size", 2, *LIMITS["pool_size"]),
        Setting("rate", 20, parse_rate),
        whole("draw", 0, *LIMITS["draw"]),
        choice("phase", PHASE_NAMES),
        flag("predict"),
        cell_setting(),
        edits_setting(),
    ]


def open_address() -> Address:
    return Address(PAGE, make_settings())


def parse_order(text: str) -> str:
    """Raises ValueError unless `text` is the five letters, in any order and case."""
    if not text.isascii() or sorted(text.upper()) != sorted(LETTERS):
        raise ValueError(text[:20])
    return text


def parse_rate(text: str) -> int:
    """Percent, in the slider's steps."""
    rate: int = whole("rate", 0, 0, MAX_RATE).parse(text)
    if rate % RATE_STEP:
        raise ValueError(text)
    return rate


def read_steps(order: str) -> tuple[str, ...]:
    """The letters that are switched on, in their order."""
    return tuple(letter for letter in order if letter.isupper())

"""What can be set on the dropout page, and its examples."""

from collections.abc import Mapping
from typing import Any

from cnnlib.ui.address import Address, Setting, choice, flag, whole
from cnnlib.ui.cell_setting import cell_setting
from cnnlib.ui.dropout.network import EXAMPLES as NETWORK_EXAMPLES
from cnnlib.ui.dropout.texts import PHASES, SOURCES
from cnnlib.ui.input_choice import IMAGE, input_settings

PAGE = "dropout"
MOST_DRAWS = 9999
RATE_STEP = 5  # percent

EXAMPLES: dict[str, Mapping[str, Any]] = {
    "Half of the units": {},
    "After pooling, rate 0.2": {"of": "maps", "rate": 20},
    "Inference": {"phase": "inference"},
    "Nine of ten fall": {"rate": 90},
    "32 × 32 in colour": {"of": "maps", "rate": 50, "size": 32, "channels": 3},
}


def make_settings() -> list[Setting]:
    return [
        choice("of", SOURCES),
        *input_settings(source=IMAGE, size=18, channels=1),
        Setting("rate", 50, parse_rate),
        choice("phase", PHASES),
        whole("draw", 0, 0, MOST_DRAWS),
        whole("example", 0, 0, NETWORK_EXAMPLES - 1),
        flag("predict"),
        cell_setting(),
    ]


def open_address() -> Address:
    return Address(PAGE, make_settings())


def parse_rate(text: str) -> int:
    """Percent, in the slider's steps."""
    rate: int = whole("rate", 0, 0, 100).parse(text)
    if rate % RATE_STEP:
        raise ValueError(text)
    return rate

"""What can be set on the Architectures page."""

import re

from cnnlib.arch.analysis import Summary, analyze_until_error
from cnnlib.arch.costs import OPTIMIZER_SLOTS
from cnnlib.errors import LabError
from cnnlib.ui.address import Address, Setting, choice, whole
from cnnlib.ui.architecture import texts
from cnnlib.ui.architecture.code import code_setting
from cnnlib.ui.network_choice import get_network, network_settings

PAGE = "architectures"
MAX_BATCH = 4096
MAX_OPEN = 64  # blocks
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def open_address() -> Address:
    """The page's settings; the network comes first, as it decides which layer is chosen."""
    try:
        summary, _ = analyze_until_error(get_network(Address(PAGE, network_settings())))
        layer = choose_layer(summary)
    except LabError:  # it is said where the network is chosen
        layer = ""
    return Address(PAGE, [*network_settings(), *make_settings(layer)])


def make_settings(layer: str) -> list[Setting]:
    """All but the network's; `layer` is the one that is chosen at first."""
    return [
        Setting("layer", layer, _parse_name),
        choice("picture", texts.PICTURES),
        choice("detail", texts.DETAILS),
        Setting("open", (), _parse_names, ",".join),
        whole("batch", 32, 1, MAX_BATCH),
        choice("optimizer", OPTIMIZER_SLOTS),
        choice("cost", texts.COSTS),
        choice("chart", texts.CHARTS),
        code_setting(),
    ]


def choose_layer(summary: Summary) -> str:
    """The first layer that learns something, else the first one; "" where there is none."""
    learning = (row.name for row in summary.layers if row.params)
    return next(learning, summary.layers[0].name if summary.layers else "")


def _parse_name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise ValueError(text)
    return text


def _parse_names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(",")))
    if len(names) > MAX_OPEN:
        raise ValueError(text)
    return tuple(_parse_name(name) for name in names)

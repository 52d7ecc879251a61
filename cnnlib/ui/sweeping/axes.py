"""What a sweep varies, in the page's address: values of settings, and ranges of numbers."""

from collections.abc import Callable
from typing import Any

from cnnlib.arch import zoo
from cnnlib.errors import LabError
from cnnlib.runs.config import OPTIMIZERS, RunConfig
from cnnlib.runs.schedules import SCHEDULES
from cnnlib.runs.setting_words import format_number
from cnnlib.runs.sweeps import (
    MAX_SEEDS,
    MAX_VALUES,
    NUMBERS,
    SCALES,
    SETTINGS,
    WORDS,
    Axis,
    Range,
    Sweep,
)
from cnnlib.ui.address import Address, Setting, choice, whole
from cnnlib.ui.run_address import NEW, make_run_query, read_number
from cnnlib.ui.run_form.details import (
    BATCH_SIZES,
    LABEL_SMOOTHINGS,
    LEARNING_RATES,
    WARMUPS,
    WEIGHT_DECAYS,
)
from cnnlib.ui.run_form.what import AMOUNTS
from cnnlib.ui.sweeping import texts

MAX_COUNT, MAX_DRAW = 100, 999
_BETWEEN = "~"  # values in the address: commas are augmentation's
_ALL = "all"
CHOICES: dict[str, tuple[Any, ...]] = {
    "network": tuple(zoo.trainable_names()),
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "augmentation": ("", "flip", "flip,shift", "flip,shift,cutout", "mixup"),
    "learning_rate": LEARNING_RATES,
    "batch_size": BATCH_SIZES,
    "epochs": (1, 2, 3, 5, 10, 20),
    "limit": (*AMOUNTS, None),
    "weight_decay": WEIGHT_DECAYS,
    "label_smoothing": LABEL_SMOOTHINGS,
    "warmup": WARMUPS,
    "patience": (0, 1, 2, 3, 5),
}
_FIRST: dict[str, tuple[Any, ...]] = {
    "network": ("baseline", "lenet5"),
    "optimizer": ("adam", "sgd"),
    "schedule": ("constant", "one-cycle"),
    "augmentation": ("", "flip"),
    "learning_rate": (0.0003, 0.001, 0.003),
    "batch_size": (32, 128),
    "epochs": (2, 5),
    "limit": (2_000, 10_000),
    "weight_decay": (0, 0.001),
    "label_smoothing": (0, 0.1),
    "warmup": (0, 1),
    "patience": (0, 2),
}
_RANGES: dict[str, tuple[float, float, str]] = {
    "learning_rate": (0.0001, 0.01, "log"),
    "batch_size": (16, 256, "log"),
    "epochs": (2, 10, "linear"),
    "limit": (1_000, 10_000, "log"),
    "weight_decay": (0.00001, 0.01, "log"),
    "label_smoothing": (0, 0.2, "linear"),
    "warmup": (0, 2, "linear"),
    "patience": (1, 5, "linear"),
}


def axis_settings() -> list[Setting]:
    """For the page's `Address`, beside those of a run."""
    found = [
        choice("way", texts.WAYS),
        Setting("axes", ["learning_rate", "batch_size"], _parse_axes, _BETWEEN.join),
        whole("count", 8, 1, MAX_COUNT),
        whole("draw", 0, 0, MAX_DRAW),
        whole("seeds", 1, 1, MAX_SEEDS),
    ]
    for name in SETTINGS:
        first = [format_value(name, value) for value in _FIRST[name]]
        found.append(Setting(f"x_{name}", first, _values_of(name), _BETWEEN.join))
    for name in NUMBERS:
        low, high, scale = _RANGES[name]
        found += [
            Setting(f"lo_{name}", format_value(name, low), _value_of(name)),
            Setting(f"hi_{name}", format_value(name, high), _value_of(name)),
            choice(f"sc_{name}", SCALES, scale),
        ]
    return found


def read_sweep(address: Address, base: RunConfig) -> Sweep:
    """The sweep that is set.

    Raises:
        LabError: a value breaks its rule, or the sweep varies nothing.
    """
    random = address["way"] == "random"
    return Sweep(
        base,
        {name: _read_axis(address, name, random) for name in SETTINGS if name in address["axes"]},
        count=address["count"] if random else None,
        draw=address["draw"] if random else 0,
        seeds=address["seeds"],
    )


def make_sweep_query(sweep: Sweep, *, here: str | None = None) -> dict[str, str]:
    """The address of the form with just this sweep: what differs from the first values.

    The form would take more out of its address, and the Back button then lead to the form again.

    Args:
        here: the data set that this lab's form begins with, which need not be said.

    Raises:
        SpecError: the network is too long for a link.
    """
    base = make_run_query(sweep.base, here=here)
    query = {"axes": _BETWEEN.join(sweep.axes), "seeds": str(sweep.seeds)}
    if sweep.count is not None:
        query |= {"way": "random", "count": str(sweep.count), "draw": str(sweep.draw)}
    for name, axis in sweep.axes.items():
        if isinstance(axis, Range):
            query[f"lo_{name}"] = format_value(name, axis.low)
            query[f"hi_{name}"] = format_value(name, axis.high)
            query[f"sc_{name}"] = axis.scale
        else:
            query[f"x_{name}"] = _BETWEEN.join(format_value(name, value) for value in axis)
    first = {setting.name: setting.format(setting.default) for setting in axis_settings()}
    return {
        **{name: text for name, text in base.items() if name not in NEW},
        **{name: text for name, text in query.items() if text != first[name]},
    }


def format_value(name: str, value: Any) -> str:
    """A value as the widgets and the address have it."""
    if name in WORDS:
        return str(value) or "none"
    return _ALL if value is None else format_number(value)


def parse_value(name: str, text: str) -> Any:
    """What `format_value` wrote, or somebody typed.

    Raises:
        LabError: it breaks the setting's rule.
    """
    text = text.strip()
    if name in WORDS:
        value: Any = "" if text == "none" else text
    elif name == "limit" and text == _ALL:
        value = None
    else:
        return read_number(name, text)
    RunConfig(**{name: value})
    return value


def _read_axis(address: Address, name: str, random: bool) -> Axis:
    if random and name in NUMBERS:
        low, high = (parse_value(name, address[f"{end}_{name}"] or "") for end in ("lo", "hi"))
        return Range(low, high, address[f"sc_{name}"])
    return tuple(dict.fromkeys(parse_value(name, text) for text in address[f"x_{name}"]))


def _parse_axes(text: str) -> list[str]:
    names = list(dict.fromkeys(text.split(_BETWEEN))) if text else []
    if not set(names) <= set(SETTINGS):
        raise ValueError(text)
    return names


def _values_of(name: str) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        read = _value_of(name)
        values = list(dict.fromkeys(read(part) for part in text.split(_BETWEEN)))
        if len(values) > MAX_VALUES:
            raise ValueError(text)
        return values

    return parse


def _value_of(name: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        try:
            value = parse_value(name, text)
        except LabError as error:
            raise ValueError(text) from error
        if name in WORDS and value not in CHOICES[name]:
            raise ValueError(text)
        return format_value(name, value)

    return parse

"""A run's settings in the Train page's address: the form reads them, links to it are made of them.

A link says only what differs from the first values, which are the notes'. What breaks its rule is
passed over; see `cnnlib.ui.address`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from cnnlib.arch import zoo
from cnnlib.errors import LabError, RunError
from cnnlib.runs.config import (
    ACCELERATIONS,
    MAX_BATCH_SIZE,
    MAX_EPOCHS,
    MAX_SEED,
    OPTIMIZERS,
    RunConfig,
)
from cnnlib.runs.schedules import SCHEDULES
from cnnlib.runs.setting_words import format_number
from cnnlib.ui.address import Setting, choice, flag, whole
from cnnlib.ui.network_choice import find_network, make_network_query, parse_network, parse_packed

ALL = 0  # as `limit`: all images of whichever data set
NOTHING = "nothing"  # as `watch` in the address
NEW = {"new": "1"}  # the form, whatever runs are under way
TYPED = ("learning_rate", "warmup", "label_smoothing", "weight_decay")
"""Numbers that people type: the form keeps their text, so that what was typed stays as it is."""

_MAX_LIMIT = 10**9
_NETWORK = ("network", "spec")
_NUMBER = re.compile(r"[0-9]{0,12}(?:\.[0-9]{0,30})?(?:[eE][-+]?[0-9]{1,3})?")
_FIRST = RunConfig()


def run_settings(dataset: str = _FIRST.dataset) -> list[Setting]:
    """What the form sets, with the first values.

    Args:
        dataset: the data set to begin with.
    """
    return [
        Setting("network", _FIRST.network, parse_network),
        Setting("spec", "", parse_packed),
        Setting("dataset", dataset, _checked("dataset")),
        whole("limit", ALL, 1, _MAX_LIMIT),
        whole("epochs", _FIRST.epochs, 1, MAX_EPOCHS),
        whole("batch_size", _FIRST.batch_size, 1, MAX_BATCH_SIZE),
        choice("optimizer", OPTIMIZERS, _FIRST.optimizer),
        *(_typed(name) for name in TYPED),
        whole("seed", _FIRST.seed, 0, MAX_SEED),
        Setting("augmentation", "", _checked("augmentation")),
        choice("schedule", SCHEDULES),
        whole("patience", _FIRST.patience, 0, MAX_EPOCHS),
        choice("acceleration", ACCELERATIONS),
        flag("deterministic", _FIRST.deterministic),
        Setting("watch", _split(_FIRST.watch), _parse_watch, _format_watch),
    ]


def make_run_query(config: RunConfig, *, here: str | None = None) -> dict[str, str]:
    """The address of the form with just these settings, `new=1` among them.

    The run that `config` continues is no setting of the form: what the link starts begins anew.

    Args:
        here: the data set that this lab's form begins with, which need not be said. The form would
            take it out of the address, and the Back button then lead to the form once more.

    Raises:
        SpecError: the network is too long for a link.
    """
    values = make_values(config)
    settings = {setting.name: setting for setting in run_settings() if setting.name not in _NETWORK}
    changed = {
        name: setting.format(values[name])
        for name, setting in settings.items()
        if values[name] != (here if name == "dataset" else setting.default)
    }
    return {**NEW, **_make_network_query(config), **changed}


def make_values(config: RunConfig) -> dict[str, Any]:
    """A run's settings as the form keeps them, the network apart."""
    values = {field.name: getattr(config, field.name) for field in fields(config)}
    values["limit"] = config.limit or ALL
    values["watch"] = _split(config.watch)
    return values | {name: format_number(values[name]) for name in TYPED}


def make_config(values: Mapping[str, Any]) -> RunConfig:
    """The settings that the form keeps as `values`, those of `run_settings`.

    Raises:
        LabError: the network is gone, or none that a run may train; a setting breaks its rule.
    """
    kept = dict(values)
    name, packed = kept.pop("network"), kept.pop("spec")
    kept["limit"] = None if kept["limit"] == ALL else kept["limit"]
    kept["watch"] = ",".join(kept["watch"])
    kept |= {name: read_number(name, kept[name] or "") for name in TYPED}
    if name in zoo.names():
        return RunConfig(network=name, **kept)
    return RunConfig(spec=find_network(name, packed), **kept)


def read_number(name: str, text: str) -> float:
    """
    Raises:
        RunError: no number, or one that breaks the rule of the setting `name`.
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text) or not any(c.isdecimal() for c in text.lower().split("e")[0]):
        raise RunError(f"{name} must be a number like 0.003. Received: {text[:40]!r}.")
    value: float = float(text)
    if not isinstance(getattr(_FIRST, name), float) and value.is_integer():
        value = int(value)  # the rule says that it must be whole
    replace(_FIRST, **{"epochs": MAX_EPOCHS, name: value})  # type: ignore[arg-type]
    return value


def _make_network_query(config: RunConfig) -> dict[str, str]:
    query = make_network_query(config.spec) if config.spec else {"network": config.network}
    return {} if query == {"network": _FIRST.network} else query


def _typed(name: str) -> Setting:
    def parse(text: str) -> str:
        try:
            return format_number(read_number(name, text))
        except RunError as error:
            raise ValueError(text) from error

    return Setting(name, format_number(getattr(_FIRST, name)), parse)


def _checked(name: str) -> Callable[[str], Any]:
    """A text that `RunConfig` takes, in the form that it keeps."""

    def parse(text: str) -> Any:
        try:
            return getattr(replace(_FIRST, **{name: text}), name)  # type: ignore[arg-type]
        except LabError as error:
            raise ValueError(text) from error

    return parse


def _split(watch: str) -> list[str]:
    return [word for word in watch.split(",") if word]


def _parse_watch(text: str) -> list[str]:
    return [] if text == NOTHING else _split(_checked("watch")(text))


def _format_watch(words: list[str]) -> str:
    return ",".join(words) or NOTHING

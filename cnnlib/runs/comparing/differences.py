"""What of the settings of several runs differs, and what is the same."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from cnnlib.runs.config import RunConfig
from cnnlib.runs.setting_words import LABELS, describe_setting, describe_value

_LATER_LABELS = {
    "deterministic": "deterministic",
    "watch": "watched",
    "continue_from": "goes on from",
    "checkpoint": "its checkpoint",
}
# The others are said where they are not what they usually are.
_ALWAYS_SAID = ("network", "dataset", "limit", "epochs", "batch_size", "optimizer",
                "learning_rate", "seed")  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """A setting that is not the same in all runs.

    Attributes:
        label: its name for people. values: in the order of the runs.
        changed: which runs have another value than the first.
    """

    label: str
    values: tuple[str, ...]
    changed: tuple[bool, ...]


def compare_settings(configs: Sequence[RunConfig]) -> tuple[list[Difference], list[str]]:
    """(the settings that differ, the others in words), in the order of `RunConfig`'s fields.

    The texts hold what people wrote, names of networks and data sets: escape them.
    """
    differences, same = [], []
    for field in fields(RunConfig):
        name = field.name
        if name == "spec":  # `network` stands for it: two of one name may yet be different
            continue
        values = [getattr(config, name) for config in configs]
        if name == "network":
            values = [(config.network, config.spec) for config in configs]
        if all(value == values[0] for value in values):
            if name in LABELS and (name in _ALWAYS_SAID or values[0] != field.default):
                same.append(_describe_same(name, configs[0]))
            continue
        differences.append(
            Difference(
                LABELS.get(name) or _LATER_LABELS.get(name, name),
                tuple(_describe(name, config) for config in configs),
                tuple(value != values[0] for value in values),
            )
        )
    return differences, same


def _describe(name: str, config: RunConfig) -> str:
    value = getattr(config, name)
    if name == "network":
        return config.title
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name in LABELS:
        return describe_value(name, value)
    return str(value) if value else "–"


def _describe_same(name: str, config: RunConfig) -> str:
    if name == "network":
        return config.title
    return describe_setting(name, getattr(config, name))

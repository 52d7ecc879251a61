"""Ways to train, under a name: what of a run's settings belongs to them, and what was changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from cnnlib.runs.config import RunConfig
from cnnlib.runs.setting_words import describe_setting, describe_value

SETTINGS = ("epochs", "batch_size", "optimizer", "learning_rate", "schedule", "warmup",
            "label_smoothing", "weight_decay", "patience", "augmentation",
            "acceleration")  # fmt: skip
"""Those of `RunConfig` that say how to train; the others say what, and on what."""


@dataclass(frozen=True)
class Recipe:
    """A way to train.

    Attributes:
        changes: what differs from the notes' settings, the defaults of `RunConfig`.
    """

    name: str
    title: str
    changes: Mapping[str, Any] = field(default_factory=dict)

    def apply(self, config: RunConfig) -> RunConfig:
        """`config`, trained in this way."""
        return replace(config, **self.values)

    @property
    def values(self) -> dict[str, Any]:
        """All of `SETTINGS`."""
        notes = RunConfig()
        return {name: self.changes.get(name, getattr(notes, name)) for name in SETTINGS}


NOTES = Recipe("notes", "as in the notes")
FAST = Recipe(
    "fast",
    "fast",
    MappingProxyType(
        {"epochs": 4, "batch_size": 128, "learning_rate": 0.006, "schedule": "one-cycle"}
    ),
)  # fmt: skip
RECIPES = MappingProxyType({recipe.name: recipe for recipe in (NOTES, FAST)})


@dataclass(frozen=True)
class Change:
    """A setting that is not the recipe's."""

    name: str
    value: Any
    usual: Any

    def describe(self) -> str:
        """«batch 64 instead of 128»"""
        words, usual = (
            describe_setting(self.name, self.value),
            describe_value(self.name, self.usual),
        )
        return f"{words} instead of {usual}"


def list_changes(config: RunConfig, recipe: Recipe = NOTES) -> list[Change]:
    """The settings that are not the recipe's, in the order of `SETTINGS`."""
    return [
        Change(name, getattr(config, name), usual)
        for name, usual in recipe.values.items()
        if getattr(config, name) != usual
    ]


def find_nearest_recipe(config: RunConfig) -> Recipe:
    """The recipe from which the fewest settings differ; none differ where it is followed."""
    return min(RECIPES.values(), key=lambda recipe: len(list_changes(config, recipe)))

"""Ways to train: what belongs to them, and what was changed."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlib.runs.config import MAX_BATCH_SIZE, OPTIMIZERS, RunConfig
from cnnlib.runs.recipes import (
    FAST,
    NOTES,
    RECIPES,
    SETTINGS,
    find_nearest_recipe,
    list_changes,
)
from cnnlib.runs.schedules import SCHEDULES
from cnnlib.runs.setting_words import describe_setting

WHAT = {"network": "lenet5", "dataset": "synthetic", "limit": 500, "seed": 3, "watch": "",
        "deterministic": True}  # fmt: skip


def test_the_notes_way_is_what_a_run_begins_with() -> None:
    assert not NOTES.changes
    assert NOTES.apply(RunConfig()) == RunConfig()
    assert find_nearest_recipe(RunConfig()) == NOTES


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_recipe_says_how_and_never_what(recipe: object) -> None:
    base = RunConfig(optimizer="rmsprop", patience=7, augmentation="flip", **WHAT)  # type: ignore[arg-type]
    made = recipe.apply(base)  # type: ignore[attr-defined]
    assert {name: getattr(made, name) for name in WHAT} == WHAT
    assert list_changes(made, recipe) == []  # type: ignore[arg-type]
    assert find_nearest_recipe(made) == recipe


def test_recipes_differ_and_every_setting_is_one_or_the_other() -> None:
    assert list_changes(FAST.apply(RunConfig()), NOTES)
    what = {*WHAT, "spec", "continue_from", "checkpoint"}
    assert {field.name for field in fields(RunConfig)} == {*SETTINGS, *what}


@given(
    st.integers(1, MAX_BATCH_SIZE), st.sampled_from(OPTIMIZERS), st.sampled_from(SCHEDULES),
    st.floats(1e-6, 10), st.sampled_from(list(RECIPES)),
)  # fmt: skip
def test_the_changes_lead_from_the_recipe_to_the_run(
    batch: int, optimizer: str, schedule: str, rate: float, name: str
) -> None:
    config = RunConfig(batch_size=batch, optimizer=optimizer, schedule=schedule, learning_rate=rate)
    changes = list_changes(config, RECIPES[name])
    values = RECIPES[name].values | {change.name: change.value for change in changes}
    assert RunConfig(**values) == config
    nearest = find_nearest_recipe(config)
    assert len(list_changes(config, nearest)) <= len(changes)
    for change in changes:
        assert " instead of " in change.describe()


def test_changes_in_words() -> None:
    config = RunConfig(batch_size=64, optimizer="sgd", augmentation="flip", epochs=1, patience=2)
    assert [change.describe() for change in list_changes(config)] == [
        "1 epoch instead of 5 epochs",
        "batch 64 instead of 32",
        "SGD instead of Adam",
        "patience 2 epochs instead of none",
        "augmentation flip left and right instead of none",
    ]


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_words_for_its_first_value(name: str) -> None:
    assert describe_setting(name, getattr(RunConfig(), name))

"""Recipes in one click, and what of the settings is not theirs."""

import streamlit as st

from cnnlib.runs.config import RunConfig
from cnnlib.runs.recipes import NOTES, RECIPES, SETTINGS, find_nearest_recipe, list_changes
from cnnlib.runs.setting_words import describe_setting, describe_value
from cnnlib.ui.address import Address
from cnnlib.ui.run_address import make_values
from cnnlib.ui.run_form import texts


def choose_recipe(address: Address) -> None:
    """The recipes, the one that is followed marked; a click sets all its settings."""
    followed = [
        name
        for name, recipe in RECIPES.items()
        if _make_values(recipe.values) == {name: address[name] for name in SETTINGS}
    ]
    key = address.key("_recipe")
    st.session_state[key] = followed[0] if followed else None
    st.segmented_control(
        texts.RECIPE, list(RECIPES), format_func=texts.RECIPE_TITLES.__getitem__, key=key,
        on_change=_apply, args=(address,), width="stretch", help=texts.RECIPE_HELP,
    )  # fmt: skip


def show_recipe(config: RunConfig) -> None:
    """What is changed from the nearest recipe; as badges, what differs from the notes."""
    recipe = find_nearest_recipe(config)
    title = texts.RECIPE_TITLES[recipe.name].lower()
    changes = list_changes(config, recipe)
    if changes:
        words = ", ".join(change.describe() for change in changes)
        st.caption(texts.CHANGED.format(recipe=title, changes=words))
    elif recipe == NOTES:
        shown = ("optimizer", "learning_rate", "batch_size", "epochs")
        words = ", ".join(describe_setting(name, getattr(config, name)) for name in shown)
        st.caption(texts.SAME.format(recipe=title, settings=words))
    badges = [
        f":blue-badge[{describe_setting(change.name, change.value)}]"
        f" :small[:gray[instead of {describe_value(change.name, change.usual)}]]"
        for change in list_changes(config, NOTES)
    ]
    if badges and recipe != NOTES:
        st.markdown(" ".join(badges))


def _apply(address: Address) -> None:
    chosen = st.session_state[address.key("_recipe")]
    if chosen is None:  # a click on the one that is followed already
        return
    for name, value in _make_values(RECIPES[chosen].values).items():
        address[name] = value


def _make_values(settings: dict[str, object]) -> dict[str, object]:
    """A recipe's settings as the form keeps them."""
    values = make_values(RunConfig(**settings))  # type: ignore[arg-type]
    return {name: values[name] for name in SETTINGS}

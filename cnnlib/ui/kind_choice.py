"""The row of kinds on a page that has some, each kind with defaults of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import streamlit as st

from cnnlib.ui.address import Address, Setting
from cnnlib.ui.anatomy import offer_examples

KIND = "kind"
Settings = Callable[[str], Sequence[Setting]]
"""From a kind to all settings of its page, with what the kind begins with as their defaults."""


@dataclass(frozen=True)
class Example:
    """A setting worth looking at: what differs from what its kind begins with."""

    title: str
    values: Mapping[str, Any] = field(default_factory=dict)


class Titled(Protocol):
    @property
    def title(self) -> str: ...


def choose_kind(page: str, kinds: Mapping[str, Titled], make_settings: Settings) -> None:
    """Draw the row; another kind begins with what suits it.

    Args:
        page: the page's `Address`, whose setting `KIND` is one of `kinds`.
    """

    def start() -> None:
        kind = st.session_state[f"{page}_{KIND}"]
        Address(page, make_settings(kind)).reset({KIND: kind})

    st.pills(
        "Kind",
        list(kinds),
        format_func=lambda name: kinds[name].title,
        key=f"{page}_{KIND}",
        required=True,
        on_change=start,
        label_visibility="collapsed",
        wrap=True,
    )


def offer_kind_examples(address: Address, examples: Sequence[Example]) -> None:
    """A button for each example of the chosen kind."""
    kind = {KIND: address[KIND]}
    offer_examples(address, {example.title: kind | dict(example.values) for example in examples})

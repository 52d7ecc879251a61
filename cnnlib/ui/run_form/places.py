"""Usual values to choose from, and others that a link brought or somebody typed."""

from collections.abc import Iterable

import streamlit as st

from cnnlib.runs.config import RunConfig
from cnnlib.runs.setting_words import format_number
from cnnlib.ui.address import Address


def list_places(address: Address, name: str, usual: Iterable[int]) -> list[int]:
    """The places of a slider: the usual ones, and each other that it has stood at."""
    kept: set[int] = st.session_state.setdefault(address.key(f"_{name}_places"), set())
    kept.add(address[name])
    return sorted({*usual, *kept})


def choose_number(
    address: Address, name: str, label: str, usual: Iterable[float], help: str
) -> None:
    """A number of `run_address.TYPED`: chosen from the usual ones, or typed as it may be."""
    first = getattr(RunConfig(), name)
    options = [format_number(value) for value in sorted({*usual, first})]
    if address[name] not in options:
        options.append(address[name])
    st.selectbox(label, options, key=address.key(name), help=help, accept_new_options=True,
                 placeholder=format_number(first))  # fmt: skip

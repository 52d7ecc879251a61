"""The controls of the pooling page, and the options that they make."""

from typing import Any

import streamlit as st

from cnnlib.ops.pools import Options, Pool
from cnnlib.ui.address import Address
from cnnlib.ui.edits import forget_edits
from cnnlib.ui.pooling import texts
from cnnlib.ui.pooling.settings import (
    LEVELS,
    LIMITS,
    SHARES,
)


def choose_view(address: Address) -> None:
    """Forward or gradient."""
    st.segmented_control(
        texts.VIEW, list(texts.VIEWS), format_func=texts.VIEWS.__getitem__,
        key=address.key("view"), required=True, label_visibility="collapsed",
        on_change=lambda: address.__setitem__("cell", None),
    )  # fmt: skip


def choose_options(address: Address, pool: Pool) -> Options:
    """Draw the controls that `pool` has, and give what they say."""
    for name, label in texts.CONTROLS.items():
        if name not in pool.controls:
            continue
        if name in SHARES:
            low, high, step = SHARES[name]
            st.slider(label, low, high, step=step, key=address.key(name), width=220)
        else:
            st.number_input(
                label, *LIMITS[name], key=address.key(name), width=130,
                on_change=_forget_weights, args=(address,),
            )  # fmt: skip
    if "padding" in pool.controls:
        st.segmented_control(
            "Padding", ("valid", "same"), format_func=str.upper, key=address.key("padding"),
            required=True,
        )  # fmt: skip
    if "levels" in pool.controls:
        _choose_levels(address)
    if "training" in pool.controls:
        _choose_phase(address)
    return read_options(address, pool)


def _forget_weights(address: Address) -> None:
    """Edits of a mask or of centres belong to their shape."""
    edited = {grid for grid, _ in address["edits"]} & set(texts.LABELS)
    if edited:
        forget_edits(address, *edited)


def _choose_levels(address: Address) -> None:
    st.pills(texts.LEVELS, LEVELS, selection_mode="multi", key=address.key("levels"))
    st.segmented_control(
        texts.MODE, list(texts.MODES), format_func=texts.MODES.__getitem__,
        key=address.key("mode"), required=True,
    )  # fmt: skip


def _choose_phase(address: Address) -> None:
    st.segmented_control(
        texts.PHASE, list(texts.PHASES), format_func=texts.PHASES.__getitem__,
        key=address.key("training"), required=True,
    )  # fmt: skip
    if address["training"]:
        st.number_input(texts.SEED, *LIMITS["seed"], key=address.key("seed"), width=120)
        st.button(texts.RESEED, icon=":material/casino:", on_click=_draw_again, args=(address,))


def _draw_again(address: Address) -> None:
    address["seed"] = (address["seed"] + 1) % (LIMITS["seed"][1] + 1)


def read_options(address: Address, pool: Pool) -> Options:
    """The options that the address says; what `pool` has no control for stays at its default."""
    values: dict[str, Any] = {name: address[name] for name in pool.controls}
    if "levels" in values:
        values["levels"] = tuple(sorted(values["levels"]))
    return Options(**values)

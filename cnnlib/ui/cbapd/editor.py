"""The five steps as five cards: switched on or off, moved, each with its settings."""

from collections.abc import Callable

import streamlit as st

from cnnlib.ops.kernels import KERNELS
from cnnlib.ui.address import Address
from cnnlib.ui.cbapd import texts
from cnnlib.ui.cbapd.settings import LIMITS, MAX_RATE, RATE_STEP
from cnnlib.ui.edits import forget_edits


def choose_steps(address: Address, norm_note: str) -> None:
    """Draw the cards; what they set is in `address`.

    Args:
        norm_note: where BatchNorm's mean and variance come from.
    """
    order: str = address["order"]
    for place, (column, letter) in enumerate(zip(st.columns(5, gap="small"), order, strict=True)):
        with column, st.container(border=True, height="stretch"):
            _draw_head(address, place, letter)
            if letter == "B":
                st.caption(norm_note)
            elif letter.isupper():
                _CONTROLS[letter](address)


def _draw_head(address: Address, place: int, letter: str) -> None:
    name = texts.STEP_NAMES[letter.upper()]
    switch = address.key(f"on_{letter.upper()}")
    st.session_state[switch] = letter.isupper()
    st.toggle(name, key=switch, on_change=_switch, args=(address, letter.upper(), switch))
    with st.container(horizontal=True, gap="small"):
        for label, step, disabled in (
            (texts.EARLIER, -1, place == 0),
            (texts.LATER, 1, place == len(address["order"]) - 1),
        ):
            st.button(
                label,
                key=address.key(f"{label}_{letter.upper()}"),
                type="tertiary",
                disabled=disabled,
                on_click=_move,
                args=(address, letter.upper(), step),
            )


# By its letter: a second click may come before the page has drawn the card at its new place.


def _switch(address: Address, letter: str, switch: str) -> None:
    order = list(address["order"])
    place = address["order"].upper().index(letter)
    order[place] = letter if st.session_state[switch] else letter.lower()
    address["order"] = "".join(order)


def _move(address: Address, letter: str, step: int) -> None:
    order = list(address["order"])
    place = address["order"].upper().index(letter)
    if 0 <= place + step < len(order):
        order[place], order[place + step] = order[place + step], order[place]
        address["order"] = "".join(order)


def _choose_convolution(address: Address) -> None:
    def forget() -> None:  # edits of a kernel belong to the kernel that was there
        forget_edits(address, "kernel", "bias")

    st.selectbox("Kernel", list(KERNELS), format_func=lambda name: KERNELS[name].title,
                 key=address.key("kernel"), on_change=forget)  # fmt: skip
    for name, label in (("kernel_size", "Size k"), ("filters", "Filters F")):
        st.number_input(label, *LIMITS[name], key=address.key(name), on_change=forget)
    st.selectbox("Padding", texts.PADDINGS, format_func=str.upper, key=address.key("padding"))


def _choose_activation(address: Address) -> None:
    st.selectbox("Function", list(texts.ACTIVATION_NAMES),
                 format_func=texts.ACTIVATION_NAMES.__getitem__,
                 key=address.key("activation"))  # fmt: skip


def _choose_pooling(address: Address) -> None:
    st.selectbox("Kind", list(texts.POOLING_NAMES), format_func=texts.POOLING_NAMES.__getitem__,
                 key=address.key("pooling"))  # fmt: skip
    st.number_input("Window and stride", *LIMITS["pool_size"], key=address.key("pool_size"))


def _choose_dropout(address: Address) -> None:
    st.slider("Rate p", 0, MAX_RATE, step=RATE_STEP, format="%d %%", key=address.key("rate"))
    if address["phase"] == "training":
        st.button(texts.DRAW_AGAIN, icon=":material/casino:", key=address.key("draw_again"),
                  on_click=_draw_again, args=(address,))  # fmt: skip


def _draw_again(address: Address) -> None:
    address["draw"] = (address["draw"] + 1) % (LIMITS["draw"][1] + 1)


_CONTROLS: dict[str, Callable[[Address], None]] = {
    "C": _choose_convolution,
    "A": _choose_activation,
    "P": _choose_pooling,
    "D": _choose_dropout,
}

"""The editor of a stack of layers: a row of layers, and the settings of the one that is chosen."""

import streamlit as st

from cnnlib.ui.address import Address, Setting, whole
from cnnlib.ui.receptive_field.stack import (
    MAX_DILATION,
    MAX_KERNEL,
    MAX_LAYERS,
    MAX_STRIDE,
    Choice,
    Stack,
    format_stack,
    make_presets,
    name_choices,
    parse_stack,
)

MAX_SIZE = 256
KINDS = {"conv": "convolution", "pool": "max pooling"}
PADDINGS = {"valid": "VALID", "same": "SAME"}
DEFAULT = "two-3x3"
KEPT = ("image", "predict", "x")  # the page's other settings, which a preset leaves alone
NUMBERS = (
    ("kernel_size", "Kernel", MAX_KERNEL),
    ("strides", "Stride", MAX_STRIDE),
    ("dilation_rate", "Dilation", MAX_DILATION),
)
NEW_LAYER = Choice("conv", 3)


def stack_settings() -> list[Setting]:
    """The editor's settings for a page's `Address`: the stack, the image's size, who is chosen."""
    preset = make_presets()[DEFAULT]
    return [
        Setting("layers", preset.stack, parse_stack, format_stack),
        whole("size", preset.size, 1, MAX_SIZE),
        whole("chosen", 1, 1, MAX_LAYERS),
    ]


def edit_stack(address: Address) -> None:
    """Draw the editor; what it sets is in `address`: ``layers`` and ``size``."""
    stack: Stack = address["layers"]
    address["chosen"] = min(address["chosen"] or 1, max(1, len(stack)))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.number_input("Image size", 1, MAX_SIZE, key=address.key("size"), width=140)
        for name, preset in make_presets().items():
            st.button(
                preset.title,
                key=address.key(f"preset_{name}"),
                on_click=address.reset,
                args=({"layers": preset.stack, "size": preset.size}, KEPT),
            )
    with st.container(border=True):
        if stack:
            names = name_choices(stack)
            st.pills(
                "Layers, from the image on: choose one to change it",
                range(1, len(stack) + 1),
                format_func=lambda number: f"{names[number - 1]} · {describe(stack[number - 1])}",
                required=True,
                wrap=True,
                key=address.key("chosen"),
            )
            _edit_layer(address, stack)
        _draw_buttons(address, len(stack))


def describe(choice: Choice) -> str:
    """``3×3``, then what is not the default: ``3×3 /2 SAME``."""
    text = f"{choice.kernel_size}×{choice.kernel_size}"
    text += f" /{choice.strides}" if choice.strides > 1 else ""
    text += f" d{choice.dilation_rate}" if choice.dilation_rate > 1 else ""
    return text + (" SAME" if choice.padding == "same" else "")


def _edit_layer(address: Address, stack: Stack) -> None:
    choice = stack[address["chosen"] - 1]
    for field, value in choice._asdict().items():
        address[field] = value
    place = address["chosen"]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            "Kind",
            list(KINDS),
            format_func=KINDS.__getitem__,
            key=address.key("kind"),
            width=150,
            on_change=_take,
            args=(address, place, "kind"),
        )
        for field, label, limit in NUMBERS:
            st.number_input(
                label,
                1,
                limit,
                key=address.key(field),
                width=115,
                on_change=_take,
                args=(address, place, field),
            )
        st.segmented_control(
            "Padding",
            list(PADDINGS),
            format_func=PADDINGS.__getitem__,
            required=True,
            key=address.key("padding"),
            on_change=_take,
            args=(address, place, "padding"),
        )


def _draw_buttons(address: Address, count: int) -> None:
    chosen = address["chosen"]
    with st.container(horizontal=True, gap="small"):
        for label, icon, step, disabled in (
            ("Earlier", ":material/arrow_back:", -1, chosen <= 1),
            ("Later", ":material/arrow_forward:", 1, chosen >= count),
        ):
            st.button(
                label,
                icon=icon,
                disabled=disabled,
                on_click=_move,
                args=(address, step),
                key=address.key(label),
            )
        st.button(
            "Add a layer",
            icon=":material/add:",
            disabled=count >= MAX_LAYERS,
            on_click=_add,
            args=(address,),
            key=address.key("add"),
        )
        st.button(
            "Remove",
            icon=":material/delete:",
            disabled=not count,
            on_click=_remove,
            args=(address,),
            key=address.key("remove"),
        )


def _take(address: Address, place: int, field: str) -> None:
    """What was set becomes that of the layer at `place`, from 1, even if another is chosen now."""
    stack = list(address["layers"])
    if place <= len(stack):
        stack[place - 1] = stack[place - 1]._replace(**{field: address[field]})
        address["layers"] = tuple(stack)


# A second click may come before the page has greyed the button.


def _move(address: Address, step: int) -> None:
    at, stack = address["chosen"] - 1, list(address["layers"])
    if 0 <= at + step < len(stack):
        stack[at], stack[at + step] = stack[at + step], stack[at]
        address["layers"], address["chosen"] = tuple(stack), at + step + 1


def _add(address: Address) -> None:
    """A new layer after the chosen one."""
    stack = list(address["layers"])
    if len(stack) < MAX_LAYERS:
        at = address["chosen"] if stack else 0
        stack.insert(at, NEW_LAYER)
        address["layers"], address["chosen"] = tuple(stack), at + 1


def _remove(address: Address) -> None:
    at, stack = address["chosen"] - 1, list(address["layers"])
    if stack:
        del stack[at]
        address["layers"], address["chosen"] = tuple(stack), max(1, min(at + 1, len(stack)))

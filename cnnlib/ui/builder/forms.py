"""A layer's settings as widgets: from the fields of its dataclass, each with its range."""

from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any

import streamlit as st

from cnnlib.arch.arguments import MAX_SIZE
from cnnlib.arch.edits import change, rename
from cnnlib.arch.layers import ACTIVATIONS, PADDINGS, Layer
from cnnlib.ui.address import Address
from cnnlib.ui.builder import texts
from cnnlib.ui.builder.state import choose_layer, edit, find_name, note_name

SKIPPED = ("name", "inputs", "block")
PAIRS = ("kernel_size", "pool_size", "strides", "dilation_rate")
SHARES = {"rate": 0.05, "momentum": 0.01, "epsilon": 0.001, "l2": 0.001}  # and their steps
LARGEST_SHARE = 0.999_999
LONGEST_NAME = 64
NARROW, WIDE = 128, 180  # pixels


def edit_layer(address: Address, layer: Layer) -> None:
    """Draw a widget for each argument; what is set becomes the layer's."""
    names = [field.name for field in fields(layer) if field.name not in SKIPPED]
    pairs = [name for name in names if name in PAIRS]
    square = all(len(set(_pair(getattr(layer, name)))) == 1 for name in pairs)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        edit_name(address, layer.name)
        apart = bool(pairs) and (not square or bool(st.session_state.get(_key("apart"))))
        for name in names:
            if name in PAIRS:
                _edit_pair(address, layer, name, apart)
            else:
                _edit_field(address, layer, name)
        if pairs:
            st.session_state[_key("apart")] = apart
            st.toggle(texts.NOT_SQUARE, key=_key("apart"), on_change=_level,
                      args=(address, layer.name, pairs))  # fmt: skip
    if not names:
        st.caption(texts.NOTHING_TO_SET)


def edit_name(address: Address, name: str) -> None:
    """The one free text: what a layer or a block is called."""
    key = _key("name")
    st.session_state[key] = name
    st.text_input(texts.NAME, key=key, max_chars=LONGEST_NAME, width=WIDE,
                  on_change=_rename, args=(address, name, key))  # fmt: skip


def _rename(address: Address, old: str, key: str) -> None:
    old, new = find_name(address, old), st.session_state[key].strip()
    if edit(address, partial(rename, old=old, new=new)):
        note_name(old, new)
        choose_layer(address, new)


def _edit_field(address: Address, layer: Layer, name: str) -> None:
    key, value, label = _key(f"{layer.kind}_{name}"), getattr(layer, name), texts.FIELDS[name]
    st.session_state[key] = value
    how: dict[str, Any] = {
        "key": key,
        "on_change": _take,
        "args": (address, layer.name, name, partial(_read, key)),
    }
    match name:
        case "padding":
            st.segmented_control(label, PADDINGS, format_func=str.upper, required=True, **how)
        case "activation":
            st.selectbox(label, ACTIVATIONS, width=WIDE, **how)
        case "use_bias":
            st.toggle(label, **how)
        case _ if name in SHARES:
            st.session_state[key] = float(value)
            st.number_input(label, 0.0, LARGEST_SHARE, step=SHARES[name], format="%g",
                            width=NARROW, **how)  # fmt: skip
        case _:
            st.number_input(label, 1, MAX_SIZE, width=NARROW, **how)


def _edit_pair(address: Address, layer: Layer, name: str, apart: bool) -> None:
    """One number for both axes, or one for each."""
    label, pair = texts.FIELDS[name], _pair(getattr(layer, name))
    keys = [_key(f"{name}_{axis}") for axis in ("down", "across")]
    labels = [f"{label} ↓", f"{label} →"] if apart else [label]
    read = partial(_read_pair, *(keys if apart else [keys[0], keys[0]]))
    for key, text, value in zip(keys, labels, pair, strict=False):
        st.session_state[key] = value
        st.number_input(text, 1, MAX_SIZE, key=key, width=NARROW, on_change=_take,
                        args=(address, layer.name, name, read))  # fmt: skip


def _read(key: str) -> Any:
    return st.session_state[key]


def _read_pair(down: str, across: str) -> tuple[int, int]:
    """Both as the height is, if just now they have been said to be alike."""
    if not st.session_state[_key("apart")]:
        across = down
    return st.session_state[down], st.session_state[across]


def _take(address: Address, layer: str, name: str, read: Callable[[], Any]) -> None:
    layer = find_name(address, layer)
    edit(address, lambda spec: change(spec, layer, **{name: read()}))


def _level(address: Address, layer: str, pairs: list[str]) -> None:
    """Height and width alike again: both as the height is."""
    if st.session_state[_key("apart")]:
        return
    layer = find_name(address, layer)

    def make_square(spec: Any) -> Any:
        found = next(each for each in spec.layers if each.name == layer)
        return change(spec, layer, **{name: _pair(getattr(found, name))[0] for name in pairs})

    edit(address, make_square)


def _pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _key(name: str) -> str:
    return f"builder_edit_{name}"

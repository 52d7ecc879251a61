"""What can be done with the chosen row: move, copy, remove, change, and what lies in a block."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from cnnlib.arch.amounts import format_shape
from cnnlib.arch.analysis import Summary
from cnnlib.arch.arguments import MAX_SIZE
from cnnlib.arch.branch_edits import add_branch, find_fork, list_paths, remove_branch, remove_layer
from cnnlib.arch.edits import change, copy, list_items, move, remove, reshape_input, take_apart
from cnnlib.arch.layers import Add, Dense, Layer
from cnnlib.arch.mends import project_shortcut
from cnnlib.arch.pieces import bring_to_shape
from cnnlib.arch.spec import Part, Spec
from cnnlib.ui.address import Address
from cnnlib.ui.builder import texts
from cnnlib.ui.builder.forms import edit_layer, edit_name
from cnnlib.ui.builder.state import (
    PAGE,
    Chosen,
    Place,
    choose,
    edit,
    find_name,
    find_path,
    find_place,
    get_chosen,
    list_shapes,
    name_end,
)
from cnnlib.ui.page import plain_text

LARGEST_IMAGE = 1_024  # pixels a side
NARROW = 110  # pixels


def show_panel(address: Address, chosen: Chosen) -> None:
    """Draw what belongs to the chosen row."""
    if chosen.item is None:
        _edit_image(address)
        return
    layer = chosen.layer or (None if chosen.item.is_block else chosen.item.layers[0])
    kind = texts.KINDS.get(layer.kind, layer.kind) if layer else texts.BLOCK
    st.markdown(f"##### {plain_text(chosen.name)} · {kind}")
    if chosen.layer is None:
        _offer_moves(address, chosen)
    else:
        _offer_inner_removal(address, chosen.layer)
    if layer is not None:
        edit_layer(address, layer)
    elif chosen.item.block:
        edit_name(address, chosen.item.block)
    if layer is None:
        st.caption(texts.INSIDE)
    elif layer.merges:
        _edit_paths(address, layer)


def show_output(chosen: Chosen, summary: Summary) -> None:
    """The chosen row's own numbers, if they are known."""
    layers = (chosen.layer,) if chosen.layer else chosen.item.layers if chosen.item else ()
    rows = {row.name: row for row in summary.layers}
    if layers and all(layer.name in rows for layer in layers):
        mine = [rows[layer.name] for layer in layers]
        st.caption(
            texts.OUTPUT.format(
                shape=format_shape(mine[-1].output_shape),
                params=sum(row.params for row in mine),
                macs=sum(row.macs for row in mine),
            )
        )


def _edit_image(address: Address) -> None:
    """Height, width and channels of the image, and how many classes the last layer tells apart."""
    spec: Spec = address["spec"]
    st.markdown(f"##### {texts.IMAGE_TITLE}")
    keys = [f"{PAGE}_image_{axis}" for axis in range(3)]
    labels = (texts.HEIGHT, texts.WIDTH, texts.CHANNELS)
    with st.container(horizontal=True, gap="small"):
        for key, label, size in zip(keys, labels, spec.input_shape, strict=True):
            st.session_state[key] = size
            st.number_input(label, 1, max(LARGEST_IMAGE, size), key=key, width=NARROW,
                            on_change=_reshape, args=(address, keys))  # fmt: skip
        last = spec.layers[-1]
        if isinstance(last, Dense):
            key = f"{PAGE}_classes"
            st.session_state[key] = last.units
            st.number_input(texts.CLASSES, 1, MAX_SIZE, key=key, width=NARROW,
                            help=texts.CLASSES_HELP, on_change=_set_classes,
                            args=(address, last.name, key))  # fmt: skip
    st.caption(texts.IMAGE_NOTE)


def _reshape(address: Address, keys: list[str]) -> None:
    height, width, channels = (st.session_state[key] for key in keys)
    edit(address, lambda spec: reshape_input(spec, (height, width, channels)))


def _set_classes(address: Address, layer: str, key: str) -> None:
    layer = find_name(address, layer)
    edit(address, lambda spec: change(spec, layer, units=st.session_state[key]))


def _offer_moves(address: Address, chosen: Chosen) -> None:
    """Up, down, copy, remove; take apart for a chain of layers."""
    at, count, name = chosen.place.item, len(list_items(address["spec"])), chosen.name
    with st.container(horizontal=True, gap="small"):
        _button(texts.UP, "arrow_upward", at == 1, _move, address, name, -1)
        _button(texts.DOWN, "arrow_downward", at == count, _move, address, name, 1)
        _button(texts.COPY, "content_copy", False, _copy, address, name)
        _button(texts.REMOVE, "delete", count == 1, _remove, address, name)
        if chosen.item and chosen.item.is_block and chosen.item.is_chain:
            _button(texts.TAKE_APART, "splitscreen", False, _take_apart, address, name,
                    help=texts.TAKE_APART_HELP)  # fmt: skip


# By its name, as a second click may come before the page has heard of the first one.


def _move(address: Address, name: str, way: int) -> None:
    name = find_name(address, name)
    edit(address, lambda spec: move(spec, at := find_place(spec, name), at + way))


def _copy(address: Address, name: str) -> None:
    name = find_name(address, name)
    if edit(address, lambda spec: copy(spec, find_place(spec, name))):
        choose(address, Place(find_place(address["spec"], name) + 2))


def _remove(address: Address, name: str) -> None:
    """The row before it is chosen then, so that what is added comes in its place."""
    place, name = get_chosen(address).place.item, find_name(address, name)
    if edit(address, lambda spec: remove(spec, find_place(spec, name))):
        choose(address, Place(place - 1))


def _take_apart(address: Address, name: str) -> None:
    name = find_name(address, name)
    edit(address, lambda spec: take_apart(spec, find_place(spec, name)))


def _offer_inner_removal(address: Address, layer: Layer) -> None:
    if not layer.merges:
        _button(texts.REMOVE, "delete", len(address["spec"].layers) == 1, _remove_inner, address,
                layer.name)  # fmt: skip


def _remove_inner(address: Address, name: str) -> None:
    """The row before it is chosen then, in the block."""
    place = address["at"]
    if edit(address, partial(remove_layer, name=find_name(address, name))):
        choose(address, Place(place.item, max(1, place.inner - 1)))


def _edit_paths(address: Address, merge: Layer) -> None:
    """Add and remove paths; give an Add's shortcut its projection."""
    spec: Spec = address["spec"]
    paths = list_paths(spec, merge.name)
    st.markdown(texts.BRANCHES.format(merge=plain_text(merge.name)))
    with st.container(horizontal=True, gap="small"):
        for number, path in enumerate(paths):
            name = texts.PATH.format(number=number + 1) if path else texts.SHORTCUT
            _button(texts.REMOVE_PATH.format(path=name), "delete", False, _remove_path, address,
                    merge.name, name_end(path), key=f"remove_path_{number}")  # fmt: skip
        _button(texts.ADD_PATH, "add", _make_path(spec, merge.name) is None, _add_path, address,
                merge.name, help=texts.ADD_PATH_HELP)  # fmt: skip
        _button(texts.ADD_SHORTCUT, "add", False, _add_shortcut, address, merge.name,
                help=texts.ADD_SHORTCUT_HELP)  # fmt: skip
        if isinstance(merge, Add) and () in paths:
            _button(texts.PROJECT, "call_merge", False, _project, address, merge.name,
                    help=texts.PROJECT_HELP)  # fmt: skip


def _make_path(spec: Spec, merge: str) -> tuple[Part, ...] | None:
    """Layers that bring what the fork gives to the shape of the longest path, if any do."""
    shapes, main = list_shapes(spec), max(list_paths(spec, merge), key=len)
    wanted = shapes.get(name_end(main), ())
    return bring_to_shape(shapes.get(find_fork(spec, merge), ()), wanted)


def _remove_path(address: Address, merge: str, end: str) -> None:
    """The one whose last layer is called `end`; "" for a shortcut."""
    merge, end = find_name(address, merge), find_name(address, end)
    edit(address, lambda spec: remove_branch(spec, merge, find_path(spec, merge, end)))


def _add_path(address: Address, merge: str) -> None:
    merge = find_name(address, merge)
    edit(address, lambda spec: add_branch(spec, merge, _make_path(spec, merge) or ()))


def _add_shortcut(address: Address, merge: str) -> None:
    edit(address, partial(add_branch, merge=find_name(address, merge)))


def _project(address: Address, merge: str) -> None:
    edit(address, partial(project_shortcut, merge=find_name(address, merge)))


def _button(
    label: str,
    icon: str,
    disabled: bool,
    press: Callable[..., Any],
    *args: object,
    key: str | None = None,
    help: str | None = None,
) -> None:
    st.button(label, key=f"{PAGE}_do_{key or label}", icon=f":material/{icon}:",
              disabled=disabled, on_click=press, args=args, help=help)  # fmt: skip

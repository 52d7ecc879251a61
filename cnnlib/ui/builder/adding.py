"""The palette on the page: which piece, its numbers, where it goes."""

from functools import partial
from typing import Any

import streamlit as st

from cnnlib.arch.branch_edits import insert_after, insert_before
from cnnlib.arch.edits import find_sources, insert, list_names
from cnnlib.arch.pieces import LETTERS
from cnnlib.arch.rules import Shape
from cnnlib.arch.spec import INPUT, Part, Spec
from cnnlib.errors import SpecError
from cnnlib.ui.address import Address
from cnnlib.ui.builder import texts
from cnnlib.ui.builder.palette import PIECES, Choice, Field, Letters, Number, Share, Values
from cnnlib.ui.builder.state import Chosen, choose_layer, edit, get_chosen, list_shapes

AFTER, BEFORE = "after", "before"
FEWEST_CHANNELS = 8  # from which on new blocks go on with as many
LARGEST_RATE = 0.95
NARROW, WIDE = 128, 190  # pixels


def offer_pieces(address: Address, chosen: Chosen) -> None:
    """Draw the palette."""
    given = get_given_shape(address["spec"], chosen)
    names = list(PIECES)
    piece = st.pills(texts.ADD, names, format_func=lambda name: PIECES[name].title,
                     default=names[0], required=True, wrap=True, key=_key("piece"))  # fmt: skip
    fields = PIECES[piece].fields
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for name, field in fields.items():
            _draw(piece, name, field, given)
        where = _choose_where(address, chosen)
    label = (texts.ADD_BEFORE if where.startswith(BEFORE) else texts.ADD_AFTER).format(
        name=chosen.name or texts.IMAGE_TITLE.lower()
    )
    st.button(label, key=_key("add"), type="primary", icon=":material/add:",
              on_click=_add, args=(address,))  # fmt: skip


def _draw(piece: str, name: str, field: Field, given: Shape) -> None:
    key = _key(f"{piece}_{name}")
    # Said anew in every run; `cnnlib.ui.address` tells why.
    st.session_state[key] = _read(piece, name, field, given)
    match field:
        case Number():
            st.number_input(field.label, field.low, field.high, key=key, width=NARROW)
        case Share():
            st.number_input(field.label, 0.0, LARGEST_RATE, step=0.05, key=key, width=NARROW)
        case Choice():
            st.selectbox(field.label, field.options, key=key, width=WIDE)
        case Letters():
            st.pills(field.label, [*LETTERS], selection_mode="multi", key=key)


def _read(piece: str, name: str, field: Field, given: Shape) -> Any:
    """What is set; what the field begins with, as long as it was not drawn."""
    key = _key(f"{piece}_{name}")
    if key in st.session_state:
        return st.session_state[key]
    match field:
        case Number() if name == "filters" and len(given) == 3 and given[2] >= FEWEST_CHANNELS:
            return given[2]
        case Number() | Share():
            return field.default
        case Choice():
            return field.options[0]
        case Letters():
            return [*LETTERS]


def _choose_where(address: Address, chosen: Chosen) -> str:
    """ "after", or "before:0" and so on: at the end of which path to the chosen layer."""
    if chosen.layer is None:
        return AFTER
    count = len(find_sources(address["spec"], chosen.layer.name))
    options = [AFTER, *(f"{BEFORE}:{path}" for path in range(count))]
    return st.selectbox(texts.WHERE, options, key=_key(f"where_{count}"), width=WIDE,
                        format_func=partial(_name_place, count))  # fmt: skip


def _read_where(spec: Spec, chosen: Chosen) -> str:
    """As `_choose_where`, without drawing it."""
    if chosen.layer is None:
        return AFTER
    count = len(find_sources(spec, chosen.layer.name))
    where: str = st.session_state.get(_key(f"where_{count}"), AFTER)
    return where


def _name_place(count: int, where: str) -> str:
    if where == AFTER or count == 1:
        return texts.WHERE_NAMES[where.split(":")[0]]
    return texts.PATH_END.format(number=int(where.split(":")[1]) + 1)


def _add(address: Address) -> None:
    """What is chosen now, after what is chosen now: this click may come before the page has heard
    of the last one.
    """
    spec, chosen, piece = address["spec"], get_chosen(address), st.session_state[_key("piece")]
    given = get_given_shape(spec, chosen)
    values = {name: _read(piece, name, field, given)
              for name, field in PIECES[piece].fields.items()}  # fmt: skip
    if edit(address, partial(add_piece, chosen=chosen, piece=piece, values=values, given=given,
                             where=_read_where(spec, chosen))):  # fmt: skip
        new = list_names(address["spec"]) - list_names(spec)
        last = [name for layer in address["spec"].layers for name in (layer.name, layer.block)
                if name in new]  # fmt: skip
        choose_layer(address, last[-1])


def get_given_shape(spec: Spec, chosen: Chosen) -> Shape:
    """What the chosen row puts out; () if it does not fit."""
    name = chosen.layer.name if chosen.layer else chosen.item.exit if chosen.item else INPUT
    return list_shapes(spec).get(name, ())


def add_piece(
    spec: Spec, *, chosen: Chosen, piece: str, values: Values, given: Shape, where: str
) -> Spec:
    """The network with a piece of the palette at the chosen place.

    Raises:
        SpecError: a value breaks its rule.
    """
    if missing := [name for name, value in values.items() if value is None]:
        raise SpecError(f"{missing[0]} must be a number. Received: nothing.")
    parts: tuple[Part, ...] = PIECES[piece].make(values, given)
    if chosen.layer is None:
        return insert(spec, chosen.place.item, parts)
    if where == AFTER:
        return insert_after(spec, chosen.layer.name, parts)
    return insert_before(spec, chosen.layer.name, parts, path=int(where.split(":")[1]))


def _key(name: str) -> str:
    return f"builder_add_{name}"

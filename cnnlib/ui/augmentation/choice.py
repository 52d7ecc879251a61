"""Which augmentations a run trains with: the choice in the form that starts runs."""

import streamlit as st

from cnnlib.errors import RunError
from cnnlib.runs.augmentation import (
    KINDS,
    Augmentation,
    format_augmentations,
    parse_augmentations,
)
from cnnlib.ui.augmentation import texts
from cnnlib.ui.navigation import AUGMENTATION

PARAMETER = "augmentation"
_CHOSEN = "augmentation_kinds"  # session state: the widget's
_STRENGTHS = "augmentation_strengths"  # session state: those that a link brought


def choose_augmentation() -> str:
    """Draw the choice; what is chosen, as `RunConfig` takes it."""
    _begin()
    st.pills(
        texts.CHOICE,
        list(KINDS),
        selection_mode="multi",
        format_func=lambda name: KINDS[name].title,
        key=_CHOSEN,
        help=texts.CHOICE_HELP,
    )
    text = _format()
    address = f"{AUGMENTATION.address}?{PARAMETER}={text}" if text else AUGMENTATION.address
    st.caption(texts.CHOICE_LINK.format(address=address))
    return text


def _begin() -> None:
    """Take from the address what the widget does not know yet."""
    try:
        told = parse_augmentations(st.query_params.get(PARAMETER, ""))
    except RunError:
        told = ()
    strengths = st.session_state.setdefault(_STRENGTHS, {})
    strengths.update({augmentation.kind: augmentation.strength for augmentation in told})
    first = [augmentation.kind for augmentation in told]
    # Said anew in every run; `cnnlib.ui.address` tells why.
    st.session_state[_CHOSEN] = st.session_state.get(_CHOSEN, first)


def _format() -> str:
    strengths = st.session_state[_STRENGTHS]
    return format_augmentations(
        Augmentation(name, strengths.get(name, KINDS[name].usual))
        for name in st.session_state[_CHOSEN]
    )

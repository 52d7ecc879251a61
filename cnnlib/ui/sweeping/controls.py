"""The controls that say what a sweep varies: a row for each setting."""

import streamlit as st

from cnnlib.arch import zoo
from cnnlib.runs.setting_words import describe_value
from cnnlib.runs.sweeps import MAX_SEEDS, MAX_VALUES, NUMBERS, SCALES, SETTINGS, WORDS
from cnnlib.ui.address import Address
from cnnlib.ui.sweeping import texts
from cnnlib.ui.sweeping.axes import CHOICES, MAX_COUNT, MAX_DRAW, format_value


def choose_axes(address: Address) -> None:
    """Draw which settings vary, how, and a row of values for each."""
    st.multiselect(
        texts.AXES, SETTINGS, format_func=texts.AXIS_TITLES.__getitem__,
        key=address.key("axes"), help=texts.AXES_HELP,
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            texts.WAY, list(texts.WAYS), format_func=texts.WAYS.__getitem__,
            key=address.key("way"), required=True, help=texts.WAY_HELP,
        )  # fmt: skip
        if address["way"] == "random":
            st.number_input(texts.COUNT, 1, MAX_COUNT, key=address.key("count"), width=130)
            st.number_input(texts.DRAW, 0, MAX_DRAW, key=address.key("draw"), width=130,
                            help=texts.DRAW_HELP)  # fmt: skip
        st.number_input(texts.SEEDS, 1, MAX_SEEDS, key=address.key("seeds"), width=160,
                        help=texts.SEEDS_HELP)  # fmt: skip
    for name in SETTINGS:
        if name in address["axes"]:
            if address["way"] == "random" and name in NUMBERS:
                _choose_range(address, name)
            else:
                _choose_values(address, name)


def _choose_values(address: Address, name: str) -> None:
    key = f"x_{name}"
    options = [format_value(name, value) for value in CHOICES[name]]
    options += [text for text in address[key] if text not in options]
    title = texts.AXIS_TITLES[name]
    st.multiselect(
        texts.VALUES.format(label=title), options, key=address.key(key),
        format_func=lambda text: _describe(name, text), accept_new_options=name in NUMBERS,
        max_selections=MAX_VALUES, help=texts.VALUES_HELP if name in NUMBERS else None,
    )  # fmt: skip


def _choose_range(address: Address, name: str) -> None:
    title = texts.AXIS_TITLES[name]
    choices = [format_value(name, value) for value in CHOICES[name] if value is not None]
    low, high, scale = st.columns([2, 2, 3], vertical_alignment="bottom")
    for place, key, label in ((low, f"lo_{name}", texts.FROM.format(label=title)),
                              (high, f"hi_{name}", texts.TO)):  # fmt: skip
        options = [*choices, *([] if address[key] in choices else [address[key]])]
        place.selectbox(label, options, key=address.key(key), accept_new_options=True)
    scale.segmented_control(
        texts.SCALE, SCALES, format_func=texts.SCALES.__getitem__, key=address.key(f"sc_{name}"),
        required=True, help=texts.SCALE_HELP,
    )  # fmt: skip


def _describe(name: str, text: str) -> str:
    if name not in WORDS:
        return text
    if name == "network":
        return zoo.describe(text).title
    return describe_value(name, "" if text == "none" else text)

"""Which networks stand side by side, for which image."""

from dataclasses import replace

import streamlit as st

from cnnlib.arch import zoo
from cnnlib.arch.facts import Facts, gather_facts
from cnnlib.arch.links import MAX_LENGTH
from cnnlib.arch.spec import Spec
from cnnlib.errors import LabError
from cnnlib.runs.library import list_networks
from cnnlib.ui.address import Address, Setting, choice, whole
from cnnlib.ui.comparing import texts
from cnnlib.ui.network_choice import (
    LINK,
    MAX_CLASSES,
    OWN,
    SHAPES,
    describe_network,
    find_network,
    parse_network,
)
from cnnlib.ui.page import show_error

LEAST, MOST = 2, 6
DEFAULT = ("lenet5", "alexnet8", "vgg16", "inception10", "resnet18")
DEFAULT_INPUT = "32x32x3"
_SAVED = "saved."


def make_settings() -> list[Setting]:
    return [
        Setting("networks", list(DEFAULT), _parse_networks, ",".join),
        Setting("spec", "", _parse_packed),
        choice("input", SHAPES, DEFAULT_INPUT),
        whole("classes", 0, 0, MAX_CLASSES),
        choice("of", texts.OF_CHOICES),
        choice("against", texts.AGAINST_CHOICES),
        Setting("data", "", _parse_word),
    ]


def choose_networks(address: Address) -> None:
    """Draw the controls; what they set is in `address`."""
    with st.container(horizontal=True, vertical_alignment="bottom", border=True):
        saved = [_SAVED + name for name in list_networks()]
        chosen, packed = address["networks"], address["spec"]
        known = [*zoo.names(), *saved, *([LINK] if packed else [])]
        st.multiselect(
            texts.NETWORKS,
            [*known, *(name for name in chosen if name not in known)],
            format_func=lambda name: describe_network(name, packed),
            key=address.key("networks"), max_selections=MOST, help=texts.NETWORKS_HELP, width=520,
        )  # fmt: skip
        st.selectbox(
            texts.INPUT, SHAPES, format_func=_describe_shape, key=address.key("input"),
            help=texts.INPUT_HELP, width=170,
        )  # fmt: skip
        st.number_input(texts.CLASSES, 0, MAX_CLASSES, key=address.key("classes"),
                        help=texts.CLASSES_HELP, width=130)  # fmt: skip


def gather(address: Address) -> dict[str, Facts]:
    """{title: facts} of the chosen networks; one that does not fit is a line on the page."""
    found: dict[str, Facts] = {}
    packed = address["spec"]
    for name in address["networks"]:
        try:
            facts = gather_facts(_find(name, packed, address["input"], address["classes"]))
        except LabError as error:
            show_error(f"{describe_network(name, packed)}: {error}")
            continue
        title, number = facts.title, 1
        while title in found:
            number += 1
            title = f"{facts.title} ({number})"
        found[title] = facts
    return found


def _find(name: str, packed: str, input: str, classes: int) -> Spec:
    shape = None
    if input != OWN:
        height, width, channels = map(int, input.split("x"))
        shape = (height, width, channels)
    if name in zoo.names():
        return zoo.get(name, input_shape=shape, classes=classes or None)
    spec = find_network(name, packed)
    return replace(spec, input_shape=shape) if shape else spec


def _describe_shape(text: str) -> str:
    return texts.OWN if text == OWN else text.replace("x", " × ")


def _parse_networks(text: str) -> list[str]:
    names = list(dict.fromkeys(text.split(",")))
    if not LEAST <= len(names) <= MOST:
        raise ValueError(text)
    return [parse_network(name) for name in names]


def _parse_packed(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise ValueError(text)
    return text


def _parse_word(text: str) -> str:
    if len(text) > 100 or not text.isprintable():
        raise ValueError(text)
    return text

"""Which networks stand side by side, for which image."""

import streamlit as st

from cnnlib.arch import zoo
from cnnlib.arch.facts import Facts, gather_facts
from cnnlib.errors import LabError
from cnnlib.ui.address import Address, Setting, choice, whole
from cnnlib.ui.comparing import texts
from cnnlib.ui.network_choice import (
    MAX_CLASSES,
    SHAPES,
    describe_input,
    describe_network,
    fit_network,
    list_choices,
    parse_network,
    parse_packed,
)
from cnnlib.ui.page import show_error

LEAST, MOST = 2, 6
DEFAULT = ("lenet5", "alexnet8", "vgg16", "inception10", "resnet18")
DEFAULT_INPUT = "32x32x3"


def make_settings() -> list[Setting]:
    return [
        Setting("networks", list(DEFAULT), _parse_networks, ",".join),
        Setting("spec", "", parse_packed),
        choice("input", SHAPES, DEFAULT_INPUT),
        whole("classes", 0, 0, MAX_CLASSES),
        choice("of", texts.OF_CHOICES),
        choice("against", texts.AGAINST_CHOICES),
        Setting("data", "", _parse_word),
    ]


def choose_networks(address: Address) -> None:
    """Draw the controls; what they set is in `address`."""
    with st.container(horizontal=True, vertical_alignment="bottom", border=True):
        packed = address["spec"]
        st.multiselect(
            texts.NETWORKS,
            list_choices(zoo.names(), address["networks"], packed),
            format_func=lambda name: describe_network(name, packed),
            key=address.key("networks"), max_selections=MOST, help=texts.NETWORKS_HELP, width=520,
        )  # fmt: skip
        st.selectbox(
            texts.INPUT, SHAPES, format_func=describe_input, key=address.key("input"),
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
            spec = fit_network(name, packed, input=address["input"], classes=address["classes"])
            facts = gather_facts(spec)
        except LabError as error:
            show_error(f"{describe_network(name, packed)}: {error}")
            continue
        title, number = facts.title, 1
        while title in found:
            number += 1
            title = f"{facts.title} ({number})"
        found[title] = facts
    return found


def _parse_networks(text: str) -> list[str]:
    names = list(dict.fromkeys(text.split(",")))
    if not LEAST <= len(names) <= MOST:
        raise ValueError(text)
    return [parse_network(name) for name in names]


def _parse_word(text: str) -> str:
    if len(text) > 100 or not text.isprintable():
        raise ValueError(text)
    return text

"""The controls of the augmentation page: which image, which augmentations, how strong."""

import streamlit as st

from cnnlib.data import Dataset, available
from cnnlib.errors import RunError
from cnnlib.runs.augmentation import (
    KINDS,
    Augmentation,
    format_augmentations,
    parse_augmentations,
)
from cnnlib.ui.address import Address, Setting, whole
from cnnlib.ui.augmentation import texts
from cnnlib.ui.datasets import open_dataset

FIRST = "flip,shift,cutout"
MAX_INDEX = 10**7
MAX_SEED = 999


def augmentation_settings() -> list[Setting]:
    return [
        Setting("augmentation", FIRST, _parse),
        Setting("dataset", "", str),
        whole("index", 0, 0, MAX_INDEX),
        whole("seed", 0, 0, MAX_SEED),
    ]


def read_augmentations(address: Address) -> tuple[Augmentation, ...]:
    return parse_augmentations(address["augmentation"])


def choose_image(address: Address) -> Dataset:
    """Draw the choice of a training image; its data set."""
    titles = {info.name: info.title for info in available()}
    if address["dataset"] not in titles:
        address["dataset"] = next(iter(titles))
    with st.container(horizontal=True, vertical_alignment="bottom", border=True):
        st.selectbox("Data set", list(titles), format_func=lambda name: titles.get(name, name),
                     key=address.key("dataset"), width=220)  # fmt: skip
        dataset = open_dataset(address["dataset"])
        last = len(dataset.train) - 1
        address["index"] = min(address["index"], last)
        st.number_input(f"Training image (0 to {last:,})", 0, last, key=address.key("index"),
                        width=200)  # fmt: skip
        st.button(texts.DRAW_AGAIN, icon=":material/casino:", on_click=_draw_again, args=(address,))
        st.number_input(texts.DRAW, 0, MAX_SEED, key=address.key("seed"), width=130,
                        help=texts.DRAW_HELP)  # fmt: skip
    return dataset


def choose_kinds(address: Address) -> None:
    """Draw the augmentations and a slider for the strength of each that has one.

    The address holds all of them as one text; the widgets' values follow from it in every run.
    """
    chosen = {each.kind: each for each in read_augmentations(address)}
    key = address.key("kinds")
    st.session_state[key] = list(chosen)
    st.pills(
        texts.CHOOSE,
        list(KINDS),
        selection_mode="multi",
        key=key,
        format_func=lambda name: KINDS[name].title,
        on_change=_take,
        args=(address,),
    )
    with st.container(horizontal=True, gap="large"):
        for name, each in chosen.items():
            kind = KINDS[name]
            if not kind.strength:
                continue
            slider = _slider_key(address, name)
            st.session_state[slider] = each.strength
            st.slider(kind.title, kind.low, kind.high, step=0.005, format="%g", key=slider,
                      help=kind.strength.capitalize(), on_change=_take, args=(address,),
                      width=220)  # fmt: skip


def _take(address: Address) -> None:
    """Put what the widgets say into the address."""
    address["augmentation"] = format_augmentations(
        Augmentation(name, st.session_state.get(_slider_key(address, name), KINDS[name].usual))
        for name in st.session_state[address.key("kinds")]
    )


def _slider_key(address: Address, name: str) -> str:
    return address.key(f"strength_{name}")


def _draw_again(address: Address) -> None:
    address["seed"] = (address["seed"] + 1) % (MAX_SEED + 1)


def _parse(text: str) -> str:
    try:
        return format_augmentations(parse_augmentations(text))
    except RunError as error:
        raise ValueError(text) from error

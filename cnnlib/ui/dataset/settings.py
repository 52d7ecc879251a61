"""What can be set on the data set page; all of it is in the page's address."""

from typing import Any
from urllib.parse import quote, unquote

import streamlit as st

from cnnlib.data import Dataset, Split
from cnnlib.data.browsing import ORDERS
from cnnlib.ui.address import Address, Setting, choice, flag, whole
from cnnlib.ui.datasets import CHOICE
from cnnlib.ui.pixels import PAINTS
from cnnlib.ui.predictions import run_setting
from cnnlib.ui.thumbnails import MAX_COLLECTED, PAGE_SIZES

PAGE = "look"
SPLITS = ("train", "test")
CONFIDENCE = "confidence"
VERDICTS = ("all", "right", "wrong")
VIEWS = ("pixels", "channels", "histogram", "scaled", "array", "similar")
AGAINST = ("train", "test", "both")
BY = ("pixels", "features")
SIZE = (24, 128)  # of a thumbnail, in CSS pixels
MOST_PAGES = 10_000_000
_SAFE = " !'()*;:@$+/?#[]&="  # all but the comma and the percent sign may stand for themselves


def open_address(dataset: Dataset) -> Address:
    """The page's settings, tidied to what this data set has."""
    _join_old_classes()
    address = Address(PAGE, _make_settings(dataset.class_names), beside=(CHOICE,))
    split = pick_split(dataset, address)
    names = dataset.class_names
    address["classes"] = [name for name in address["classes"] if name in names]
    if address["index"] is not None and address["index"] >= len(split):
        address["index"] = None
    address["selection"] = tuple(i for i in address["selection"] if i < len(split))
    if dataset.image_shape[2] == 1 and address["view"] == "channels":
        address["view"] = "pixels"
    return address


def pick_split(dataset: Dataset, address: Address) -> Split:
    return dataset.test if address["split"] == "test" else dataset.train


def forget_image() -> None:
    """The address no longer means a certain image (in a callback)."""
    st.session_state[f"{PAGE}_index"] = None


def start_over() -> None:
    """Another filter or order: its first page."""
    forget_image()
    st.session_state[f"{PAGE}_page"] = 1


def forget_images() -> None:
    """Another split or data set: neither the image nor the collection means anything there."""
    start_over()
    st.session_state[f"{PAGE}_selection"] = ()


def _make_settings(class_names: tuple[str, ...]) -> list[Setting]:
    return [
        choice("split", SPLITS),
        _classes_setting(class_names),
        choice("order", (*ORDERS, CONFIDENCE)),
        flag("descending"),
        run_setting(),
        choice("verdict", VERDICTS),
        whole("page", 1, 1, MOST_PAGES),
        Setting("per_page", PAGE_SIZES[0], _parse_page_size),
        whole("size", 64, *SIZE),
        Setting("index", None, _parse_index),
        Setting("selection", (), _parse_selection, lambda indices: "-".join(map(str, indices))),
        flag("collecting"),
        choice("view", VIEWS),
        choice("paint", PAINTS),
        choice("against", AGAINST),
        choice("by", BY),
    ]


def _classes_setting(names: tuple[str, ...]) -> Setting:
    """Names joined by commas; a comma inside a name is written %2C."""

    def parse(text: str) -> list[str]:
        wanted = [unquote(part) for part in text.split(",")]
        if not set(wanted) <= set(names):
            raise ValueError(text)
        return [name for name in names if name in wanted]

    def join(wanted: list[str]) -> str:
        return ",".join(quote(name, safe=_SAFE) for name in names if name in wanted)

    return Setting("classes", [], parse, join)


def _parse_page_size(text: str) -> int:
    if text not in map(str, PAGE_SIZES):
        raise ValueError(text)
    return int(text)


def _parse_index(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError(text)
    return int(text)


def _parse_selection(text: str) -> tuple[int, ...]:
    indices = dict.fromkeys(_parse_index(part) for part in text.split("-"))
    return tuple(indices)[:MAX_COLLECTED]


def _join_old_classes() -> None:
    """Older links say `classes` once for each class."""
    said: list[Any] = st.query_params.get_all("classes")
    if len(said) > 1:
        st.query_params["classes"] = ",".join(quote(name, safe=_SAFE) for name in said)

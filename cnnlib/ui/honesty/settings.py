"""What can be set on the page of twins and wrong labels; all of it is in the page's address."""

from cnnlib.data import Dataset
from cnnlib.ui.address import Address, Setting, choice, flag, whole
from cnnlib.ui.datasets import CHOICE
from cnnlib.ui.predictions import run_setting

PAGE = "honesty"
PARTS = ("twins", "labels")
PLACES = ("between", "train", "test")  # where the two images of a pair are
SPLITS = ("test", "train")
LISTS = ("sure", "all")
MOST_PAGES = 10_000_000


def open_address(dataset: Dataset) -> Address:
    """The page's settings, tidied to what this data set has."""
    address = Address(PAGE, _SETTINGS, beside=(CHOICE,))
    split = getattr(dataset, address["split"])
    if address["index"] is not None and address["index"] >= len(split):
        address["index"] = None
    return address


def first_page(address: Address) -> None:
    """Another list begins with its first page, and no image is chosen (in a callback)."""
    address["page"], address["index"] = 1, None


def _parse_index(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError(text)
    return int(text)


_SETTINGS = (
    choice("part", PARTS),
    run_setting(),
    choice("place", PLACES),
    flag("differ"),
    whole("page", 1, 1, MOST_PAGES),
    choice("split", SPLITS),
    choice("list", LISTS),
    Setting("index", None, _parse_index),
)

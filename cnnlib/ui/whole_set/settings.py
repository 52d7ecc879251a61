"""What can be set on the page of the whole set; all of it is in the page's address."""

from cnnlib.data import Dataset, Split
from cnnlib.data.statistics import MEASURES
from cnnlib.ui.address import Address, Setting, choice
from cnnlib.ui.areas import read_area
from cnnlib.ui.datasets import CHOICE
from cnnlib.ui.predictions import run_setting

PAGE = "whole_set"
SPLITS = ("train", "test")
COUNTS = ("2000", "500", "5000")  # images on the map


def open_address(dataset: Dataset) -> Address:
    """The page's settings, tidied to what this data set has."""
    address = Address(PAGE, _SETTINGS, beside=(CHOICE,))
    classes = len(dataset.class_names)
    address["hidden"] = tuple(label for label in address["hidden"] if label < classes)
    if address["point"] is not None and address["point"] >= len(pick_split(dataset, address)):
        address["point"] = None
    return address


def pick_split(dataset: Dataset, address: Address) -> Split:
    return dataset.test if address["split"] == "test" else dataset.train


def forget_selection(address: Address) -> None:
    """Another map: the area and the point mean nothing there (in a callback)."""
    address["area"], address["point"] = "", None


def _parse_area(text: str) -> str:
    read_area(text)
    return text


def _parse_number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError(text)
    return int(text)


def _parse_labels(text: str) -> tuple[int, ...]:
    if len(text) > 10_000:
        raise ValueError(text)
    return tuple(sorted({_parse_number(part) for part in text.split("-")}))


_SETTINGS = (
    choice("split", SPLITS),
    run_setting(),
    choice("count", COUNTS),
    Setting("hidden", (), _parse_labels, lambda labels: "-".join(map(str, labels))),
    Setting("area", "", _parse_area),
    Setting("point", None, _parse_number),
    choice("measure", MEASURES),
)

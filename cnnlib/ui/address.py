"""What a learner has set, in the page's address, so that a link shows a class the same thing.

A page declares its settings once. Each has a widget of the key `address.key(name)`, or none (an
edited cell, say). Values are checked when read; one that breaks its rule is passed over.

A widget's callback is called before the page runs: with the newest values of all widgets, but with
the arguments that the run before gave it. On a busy machine, or where a field is left by the click
on a button, that run knew less than the visitor. So a callback takes along only what says which
thing it is of (a layer's name, a run's id), and reads here whatever can be set.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnnlib.ui.trail import Trail

ARRIVED = "lab_arrived"  # session state: whether this run is the first since another page's
_REAL = re.compile(r"-?[0-9]{1,7}(?:\.[0-9]{1,9})?")


@dataclass(frozen=True)
class Setting:
    """One thing that can be set.

    parse: from the address's text to a value; raises ValueError for what the rule does not allow.
    format: back to text.
    """

    name: str
    default: Any
    parse: Callable[[str], Any]
    format: Callable[[Any], str] = str


def whole(name: str, default: int, low: int, high: int) -> Setting:
    """A whole number from `low` to `high`."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.removeprefix("-").isdecimal() and len(text) < 12):
            raise ValueError(text)
        number = int(text)
        if not low <= number <= high:
            raise ValueError(text)
        return number

    return Setting(name, default, parse)


def real(name: str, default: float, low: float, high: float) -> Setting:
    """A number from `low` to `high`, fractions allowed."""

    def parse(text: str) -> float:
        if not _REAL.fullmatch(text) or not low <= float(text) <= high:
            raise ValueError(text)
        return float(text)

    return Setting(name, default, parse, lambda value: f"{value:.6f}".rstrip("0").rstrip("."))


def choice(name: str, choices: Iterable[str], default: str | None = None) -> Setting:
    """One of some words; the first unless another is the default."""
    words = list(choices)

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(text)
        return text

    return Setting(name, words[0] if default is None else default, parse)


def flag(name: str, default: bool = False) -> Setting:
    """On or off."""

    def parse(text: str) -> bool:
        if text not in ("0", "1"):
            raise ValueError(text)
        return text == "1"

    return Setting(name, default, parse, lambda value: str(int(value)))


class Address:
    """The settings of one page, in its address and in the session's state.

    Make one at the top of each run of the page, read and set values by name, and end the run with
    `write`.
    """

    def __init__(
        self,
        page: str,
        settings: Sequence[Setting],
        *,
        part: bool = False,
        beside: Collection[str] = (),
    ) -> None:
        """Read the settings, where the address is not the one that `write` left.

        Args:
            page: the first part of all keys in the session's state.
            part: whether these are of a part of the page that has an `Address` of its own. Its
                parameters are called "<page>.<name>" in the address; a page's have no dot.
            beside: parameters without a dot that something else on the page keeps, such as the
                "dataset" of `choose_dataset`.
        """
        self._page = page
        self._beside = frozenset(beside)
        self._prefix = f"{page}." if part else ""
        self._settings = {setting.name: setting for setting in settings}
        # The address is read when it is not the one that this page wrote: at the first run, and
        # after a link or the Back button. Otherwise the widgets know better, but for those that
        # Streamlit forgot while another page was shown.
        found, others = self._split_address()
        left, arrived = self._trail.last, bool(st.session_state.get(ARRIVED))
        if self._trail.hear(found, arrived=arrived):
            found = left
        elif left and not found and arrived:  # by the menu: go on as left
            found = left
            st.query_params.from_dict({**others, **left})
        for setting in settings:
            if found != left or self.key(setting.name) not in st.session_state:
                self[setting.name] = _read(setting, found.get(self._prefix + setting.name))
            else:
                # Said anew in every run: a browser that is slow to draw a widget, and asks for
                # another run before, would otherwise never hear its value, and send the lowest.
                self[setting.name] = self[setting.name]

    def key(self, name: str) -> str:
        """The key of the setting's widget and of its value in the session's state."""
        return f"{self._page}_{name}"

    def __getitem__(self, name: str) -> Any:
        return st.session_state[self.key(name)]

    def __setitem__(self, name: str, value: Any) -> None:
        """Only before the setting's widget is drawn, or in a callback."""
        st.session_state[self.key(name)] = value

    def reset(self, values: Mapping[str, Any], kept: Collection[str] = ()) -> None:
        """Set what `values` names, and all but that and `kept` to its default (in a callback)."""
        for name, setting in self._settings.items():
            if name in values or name not in kept:
                self[name] = values.get(name, setting.default)

    def write(self) -> None:
        """Put what differs from the defaults into the address."""
        parameters = {}
        for name, setting in self._settings.items():
            value = st.session_state.get(self.key(name), setting.default)
            if value is not None and value != setting.default:
                parameters[self._prefix + name] = setting.format(value)
        self._trail.write(parameters)
        found, others = self._split_address()
        if found != parameters:
            st.query_params.from_dict({**others, **parameters})

    def _split_address(self) -> tuple[dict[str, str], dict[str, str]]:
        """What the address says to this page (or part of one), and what it says to others."""
        own: dict[str, str] = {}
        others: dict[str, str] = {}
        for name, text in st.query_params.to_dict().items():
            mine = name.startswith(self._prefix) if self._prefix else "." not in name
            mine = mine and name not in self._beside
            (own if mine else others)[name] = text
        return own, others

    @property
    def _trail(self) -> Trail:
        return Trail(f"{self._page}__address")


def _read(setting: Setting, text: str | None) -> Any:
    if text is None:
        return setting.default
    try:
        return setting.parse(text)
    except ValueError:
        return setting.default
